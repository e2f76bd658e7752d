"""b-GAN."""

from tfgan_zoo.systems.b_gan.b_gan import BGANDensityRatio

__all__ = ["BGANDensityRatio"]
