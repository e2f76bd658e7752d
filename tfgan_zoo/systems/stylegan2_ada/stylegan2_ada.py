"""StyleGAN2-ADA: Training Generative Adversarial Networks with Limited Data, Karras, Aittala, Hellsten, Laine,
Lehtinen, Aila, NeurIPS 2020, arXiv:2006.06676.

StyleGAN2 (Karras et al. 2020, arXiv:1912.04958) for few images. A mapping network turns latents into styles, which
scale the kernels of a synthesis network. With few images the discriminator learns them by heart; so all that it is
shown, reals and fakes, is changed at random, by transformations from which the distribution of what was changed
can still be told. The probability p of each is raised while the signs of the discriminator's logits of reals say
that it overfits, and lowered while they do not (section 3). R1 and path length regularisation are taken every few
steps, in updates of their own.

Differs from the paper: images are interpolated bilinearly where they are warped, not through a wavelet. Styles are
mixed example by example. The running mean of path lengths that a batch is held to does not contain that batch.
The probability of augmentation does not rise above 1, where the release lets it.
"""

from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.layers.augmentation import NUMBERS
from tfgan_zoo.losses import gan, penalties
from tfgan_zoo.random import draws
from tfgan_zoo.systems.stylegan2_ada import networks
from tfgan_zoo.systems.stylegan2_ada.styles import DrawsByStyle, mixed, within_range
from tfgan_zoo.utils.batching import in_batches
from tfgan_zoo.utils.distribution import mean_over_replicas

__all__ = ["StyleGAN2ADA"]

_PATH_RATE = 0.01

# Images in a batch of which logits are asked for.
_JUDGED_TOGETHER = 32


@keras.saving.register_keras_serializable("tfgan_zoo")
class StyleGAN2ADA(DrawsByStyle, AdversarialModel):
    """A step of the discriminator on sp(-D(T(x))) + sp(D(T(G(z)))), then one of the generator on sp(-D(T(G(z)))).

    sp(a) = log(1 + e^a), T is `augmentation`.

    Args:
        mapping: functional model, {"z": [B, d], "truncation_psi": [B]} -> w [B, e].
        synthesis: functional model, {"w": [B, layers, e], "noise": [B, N]} -> images for [-1, 1].
        discriminator: functional model, images -> logits [B, 1].
        augmentation: an `AdaptiveAugmentation`; with initial=0 and adjust_over=0 images stay what they are.
        r1_weight: gamma, of E |grad D(T(x))|^2 / 2 by x; None takes 0.0002 H W / B (appendix C).
        r1_every: steps from one R1 update to the next.
        path_weight: of E (|J' y| - a)^2, on half a batch; 0 for none.
        path_every: steps from one of its updates to the next.
        style_mixing: the share of fakes in training whose last layers, from a random one on, have the style of
            other latents.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(
        self,
        mapping,
        synthesis,
        discriminator,
        augmentation,
        r1_weight=None,
        r1_every=16,
        path_weight=2.0,
        path_every=4,
        style_mixing=0.9,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.mapping, self.synthesis = mapping, synthesis
        self.discriminator = discriminator
        self.augmentation = augmentation
        self.r1_weight, self.r1_every = r1_weight, r1_every
        self.path_weight, self.path_every = path_weight, path_every
        self.style_mixing = style_mixing
        self.path_mean = self.counter("path_mean", dtype="float32")
        self.styles = synthesis.input["w"].shape[1]
        sources = {
            "z": Latents(mapping.input["z"].shape[-1]),
            "truncation_psi": _Whole(),
            "noise": Latents(synthesis.input["noise"].shape[-1]),
        }
        whole = networks.generator(mapping, synthesis)
        self.sampler = Sampler(whole, sources, finish=within_range)

    def players(self):
        return {"discriminator": [self.discriminator], "generator": [self.mapping, self.synthesis]}

    def train_step(self, data):
        noise, real = self.noise(), data["image"]
        rows = self.rows(real)
        logs = self._discriminator_step(real, noise) | self._r1_step(real, noise)
        logs |= self._generator_step(rows, noise)
        return logs | self._path_step(max(rows // 2, 1) if isinstance(rows, int) else rows // 2, noise)

    def _discriminator_step(self, real, noise):
        rows = self.rows(real)
        fake = self._fakes(self._inputs(noise, rows))
        for_real, for_fake = (self.augmentation.numbers(noise, rows) for _ in range(2))

        def loss():
            of_real, of_fake = self._judged(real, for_real), self._judged(fake, for_fake)
            loss = gan.discriminator(of_real, of_fake)
            return loss, (of_real, {"discriminator_loss": loss})

        of_real, logs = self.minimize("discriminator", loss)
        return logs | self.augmentation.observe(of_real)

    def _r1_step(self, real, noise):
        rows = self.rows(real)
        numbers = self.augmentation.numbers(noise, rows)

        def loss():
            penalty = penalties.r1(lambda x: self._judged(x, numbers), real)
            return self._gamma(real) * penalty, penalty

        return {"r1_penalty": self.minimize_every("discriminator", self.r1_every, loss)}

    def _generator_step(self, rows, noise):
        inputs, numbers = self._inputs(noise, rows), self.augmentation.numbers(noise, rows)

        def loss():
            loss = gan.generator_non_saturating(self._judged(self._fakes(inputs), numbers))
            return loss, {"generator_loss": loss}

        return self.minimize("generator", loss)

    def _path_step(self, rows, noise):
        if not self.path_weight:
            return {}
        inputs = self._inputs(noise, rows)
        directions = noise.latents("normal", [rows, *self.synthesis.output_shape[1:]])

        def loss():
            # Not in training mode, in which the mapping would wait for other replicas.
            styles = self._styles(inputs, training=False)
            lengths = penalties.path_lengths(
                lambda w: self.synthesis({"w": w, "noise": inputs["noise"]}, training=True), styles, directions
            )
            penalty = tf.reduce_mean(tf.square(lengths - self.path_mean.value))
            return self.path_weight * penalty, tf.reduce_mean(lengths)

        length = self.minimize_every("generator", self.path_every, loss)
        mean = self.path_mean.value
        moved = mean + _PATH_RATE * (mean_over_replicas(length) / self.path_every - mean)
        self.path_mean.assign(tf.where(self.due(self.path_every), moved, mean))
        return {"path_length": length}

    def _judged(self, images, numbers):
        """D(T(images))."""
        return self.discriminator(self.augmentation(images, numbers, training=True), training=True)

    def judge(self, images, seed):
        """D(T(x)) of images [n, H, W, C] in [-1, 1], float32 [n].

        seed: an integer that keys the changes.
        """
        count = len(images)
        rows = -(-count // _JUDGED_TOGETHER) * _JUDGED_TOGETHER
        # The first ones once more, where the deviation of a group asks for whole groups.
        images = np.resize(np.asarray(images, np.float32), [rows, *images.shape[1:]])
        numbers = draws.uniform([rows, NUMBERS], [seed, 0]).numpy()

        def logits(inputs):
            return self._judged(inputs["image"], inputs["numbers"])[:, 0]

        return in_batches(logits, {"image": images, "numbers": numbers}, _JUDGED_TOGETHER)[:count]

    def _gamma(self, real):
        if self.r1_weight is not None:
            return self.r1_weight
        batch = tf.cast(self.rows(real) * tf.distribute.get_strategy().num_replicas_in_sync, tf.float32)
        return 0.0002 * real.shape[1] * real.shape[2] / batch

    def _inputs(self, noise, rows):
        """What fakes of one pass are made of; where styles are mixed, the other latents and where they begin."""
        inputs = self.sampler.draw(noise, rows)
        if not self.style_mixing:
            return inputs
        other = noise.latents("normal", [rows, inputs["z"].shape[-1]])
        begin = 1 + noise.integers([rows], self.styles - 1)
        mixes = noise.uniform([rows]) < self.style_mixing
        return inputs | {"other": other, "begin": tf.where(mixes, begin, self.styles)}

    def _fakes(self, inputs):
        styles = self._styles(inputs, training=True)
        return self.synthesis({"w": styles, "noise": inputs["noise"]}, training=True)

    def _styles(self, inputs, training):
        """The styles of all layers, [B, layers, e]."""

        def of(z, training):
            w = self.mapping({"z": z, "truncation_psi": inputs["truncation_psi"]}, training=training)
            return tf.repeat(w[:, None], self.styles, axis=1)

        styles = of(inputs["z"], training)
        if "other" not in inputs:
            return styles
        # The running mean of styles moves once, by the first ones.
        return mixed(styles, of(inputs["other"], training=False), inputs["begin"])


@dataclass(frozen=True)
class _Whole:
    """Ones [B]: styles that are not truncated."""

    # What a caller may give instead.
    low, high, size = 0.0, 1.0, None

    def draw(self, rows, key):
        return tf.ones([rows])
