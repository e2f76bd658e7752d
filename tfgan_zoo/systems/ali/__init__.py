"""ALI."""

from tfgan_zoo.systems.ali.ali import ALI

__all__ = ["ALI"]
