"""What every system stands on: the game and its players, noise, replay, checkpoints, runs."""
