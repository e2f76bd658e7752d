"""Bayesian GAN."""

from tfgan_zoo.systems.bayesian_gan.bayesian_gan import BayesianGAN

__all__ = ["BayesianGAN"]
