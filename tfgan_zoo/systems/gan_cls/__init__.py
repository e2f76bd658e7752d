"""GAN-CLS and GAN-INT."""

from tfgan_zoo.systems.gan_cls.gan_cls import GANCLS

__all__ = ["GANCLS"]
