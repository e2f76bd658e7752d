"""One file a paper: the class whose `train_step` reads as the paper's algorithm box."""
