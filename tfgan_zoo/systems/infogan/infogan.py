"""InfoGAN: Interpretable Representation Learning by Information Maximizing Generative Adversarial
Nets, Chen, Duan, Houthooft, Schulman, Sutskever, Abbeel, NeurIPS 2016, arXiv:1606.03657.

Part of the generator's input is a code c: one categorical c1 and some continuous ones, uniform in
[-1, 1]. A third network Q, which shares all but its head with the discriminator, reads the code back
from the image. Both the generator and Q maximise L_I = H(c) + E log Q(c | G(z, c)), a lower bound of
the mutual information of code and image (equations 5 and 6), beside the game of the GAN. No label
is used.

Differs from the paper: Q's Gaussian for continuous codes has a standard deviation of 1, as in the
released code, so that its log-likelihood is -(c - mean)^2 / 2 up to a constant.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.latent_game import LatentGame
from tfgan_zoo.losses import adversarial
from tfgan_zoo.random import draws
from tfgan_zoo.utils import pictures

__all__ = ["InfoGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class InfoGAN(LatentGame):
    """One step of each player on the GAN's losses less lambda L_I.

    Args:
        generator: functional model, {"z": [B, d], "category": [B], "continuous": [B, k]} -> images.
        discriminator: functional model, images -> {"logit": [B, 1], "category_logits":
            [B, categories], "continuous_mean": [B, k]}: D and Q on one trunk.
        information: lambda in the generator's loss; 0 trains Q alone, the paper's baseline.
        prior: the distribution of z, the incompressible part of the input.
        seed: keys all the noise of training.
    """

    reported = ("discriminator_loss", "generator_loss", "category_bound", "continuous_loss")

    def __init__(self, generator, discriminator, information=1.0, prior="normal", seed=0, **kwargs):
        super().__init__(generator, prior=prior, seed=seed, **kwargs)
        self.discriminator = discriminator
        self.information = information

    @property
    def categories(self):
        return self.discriminator.output["category_logits"].shape[-1]

    @property
    def continuous_dim(self):
        return self.discriminator.output["continuous_mean"].shape[-1]

    def train_step(self, data):
        noise = self.noise()
        real = self.example(data, "image")
        discriminator_loss = self._discriminator_step(real, noise)
        generator_loss, unread = self._generator_step(self.batch_size(real), noise)
        return self.report(
            discriminator_loss=discriminator_loss,
            generator_loss=generator_loss,
            category_bound=np.log(self.categories) - unread["category"],
            continuous_loss=unread["continuous"],
        )

    def _discriminator_step(self, real, noise):
        """D and Q: Q reads fakes only, since nobody knows the code of a real image."""
        code = self._draw(self.batch_size(real), noise)
        fake = self.generator(code, training=True)

        def loss():
            of_real = self.discriminator(real, training=True)
            of_fake = self.discriminator(fake, training=True)
            unread = self._unread(code, of_fake)
            game = adversarial.discriminator(of_real["logit"], of_fake["logit"])
            return game + unread["category"] + unread["continuous"]

        return self.minimize("discriminator", loss)

    def _generator_step(self, batch, noise):
        code = self._draw(batch, noise)
        unread = {}

        def loss():
            judged = self.discriminator(self.generator(code, training=True), training=True)
            unread.update(self._unread(code, judged))
            game = adversarial.generator_non_saturating(judged["logit"])
            return game + self.information * (unread["category"] + unread["continuous"])

        return self.minimize("generator", loss), unread

    def _unread(self, code, read):
        """-E log Q(c | x), up to constants, of each part of the code."""
        missed = tf.cast(read["continuous_mean"], tf.float32) - code["continuous"]
        return {
            "category": adversarial.cross_entropy(code["category"], read["category_logits"]),
            "continuous": tf.reduce_mean(tf.reduce_sum(tf.square(missed) / 2, axis=-1)),
        }

    def _draw(self, batch, noise):
        return {
            "z": noise.latents(self.prior, [batch, self.latent_dim]),
            "category": noise.integers([batch], self.categories),
            "continuous": noise.uniform([batch, self.continuous_dim], -1.0, 1.0),
        }

    def classes_of(self, name):
        return self.categories if name == "category" else None

    def conditions(self, n, seed):
        """Codes from their priors."""
        return {
            "category": draws.integers([n], [seed, 1], self.categories).numpy(),
            "continuous": draws.uniform([n, self.continuous_dim], [seed, 2], -1.0, 1.0).numpy(),
        }

    def picture(self, path, batch):
        """Rows of one category each: five latents, then the first continuous code from -2 to 2."""
        rows = self.categories
        latents = self.latents(5, seed=0)
        z = np.concatenate([latents, np.repeat(latents[:1], 5, axis=0)])
        continuous = np.zeros([10, self.continuous_dim], np.float32)
        continuous[5:, 0] = np.linspace(-2, 2, 5)
        images = self.decode(
            np.tile(z, (rows, 1)),
            category=np.repeat(np.arange(rows), 10),
            continuous=np.tile(continuous, (rows, 1)),
        )
        pictures.save_grid(images, path, columns=10)

    def encode(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"category_logits", "continuous_mean"}, Q's reading."""
        read = self.discriminator(inputs["image"], training=False)
        return {
            name: tf.cast(read[name], tf.float32) for name in ("category_logits", "continuous_mean")
        }

    def signatures(self):
        image = tf.TensorSpec([None, *self.discriminator.input_shape[1:]], tf.float32, name="image")
        return {**super().signatures(), "encode": (self.encode, {"image": image})}
