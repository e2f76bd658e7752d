"""The game of systems whose generator maps a latent, alone or with conditions, to an example."""

import random

import numpy as np
import tensorflow as tf

from tfgan_zoo.core.game import Game
from tfgan_zoo.random import draws
from tfgan_zoo.random.latents import prior
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.batching import in_batches


class LatentGame(Game):
    """A game with a `generator` network and a prior over its latents.

    The generator is a functional model from latents [B, d] to examples; one with conditions takes a
    dict of `z` and the conditions under their batch keys (`label`, `text`, ...). Examples of rank 4
    are images [B, H, W, C] in [-1, 1] under the batch key `image`; examples of rank 2 are points
    [B, d] under the key `x`.

    Args:
        generator: functional model from latents (and conditions) to examples.
        prior: the latents' distribution, a name in `tfgan_zoo.random.latents.PRIORS`.
        seed: keys all the noise of training.
    """

    def __init__(self, generator, prior="normal", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.prior = prior

    @property
    def latent_dim(self):
        return self._inputs()["z"].shape[-1]

    @property
    def example_key(self):
        return "image" if len(self.generator.output_shape) == 4 else "x"

    @property
    def example_shapes(self):
        return {self.example_key: tuple(self.generator.output_shape[1:])}

    def _inputs(self):
        """The generator's symbolic inputs by name."""
        inputs = self.generator.input
        return inputs if isinstance(inputs, dict) else {"z": inputs}

    def latents(self, n, seed=None):
        """`n` latents, float32 [n, d]; the same for the same seed, on any machine."""
        seed = random.randrange(2**31) if seed is None else seed
        return prior(self.prior)([n, self.latent_dim], [seed, 0]).numpy()

    def conditions(self, n, seed):
        """Conditions for `n` examples where the caller of `generate` gives none: key -> [n, ...]."""
        return {}

    def classes_of(self, name):
        """How many values a condition that is an index takes; None for one that is not."""
        return None

    def call(self, inputs):
        """Serving: {"z": [B, d], ...} (or the bare latents) -> {"image": ...} or {"x": ...}."""
        if isinstance(inputs, dict) and len(inputs) == 1:
            inputs = inputs["z"]
        return {self.example_key: tf.cast(self.generator(inputs, training=False), tf.float32)}

    def generate(self, n, seed=None, batch_size=250, **conditions):
        """Draws `n` examples.

        Args:
            n: how many.
            seed: an integer makes the draw repeatable; None draws anew.
            batch_size: how many the generator makes at once.
            **conditions: the generator's inputs other than z: one value for all, or an array [n, ...].
                Those that are not given are drawn.

        Returns:
            float32 array [n, H, W, C] in [-1, 1], or [n, d] for points.
        """
        if n < 1:
            raise ValueError(f"generate needs a positive number of examples; got {n}.")
        seed = random.randrange(2**31) if seed is None else seed
        known = {name for name in self._inputs() if name != "z"}
        if set(conditions) - known:
            takes = ", ".join(sorted(known)) or "none"
            raise ValueError(f"Conditions of this generator: {takes}; got {', '.join(conditions)}.")
        drawn = self.conditions(n, seed) if known - set(conditions) else {}
        return self.decode(self.latents(n, seed), batch_size, **{**drawn, **conditions})

    def decode(self, z, batch_size=250, **conditions):
        """The examples of given latents [n, d] and conditions, with averaged weights where kept."""
        z = np.asarray(z, np.float32)
        if z.ndim != 2 or z.shape[1] != self.latent_dim:
            raise ValueError(f"Latents must have shape [n, {self.latent_dim}]; got {z.shape}.")
        inputs = {"z": z}
        for name, spec in self._inputs().items():
            if name != "z":
                inputs[name] = self._condition(name, spec, conditions, len(z))
        with self.averaged():
            return in_batches(lambda rows: self.call(rows)[self.example_key], inputs, batch_size)

    def _condition(self, name, spec, given, n):
        if name not in given:
            raise ValueError(f"This generator needs the condition {name!r} for each latent.")
        value = np.asarray(given[name])
        shape = (n, *spec.shape[1:])
        if value.shape in ((), shape[1:]):
            value = np.broadcast_to(value, shape)
        if value.shape != shape:
            raise ValueError(f"The condition {name!r} must have shape {shape}; got {value.shape}.")
        classes = self.classes_of(name)
        if classes is not None and not np.isin(value, np.arange(classes)).all():
            raise ValueError(f"The condition {name!r} must be integers from 0 to {classes - 1}.")
        return value.astype(spec.dtype)

    def makes(self, batch, seed):
        return {self.example_key: self.generate(len(batch[self.example_key]), seed)}

    def picture(self, path, batch):
        """Writes the samples that a run keeps: a grid of images, or a scatter of points."""
        if self.example_key == "image":
            pictures.save_grid(self.generate(100, seed=0), path)
        else:
            pictures.save_points(self.generate(2500, seed=0), path)

    def save_samples(self, path, n, seed, held_out):
        write = pictures.save_grid if self.example_key == "image" else pictures.save_points
        write(self.generate(n, seed=seed), path)

    def signatures(self):
        inputs = {
            name: tf.TensorSpec([None, *spec.shape[1:]], spec.dtype, name=name)
            for name, spec in self._inputs().items()
        }
        return {"serving_default": (self.call, inputs)}


class LabelledGame(LatentGame):
    """A latent game whose generator also takes `label`, int32 [B] in [0, classes).

    Args:
        classes: how many classes there are.
    """

    def __init__(self, generator, classes=10, prior="normal", seed=0, **kwargs):
        super().__init__(generator, prior=prior, seed=seed, **kwargs)
        self.classes = classes

    def example(self, batch, key):
        """The tensor of a batch dict; nothing stands for a missing label."""
        if not isinstance(batch, dict):
            raise ValueError(f"{type(self).__name__} trains on dicts of image and label.")
        return super().example(batch, key)

    def classes_of(self, name):
        return self.classes if name == "label" else None

    def conditions(self, n, seed):
        """Labels drawn uniformly."""
        return {"label": draws.integers([n], [seed, 1], self.classes).numpy()}

    def picture(self, path, batch):
        """Ten samples of each class, a row a class, from the same ten latents."""
        labels = np.repeat(np.arange(self.classes), 10)
        latents = np.tile(self.latents(10, seed=0), (self.classes, 1))
        pictures.save_grid(self.decode(latents, label=labels), path, columns=10)
