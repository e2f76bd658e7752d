"""pix2pix."""

from tfgan_zoo.systems.pix2pix.pix2pix import Pix2Pix

__all__ = ["Pix2Pix"]
