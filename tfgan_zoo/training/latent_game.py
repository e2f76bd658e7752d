"""The game of systems whose generator maps a latent to an example."""

import random

import numpy as np
import tensorflow as tf

from tfgan_zoo.latents import prior
from tfgan_zoo.training.game import Game


class LatentGame(Game):
    """A game with a `generator` network [B, d] -> examples, and a prior over its latents.

    Examples of rank 4 are images [B, H, W, C] in [-1, 1] under the batch key `image`; examples of
    rank 2 are points [B, d] under the key `x`.

    Args:
        generator: functional model from latents to examples.
        prior: the latents' distribution, a name in `tfgan_zoo.latents.PRIORS`.
        seed: keys all the noise of training.
    """

    def __init__(self, generator, prior="normal", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.prior = prior

    @property
    def latent_dim(self):
        return self.generator.input_shape[-1]

    @property
    def example_key(self):
        return "image" if len(self.generator.output_shape) == 4 else "x"

    def latents(self, n, seed=None):
        """`n` latents, float32 [n, d]; the same for the same seed, on any machine."""
        seed = random.randrange(2**31) if seed is None else seed
        return prior(self.prior)([n, self.latent_dim], [seed, 0]).numpy()

    def call(self, inputs):
        """Serving: {"z": [B, d]} (or the bare latents) -> {"image": ...} or {"x": ...}."""
        z = inputs["z"] if isinstance(inputs, dict) else inputs
        return {self.example_key: tf.cast(self.generator(z, training=False), tf.float32)}

    def generate(self, n, seed=None, batch_size=250):
        """Draws `n` examples.

        Args:
            n: how many.
            seed: an integer makes the draw repeatable; None draws anew.
            batch_size: how many the generator makes at once.

        Returns:
            float32 array [n, H, W, C] in [-1, 1], or [n, d] for points.
        """
        if n < 1:
            raise ValueError(f"generate needs a positive number of examples; got {n}.")
        return self.decode(self.latents(n, seed), batch_size)

    def decode(self, z, batch_size=250):
        """The examples of given latents [n, d], with averaged weights where they are kept."""
        z = np.asarray(z, np.float32)
        if z.ndim != 2 or z.shape[1] != self.latent_dim:
            raise ValueError(f"Latents must have shape [n, {self.latent_dim}]; got {z.shape}.")
        with self.averaged():
            parts = [
                self.call({"z": tf.constant(z[start : start + batch_size])})[self.example_key]
                for start in range(0, len(z), batch_size)
            ]
        return np.concatenate([part.numpy() for part in parts])

    def signatures(self):
        latents = {"z": tf.TensorSpec([None, self.latent_dim], tf.float32, name="z")}
        return {"serving_default": (self.call, latents)}
