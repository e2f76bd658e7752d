"""Weights trained from the configs, each beside the card of the run that made it."""
