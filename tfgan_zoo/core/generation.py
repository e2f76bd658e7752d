"""What a system makes: samples, translations, pictures and serving functions, by way of its samplers."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.search import search
from tfgan_zoo.random.latents import slerp


class Generation:
    """The part of `AdversarialModel` that makes examples, with averaged weights where they are kept."""

    def samplers(self):
        """{name: `Sampler`} of every way to make examples; the first is the default."""
        return {"serving_default": self.sampler}

    def _first(self):
        return next(iter(self.samplers().values()))

    @property
    def translates(self):
        """Whether it makes examples of images, by `translate`, and not of latents, by `generate`."""
        return self._first().of is not None

    @property
    def example_key(self):
        """The batch key of what it makes."""
        return self._first().makes

    @property
    def example_shapes(self):
        """{batch key: shape of one example} of all that it learns from."""
        shapes = {}
        for sampler in self.samplers().values():
            if sampler.of:
                shapes[sampler.of] = tuple(sampler.inputs[sampler.of].shape[1:])
            shapes[sampler.makes] = sampler.example_shape
        return shapes

    def latents(self, n, seed=None):
        """`n` latents, float32 [n, d]; the same for the same seed, on any machine.

        Raises:
            ValueError: it translates images and has no latents.
        """
        if self.translates:
            raise ValueError(
                f"{type(self).__name__} has no latents; it translates images: translate(images)."
            )
        return self._first().latents(n, seed)

    def generate(self, n, seed=None, batch_size=250, **conditions):
        """Draws `n` examples.

        Args:
            n: how many.
            seed: an integer makes the draw repeatable; None draws anew.
            batch_size: how many the generator makes at once.
            **conditions: the generator's inputs other than z: one value for all, or an array [n, ...].
                Those that are not given are drawn. `truncation`, a number, keeps normal latents within it.

        Returns:
            float32 array [n, H, W, C] in [-1, 1], or [n, d] for points.
        """
        if self.translates:
            self.latents(n)
        with self.averaged():
            return self._first().sample(n, seed, batch_size, **conditions)

    def decode(self, z, batch_size=250, **conditions):
        """The examples of given latents [n, d] and conditions, which are not drawn."""
        z = np.asarray(z, np.float32)
        with self.averaged():
            return self._first().sample(len(z), None, batch_size, draws_missing=False, z=z, **conditions)

    def interpolate(self, pairs, steps, seed=None, truncation=None, images=None, **conditions):
        """The examples along the arcs between pairs of latents, float32 [pairs * steps, ...], pair by pair.

        Of a system that translates images in many ways, the translations of an image along an arc of codes.

        Args:
            pairs: how many arcs.
            steps: points on each, both ends included.
            seed: an integer makes the draw repeatable; None draws anew.
            truncation: as in `generate`, of every latent on the way.
            images: what is translated, an image for each pair, as `translate` takes them.
            **conditions: as `generate` takes them, for each pair; drawn where they are not given.

        Raises:
            ValueError: it translates images and has no latents, or there are not as many images as pairs.
        """
        codes = self.translates and "z" in self._first().sources
        ends = self._first().latents(2 * pairs, seed) if codes else self.latents(2 * pairs, seed)
        walk = slerp(ends[:pairs], ends[pairs:], steps).swapaxes(0, 1).reshape(pairs * steps, -1)
        if codes:
            if images is None or len(images) != pairs:
                given = "none" if images is None else len(images)
                raise ValueError(f"{pairs} arcs of translations take as many images; got {given}.")
            return self.translate(np.repeat(images, steps, axis=0), z=walk, **conditions)
        inputs = self._first().inputs_of(pairs, seed, z=ends[:pairs], **conditions)
        given = {name: np.repeat(values, steps, axis=0) for name, values in inputs.items() if name != "z"}
        return self.decode(walk, truncation=truncation, **given)

    def translate(self, images, seed=None, batch_size=32, direction=None, **conditions):
        """The translations of images.

        Args:
            images: float array [n, H, W, C] in [-1, 1] of the domain that the direction takes.
            seed: an integer makes the noise, where there is any, repeatable; None draws anew.
            batch_size: how many are translated at once.
            direction: a name in `samplers()`; None for the first.
            **conditions: the network's other inputs, as in `generate`.

        Returns:
            float32 array [n, H, W, C'] in [-1, 1].

        Raises:
            ValueError: it translates nothing, there is no such direction, or the images have another shape
                than the network's.
        """
        if not self.translates:
            raise ValueError(f"{type(self).__name__} translates nothing; it draws examples: generate(n).")
        known = self.samplers()
        if direction is not None and direction not in known:
            raise ValueError(f"{type(self).__name__} translates {', '.join(known)}; got {direction!r}.")
        way = self._first() if direction is None else known[direction]
        images, shape = np.asarray(images, np.float32), tuple(way.inputs[way.of].shape[1:])
        if not (tf.TensorShape([None, *shape]).is_compatible_with(images.shape) and len(images)):
            sizes = ", ".join(str(size or "any") for size in shape)
            raise ValueError(f"Images to translate must have shape [n, {sizes}]; got {images.shape}.")
        with self.averaged():
            return way.sample(len(images), seed, batch_size, **{way.of: images}, **conditions)

    def invert(self, images, seed=0, steps=200, learning_rate=0.05, **conditions):
        """The latents whose examples are nearest to given ones in mean squared error, by gradient descent.

        Args:
            images: float array [n, ...] of examples.
            seed: of the latents that the search starts from.
            steps, learning_rate: of Adam.
            **conditions: the generator's other inputs, arrays [n, ...].

        Returns:
            float32 array [n, d].
        """
        images, sampler = tf.constant(images, tf.float32), self._first()
        axes = list(range(1, len(images.shape)))

        def distance(z):
            return tf.reduce_mean(tf.square(sampler.serve({"z": z, **conditions}) - images), axes)

        with self.averaged():
            return search(distance, self.latents(len(images), seed), steps, learning_rate).z

    def makes(self, batch, seed):
        """As many examples of every kind that it makes as `batch` has.

        Args:
            batch: real examples, {key: array [n, ...]}; systems that translate start from them.
            seed: makes them repeatable.

        Returns:
            {key of a batch: float32 array [n, ...]}.
        """
        if not self.translates:
            return {self.example_key: self.generate(len(batch[self.example_key]), seed)}
        return {
            way.makes: self.translate(batch[way.of], seed, direction=name)
            for name, way in self.samplers().items()
        }

    def picture(self, path, batch, seed=0):
        """Writes the PNG by which a run shows what the model makes now.

        Args:
            path: the file to write.
            batch: a few real examples, as `data.load` gives them, for systems that translate.
            seed: of what is drawn.
        """
        if self.translates:
            show.translations(self, path, batch, seed)
        else:
            show.conditions(self, path)

    def save_samples(self, path, n, seed, held_out):
        """Writes a PNG of `n` samples.

        Args:
            path: the file to write.
            n: how many.
            seed: makes them repeatable.
            held_out: a function of a number to a batch of so many examples, for systems that translate.
        """
        if self.translates:
            self.picture(path, held_out(n), seed)
        else:
            show.examples(self.generate(n, seed=seed), self.example_key, path)

    def call(self, inputs):
        """Serving: {input: tensor} (or the bare latents) -> {key of what it makes: float32 tensor}."""
        sampler = self._first()
        inputs = inputs if isinstance(inputs, dict) else {"z": inputs}
        return {sampler.makes: sampler.serve(inputs)}

    def signatures(self):
        """What an export serves: name -> (function of a dict, its `tf.TensorSpec`s)."""
        return {"serving_default": (self.call, self._first().specs())}

    def example_specs(self):
        """The `tf.TensorSpec`s of a signature that reads examples: {"image" or "x": [None, ...]}."""
        key = self.example_key
        return {key: tf.TensorSpec([None, *self.example_shapes[key]], tf.float32, name=key)}
