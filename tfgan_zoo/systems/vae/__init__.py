"""VAE."""

from tfgan_zoo.systems.vae.vae import VAE

__all__ = ["VAE"]
