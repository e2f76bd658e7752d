"""BicycleGAN."""

from tfgan_zoo.systems.bicyclegan.bicyclegan import BicycleGAN

__all__ = ["BicycleGAN"]
