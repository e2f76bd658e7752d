"""From the id of a config to a compiled model: configs, weights, cards, pages and exports."""
