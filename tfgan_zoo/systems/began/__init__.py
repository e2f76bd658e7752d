"""BEGAN."""

from tfgan_zoo.systems.began.began import BEGAN

__all__ = ["BEGAN"]
