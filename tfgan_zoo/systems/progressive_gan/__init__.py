"""ProgressiveGAN."""

from tfgan_zoo.systems.progressive_gan.progressive_gan import ProgressiveGAN

__all__ = ["ProgressiveGAN"]
