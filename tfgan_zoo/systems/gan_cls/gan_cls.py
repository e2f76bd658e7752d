"""GAN-CLS and GAN-INT: Generative Adversarial Text to Image Synthesis, Reed, Akata, Yan, Logeswaran,
Schiele, Lee, ICML 2016, arXiv:1605.05396.

Generator and discriminator both read phi(t), the embedding of a text t by an encoder that was trained
before and stays as it is. Algorithm 1 (GAN-CLS): the discriminator ascends
log s_r + (log(1 - s_w) + log(1 - s_f)) / 2 with s_r of a real image and its text, s_w of a real image and
a wrong text, s_f of a fake and its text, and so learns whether a text fits, too. Equation 5 (GAN-INT):
the generator also draws texts that nobody wrote, halfway between two of the batch.

Differs from the paper: the wrong pair has the right text and another image, as in the released code, not
the right image and another text.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.text_game import TextGame
from tfgan_zoo.losses import adversarial

__all__ = ["GANCLS"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class GANCLS(TextGame):
    """Algorithm 1 with equation 5.

    Args:
        generator: functional model, {"z": [B, d], "text": [B, e]} -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, {"image": [B, H, W, C], "text": [B, e]} -> logits [B, 1].
        text_encoder, captions: see `TextGame`.
        matching_aware: whether the discriminator also sees real images with texts that do not fit
            (GAN-CLS).
        interpolate: whether the generator also draws interpolated texts (GAN-INT).
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    reported = ("discriminator_loss", "generator_loss")

    def __init__(
        self,
        generator,
        discriminator,
        text_encoder,
        captions,
        matching_aware=True,
        interpolate=True,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(generator, text_encoder, captions, prior=prior, seed=seed, **kwargs)
        self.discriminator = discriminator
        self.matching_aware = matching_aware
        self.interpolate = interpolate

    @property
    def example_shapes(self):
        image, text = self.generator.output_shape[1:], self._inputs()["text"].shape[1:]
        wrong = {"wrong_image": tuple(image)} if self.matching_aware else {}
        return {"image": tuple(image), "text": tuple(text), **wrong}

    def train_step(self, data):
        noise = self.noise()
        real, text = self.example(data, "image"), self.example(data, "text")
        wrong = self.example(data, "wrong_image") if self.matching_aware else None
        discriminator_loss = self._discriminator_step(real, wrong, text, noise)
        generator_loss = self._generator_step(text, noise)
        return self.report(discriminator_loss=discriminator_loss, generator_loss=generator_loss)

    def _discriminator_step(self, real, wrong, text, noise):
        latents = noise.latents(self.prior, [self.batch_size(real), self.latent_dim])
        fake = self.generator({"z": latents, "text": text}, training=True)

        def judged(image):
            return self.discriminator({"image": image, "text": text}, training=True)

        def loss():
            s_r, s_f = judged(real), judged(fake)
            if wrong is None:
                return adversarial.discriminator(s_r, s_f)
            s_w = judged(wrong)
            # One half of each is log s_r + (log(1 - s_w) + log(1 - s_f)) / 2.
            return (adversarial.discriminator(s_r, s_w) + adversarial.discriminator(s_r, s_f)) / 2

        return self.minimize("discriminator", loss)

    def _generator_step(self, text, noise):
        texts = [text, _between(text)] if self.interpolate else [text]
        # Drawn apart, so that replicas see together what one would see alone.
        latents = [noise.latents(self.prior, [self.batch_size(t), self.latent_dim]) for t in texts]
        # One batch, as in the released code: alone, middles would be as far apart as texts after batch norm.
        texts, latents = (tf.concat(rows, axis=0) for rows in (texts, latents))

        def loss():
            fake = self.generator({"z": latents, "text": texts}, training=True)
            return adversarial.generator_non_saturating(
                self.discriminator({"image": fake, "text": texts}, training=True)
            )

        return self.minimize("generator", loss)


def _between(text):
    """[B, e] -> [B // 2, e]: the middle of each two rows that follow one another (beta of 1/2)."""
    pairs = text[: text.shape[0] // 2 * 2] if text.shape[0] else text
    return (pairs[0::2] + pairs[1::2]) / 2
