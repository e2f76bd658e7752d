"""StyleGAN2ADA."""

from tfgan_zoo.systems.stylegan2_ada.stylegan2_ada import StyleGAN2ADA

__all__ = ["StyleGAN2ADA"]
