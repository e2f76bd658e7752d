"""PPGN."""

from tfgan_zoo.systems.ppgn.ppgn import PPGN

__all__ = ["PPGN"]
