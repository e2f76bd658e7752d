"""BGAN: Boundary-Seeking Generative Adversarial Networks, Hjelm, Jacob, Che, Trischler, Cho, Bengio, ICLR 2018,
arXiv:1702.08431.

A generator of discrete images gives each pixel a probability, and images are draws, through which no gradient
passes. The discriminator tells how much likelier a draw is among the data than among draws, its density ratio. Of
several draws from one latent the generator makes those likelier that have the larger ratios (algorithm 1).

Of continuous images it learns by gradients through the discriminator, as in any GAN, but it seeks the
discriminator's decision boundary and does not go beyond.

Differs from the paper: the discriminator sees one draw of each latent, in the release all. Grey images are
made black and white at one half. Of discrete data there are binary ones alone.
"""

import math

import keras
import tensorflow as tf
from keras import layers, ops

from tfgan_zoo.core import show
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler, Uniform
from tfgan_zoo.losses import boundary, gan, score_function, variational
from tfgan_zoo.utils.distribution import mean_over_replicas
from tfgan_zoo.utils.registry import look_up

__all__ = ["BoundarySeekingGAN"]

# Of the old value in the moving average of log Z.
_KEPT = 0.995


@keras.saving.register_keras_serializable("tfgan_zoo")
class BoundarySeekingGAN(AdversarialModel):
    """A step of D on the loss of a GAN, then `generator_steps` of G towards D's decision boundary.

    Args:
        generator: functional model, latents [B, d] -> [B, H, W, C]: the logit of each pixel's being white, or
            an example, such as an image in [-1, 1], where pixels are continuous.
        discriminator: functional model, images [B, H, W, C] in [-1, 1] -> logits [B, 1].
        pixels: "binary", -1 or 1, or "continuous".
        samples: M, how many images are drawn of each latent in a step of G on binary pixels.
        weighting: of these M images: by their "ratio", or "uniform", from which G learns nothing.
        boundary_loss: of G on continuous pixels: "squared" or "cross_entropy", see `losses.boundary`.
        follow_log_z: whether "squared" has a moving average of log Z; else 0.
        generator_steps: steps of G for each of D.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(
        self,
        generator,
        discriminator,
        pixels="binary",
        samples=20,
        weighting="ratio",
        boundary_loss="squared",
        follow_log_z=True,
        generator_steps=1,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if samples < 1 or generator_steps < 1:
            raise ValueError(
                f"BGAN needs samples >= 1 and generator_steps >= 1; got samples={samples}, "
                f"generator_steps={generator_steps}."
            )
        self.generator = generator
        self.discriminator = discriminator
        self.pixels = pixels
        steps = {"binary": self._binary_step, "continuous": self._continuous_step}
        self._generator_step = look_up(pixels, steps, "kind of pixels")
        self.samples = samples
        self.weighting = weighting
        weights = {"ratio": score_function.normalized_ratios, "uniform": _uniform}
        self._weights = look_up(weighting, weights, "weighting")
        self.boundary_loss = boundary_loss
        losses = {"squared": self._squared, "cross_entropy": boundary.cross_entropy}
        self._boundary_loss = look_up(boundary_loss, losses, "boundary loss")
        self.follow_log_z = follow_log_z
        self.generator_steps = generator_steps
        self.prior = prior
        self.log_z = self.counter("log_z", 0.0, "float32")
        self.sampler = self._sampler()

    def _sampler(self):
        latents = Latents(self.generator.input_shape[-1], self.prior)
        if self.pixels == "continuous":
            return Sampler(self.generator, {"z": latents})
        drawing = _drawing(self.generator)
        return Sampler(drawing, {"z": latents, "threshold": Uniform(drawing.input["threshold"].shape[-1])})

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        if self.pixels == "binary":
            real = _black_and_white(real > 0)
        rows = self.rows(real)
        logs = self._discriminator_step(real, self.sampler.draw(noise, rows))
        for _ in range(self.generator_steps):
            logs |= self._generator_step(rows, noise)
        return logs

    def _discriminator_step(self, real, inputs):
        fake = self.sampler(inputs, training=True)

        def discriminator_loss():
            loss = gan.discriminator(
                self.discriminator(real, training=True), self.discriminator(fake, training=True)
            )
            return loss, {"discriminator_loss": loss}

        return self.minimize("discriminator", discriminator_loss)

    def _binary_step(self, rows, noise):
        """Algorithm 1: log-likelihoods of M draws of each latent, by the weights of their ratios."""
        z = noise.latents(self.prior, [rows, self.generator.input_shape[-1]])
        shape = self.generator.output_shape[1:]
        thresholds = noise.uniform([rows, self.samples, *shape])

        def generator_loss():
            logits = self.generator(z, training=True)[:, None]
            white = thresholds < tf.sigmoid(logits)
            drawn = tf.reshape(_black_and_white(white), [-1, *shape])
            scores = tf.reshape(self.discriminator(drawn, training=True), [-1, self.samples])
            weights = self._weights(scores)
            log_likelihoods = variational.bernoulli(tf.cast(white, tf.float32), logits)
            loss = score_function.loss(weights, log_likelihoods)
            return loss, {"generator_loss": loss, "effective_samples": score_function.effective_samples(weights)}

        return self.minimize("generator", generator_loss)

    def _continuous_step(self, rows, noise):
        """Boundary seeking by gradients through D."""
        latents = self.sampler.draw(noise, rows)

        def generator_loss():
            logits = self.discriminator(self.sampler(latents, training=True), training=True)
            loss = self._boundary_loss(logits)
            return loss, (boundary.log_partition(logits), {"generator_loss": loss})

        log_partition, logs = self.minimize("generator", generator_loss)
        if self.follow_log_z:
            # Of all replicas' samples; exponentials of what is left after the mean neither vanish nor overflow.
            mean = mean_over_replicas(log_partition)
            now = mean + tf.math.log(mean_over_replicas(tf.exp(log_partition - mean)))
            self.log_z.assign(_KEPT * self.log_z.value + (1 - _KEPT) * now)
        return {**logs, "log_z": self.log_z.value}

    def _squared(self, logits):
        return boundary.squared(logits, self.log_z.value)

    def probabilities(self, z):
        """Latents [n, d] -> the probability of white of each pixel, float32 array [n, H, W, C]."""
        with self.averaged():
            return tf.sigmoid(self.generator(z, training=False)).numpy()

    def picture(self, path, batch, seed=0):
        self.save_samples(path, 100, seed, None)

    def save_samples(self, path, n, seed, held_out):
        """Rows of ten; of binary pixels their probabilities, and below them images drawn by these."""
        if self.pixels == "continuous":
            return super().save_samples(path, n, seed, held_out)
        rows = max(1, n // 20)
        images = self.generate(10 * rows, seed=seed)
        shades = 2 * self.probabilities(self.sampler.inputs_of(10 * rows, seed)["z"]) - 1
        pairs = tf.stack([tf.reshape(each, [rows, 10, *images.shape[1:]]) for each in (shades, images)], axis=1)
        show.examples(tf.reshape(pairs, [-1, *images.shape[1:]]).numpy(), "image", path, columns=10)

    def call(self, inputs):
        """Serving: {"z": [B, d]} -> {"image"}; of binary pixels the likelier ones, beside {"logits"} to draw by."""
        if self.pixels == "continuous":
            return super().call(inputs)
        z = inputs["z"] if isinstance(inputs, dict) else inputs
        logits = tf.cast(self.generator(z, training=False), tf.float32)
        return {"image": _black_and_white(logits > 0), "logits": logits}

    def signatures(self):
        return {"serving_default": (self.call, {"z": self.sampler.specs()["z"]})}


def _black_and_white(white):
    """Whether pixels are white -> images of -1 and 1, float32."""
    return tf.where(white, 1.0, -1.0)


def _uniform(logits):
    return tf.fill(tf.shape(logits), 1 / logits.shape[1])


def _drawing(generator):
    """{"z": [B, d], "threshold": [B, H W C] in (0, 1)} -> images of -1 and 1, white where it is more probable."""
    z = keras.Input(generator.input_shape[1:], name="z")
    logits = generator(z)
    shape = logits.shape[1:]
    threshold = keras.Input([math.prod(shape)], name="threshold", dtype="float32")
    white = layers.Reshape(shape, dtype="float32")(threshold) < ops.sigmoid(logits)
    return keras.Model({"z": z, "threshold": threshold}, ops.where(white, 1.0, -1.0), name="drawing")
