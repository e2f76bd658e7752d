"""InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial
Nets, Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel, NeurIPS 2016, arXiv:1606.03657.

Part of the generator's input is a code c: one categorical c1 and some continuous ones, uniform in
[-1, 1]. A third network Q, which shares all but its head with the discriminator, reads the code back
from the image. Both the generator and Q maximise L_I = H(c) + E log Q(c | G(z, c)), a lower bound of
the mutual information of code and image (equations 5 and 6), beside the game of the GAN. No label
is used.

Differs from the paper: Q's Gaussian for continuous codes has a standard deviation of 1, as in the
released code, so that its log-likelihood is -(c - mean)^2 / 2 up to a constant. Lambda weighs L_I for the
generator alone, in equation 6 for Q too; at 1, as in all configs, the two are the same. The release's
leaky units have a slope of 0.01, the paper's and these 0.1; its gains of batch norm start at N(1, 0.02),
these at 1.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler, Uniform
from tfgan_zoo.losses import gan
from tfgan_zoo.losses.classification import cross_entropy
from tfgan_zoo.utils import pictures

__all__ = ["InfoGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class InfoGAN(Encoding, AdversarialModel):
    """One step of each player on the GAN's losses less lambda L_I.

    Args:
        generator: functional model, {"z": [B, d], "category": [B], "continuous": [B, k]} -> images.
        discriminator: functional model, images -> {"logit": [B, 1], "category_logits":
            [B, categories], "continuous_mean": [B, k]}: D and Q on one trunk.
        information: lambda in the generator's loss; 0 trains Q alone, the paper's baseline.
        prior: the distribution of z, the incompressible part of the input.
        seed: keys all the noise of training.
    """

    saturation = {"source_loss": gan.SATURATED}
    # Q reads the codes, which are a part of what the image is made of.
    reconstructs = False

    def __init__(self, generator, discriminator, information=1.0, prior="normal", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.information = information
        self.prior = prior
        self.categories = discriminator.output["category_logits"].shape[-1]
        self.continuous_dim = discriminator.output["continuous_mean"].shape[-1]
        sources = {
            "z": Latents(generator.input["z"].shape[-1], prior),
            "category": Classes(self.categories),
            "continuous": Uniform(self.continuous_dim, -1.0, 1.0),
        }
        self.sampler = Sampler(generator, sources)

    def train_step(self, data):
        noise, real = self.noise(), data["image"]
        logs = self._discriminator_step(real, noise)
        return logs | self._generator_step(self.rows(real), noise)

    def _discriminator_step(self, real, noise):
        """D and Q: Q reads fakes only, since nobody knows the code of a real image."""
        code = self.sampler.draw(noise, self.rows(real))
        fake = self.sampler(code, training=True)

        def discriminator_loss():
            of_real = self.discriminator(real, training=True)
            of_fake = self.discriminator(fake, training=True)
            category, continuous = self._unread(code, of_fake)
            of_source = gan.discriminator(of_real["logit"], of_fake["logit"])
            loss = of_source + category + continuous
            return loss, {"discriminator_loss": loss, "source_loss": of_source}

        return self.minimize("discriminator", discriminator_loss)

    def _generator_step(self, rows, noise):
        code = self.sampler.draw(noise, rows)

        def generator_loss():
            judged = self.discriminator(self.sampler(code, training=True), training=True)
            category, continuous = self._unread(code, judged)
            deceit = gan.generator_non_saturating(judged["logit"])
            loss = deceit + self.information * (category + continuous)
            bound = np.log(self.categories) - category
            return loss, {
                "generator_loss": loss,
                "category_bound": bound,
                "continuous_loss": continuous,
            }

        return self.minimize("generator", generator_loss)

    def _unread(self, code, read):
        """-E log Q(c | x), up to constants, of the categorical and of the continuous codes."""
        missed = tf.cast(read["continuous_mean"], tf.float32) - code["continuous"]
        return (
            cross_entropy(code["category"], read["category_logits"]),
            tf.reduce_mean(tf.reduce_sum(tf.square(missed) / 2, axis=-1)),
        )

    def picture(self, path, batch, seed=0):
        """Rows of one category each: five latents, then the first continuous code from -2 to 2."""
        rows = self.categories
        latents = self.latents(5, seed)
        z = np.concatenate([latents, np.repeat(latents[:1], 5, axis=0)])
        continuous = np.zeros([10, self.continuous_dim], np.float32)
        continuous[5:, 0] = np.linspace(-2, 2, 5)
        images = self.decode(
            np.tile(z, (rows, 1)),
            category=np.repeat(np.arange(rows), 10),
            continuous=np.tile(continuous, (rows, 1)),
        )
        pictures.save_grid(images, path, columns=10)

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"category_logits", "continuous_mean"}, Q's reading."""
        read = self.discriminator(inputs["image"], training=False)
        return {name: tf.cast(read[name], tf.float32) for name in ("category_logits", "continuous_mean")}
