"""A run in a folder: from a config to weights, pictures, curve and card."""
