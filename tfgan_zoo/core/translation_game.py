"""The game of systems whose generators turn an image of one domain into one of another."""

import random
from dataclasses import dataclass

import keras
import numpy as np

from tfgan_zoo.core.game import Game
from tfgan_zoo.random import draws
from tfgan_zoo.utils.batching import in_batches


@dataclass(frozen=True)
class Direction:
    """One way to translate.

    Attributes:
        network: functional model from an image [B, H, W, C] to an image in [-1, 1]; or, where
            translations are drawn, from {"condition": image, "noise": [B, N] uniform in [0, 1)}.
        source, target: the batch keys of the images that it takes and of those that it should make.
        paired: whether an example's target is the translation of its source.
    """

    network: keras.Model
    source: str
    target: str
    paired: bool

    @property
    def noise_size(self):
        """N, or 0 where the network takes no noise."""
        return self.network.input["noise"].shape[-1] if isinstance(self.network.input, dict) else 0

    @property
    def source_shape(self):
        """(H, W, C)."""
        image = self.network.input["condition"] if self.noise_size else self.network.input
        return tuple(image.shape[1:])

    def __call__(self, images, noise=None, training=False):
        inputs = {"condition": images, "noise": noise} if self.noise_size else images
        return self.network(inputs, training=training)


class TranslationGame(Game):
    """A game whose generators translate images; a batch is a dict of the images of both domains."""

    example_key = "image"

    def directions(self):
        """The name of every way to translate with its `Direction`; the first is the default."""
        raise NotImplementedError(f"{type(self).__name__} must say what it translates.")

    def latents(self, n, seed=None):
        """Refuses, as `generate` does: a translation starts from an image."""
        raise ValueError(f"{type(self).__name__} has no latents; it translates images: translate(images).")

    def generate(self, n, seed=None, **conditions):
        self.latents(n, seed)

    def direction(self, name=None):
        """The `Direction` of that name, or the first.

        Raises:
            ValueError: there is none of that name.
        """
        known = self.directions()
        if name is not None and name not in known:
            raise ValueError(f"{type(self).__name__} translates {', '.join(known)}; got {name!r}.")
        return known[name] if name is not None else next(iter(known.values()))

    def example(self, batch, key):
        if not isinstance(batch, dict):
            keys = " and ".join(self.example_shapes)
            raise ValueError(f"{type(self).__name__} trains on dicts of {keys}; got a bare tensor.")
        return super().example(batch, key)

    @property
    def example_shapes(self):
        shapes = {}
        for way in self.directions().values():
            shapes |= {way.source: way.source_shape, way.target: tuple(way.network.output_shape[1:])}
        return shapes

    def makes(self, batch, seed):
        return {
            way.target: self.translate(batch[way.source], seed, direction=name)
            for name, way in self.directions().items()
        }

    def save_samples(self, path, n, seed, held_out):
        self.picture(path, held_out(n), seed)

    def translate(self, images, seed=None, batch_size=32, direction=None):
        """The translations of images.

        Args:
            images: float array [n, H, W, C] in [-1, 1] of the domain that the direction takes.
            seed: an integer makes the noise, where there is any, repeatable; None draws anew. An image's
                noise depends on its place among the images, not on the other ones.
            batch_size: how many are translated at once.
            direction: a name in `directions()`; None for the first.

        Returns:
            float32 array [n, H, W, C'] in [-1, 1], with averaged weights where they are kept.

        Raises:
            ValueError: the images have another shape than the network's, or there is no such direction.
        """
        way = self.direction(direction)
        images = np.asarray(images, np.float32)
        if images.ndim != 4 or images.shape[1:] != way.source_shape or not len(images):
            shape = ", ".join(str(size) for size in way.source_shape)
            raise ValueError(f"Images to translate must have shape [n, {shape}]; got {images.shape}.")
        seed = random.randrange(2**31) if seed is None else seed
        rows = {"image": images}
        if way.noise_size:
            rows["noise"] = _noise(way, seed, len(images))
        with self.averaged():
            return in_batches(lambda rows: way(rows["image"], rows.get("noise")), rows, batch_size)


def _noise(way, seed, count):
    """The noise [count, N] of so many images, each by a key of its own."""
    return np.stack([draws.uniform([way.noise_size], [seed, row]).numpy() for row in range(count)])
