"""IAN."""

from tfgan_zoo.systems.ian.ian import IAN

__all__ = ["IAN"]
