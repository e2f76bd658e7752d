"""Programs that measure speed: this machine's convolution peak, and training against PyTorch."""
