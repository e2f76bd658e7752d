"""LAPGAN."""

from tfgan_zoo.systems.lapgan.lapgan import LAPGAN

__all__ = ["LAPGAN"]
