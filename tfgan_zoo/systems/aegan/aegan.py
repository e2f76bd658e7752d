"""AEGAN: Learning Inverse Mapping by Autoencoder based Generative Adversarial Nets, Luo, Xu, Tang, Lv, 2017,
arXiv:1703.10094.

A GAN's generator is inverted by an encoder that is trained after it. First the GAN is trained as ever. Then the
generator is frozen and becomes the decoder of an auto-encoder: the encoder reads a sample G(z) and finds a latent
whose image is that sample again, by the loss |G(z) - G(E(G(z)))|^2 of pixels. Images are compared and not latents,
since many latents may draw one image: the mean of these, which regression finds, need not draw it.

Differs from the paper: its text was not at hand, and the method is written after its abstract; networks, rates and
lengths are chosen here. The squared error of latents is the baseline `latents`; an encoder that is trained against a
discriminator of pairs is the system BiGAN.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.alternation import non_saturating_step
from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import gan

__all__ = ["AEGANInverse"]

OBJECTIVES = ("images", "latents")


@keras.saving.register_keras_serializable("tfgan_zoo")
class AEGANInverse(Encoding, AdversarialModel):
    """A GAN in the stage `generation`, then the encoder of its samples in the stage `inversion`.

    `compile` takes one stage without the other, too: `inversion` alone inverts a generator whose weights were loaded.

    Args:
        generator: functional model, latents [B, d] -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, images -> logits [B, 1].
        encoder: functional model, images -> latents [B, d], linear.
        objective: of the encoder: "images", the squared error of pixels, or "latents", that of latents, as a baseline.
        prior: the distribution of the latents.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}
    stage_names = ("generation", "inversion")
    stages_in_any_order = True

    def __init__(self, generator, discriminator, encoder, objective="images", prior="uniform", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if objective not in OBJECTIVES:
            raise ValueError(f"AEGAN's encoder learns from {' or '.join(OBJECTIVES)}; got objective={objective!r}.")
        if encoder.output_shape != generator.input_shape:
            raise ValueError(
                f"The encoder makes {encoder.output_shape[-1]} numbers of an image, and the generator takes latents "
                f"of {generator.input_shape[-1]}; give both the same latent_dim."
            )
        self.generator = generator
        self.discriminator = discriminator
        self.encoder = encoder
        self.objective = objective
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def players(self):
        return super().players() | {"encoder": [self.encoder]}

    def train_step(self, data):
        noise, real = self.noise(), data["image"]
        if self.stage == "inversion":
            return self._inversion_step(noise, self.rows(real))
        return non_saturating_step(self, noise, real)

    def _inversion_step(self, noise, rows):
        """Real images have no part in it, and the generator is as it serves: its batch norm in inference mode."""
        latents = self.sampler.draw(noise, rows)
        made = self.sampler(latents)

        def encoder_loss():
            found = self.encoder(made, training=True)
            pixels = _squared_error(self.sampler({"z": found}), made)
            of_latents = _squared_error(found, latents["z"])
            loss = pixels if self.objective == "images" else of_latents
            return loss, {"encoder_loss": loss, "image_error": pixels, "latent_error": of_latents}

        return self.minimize("encoder", encoder_loss)

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"z": [B, d]}."""
        return {"z": tf.cast(self.encoder(inputs["image"], training=False), tf.float32)}

    def picture(self, path, batch, seed=0):
        """Samples while the GAN is trained; then a row of reals and three of samples, above their reconstructions."""
        if self.current_stage() == "generation":
            super().picture(path, batch, seed)
        else:
            show.reconstructions(self, path, batch, seed)

    def save_samples(self, path, n, seed, held_out):
        """As `picture`: `n` images, a few less or more, each above its reconstruction."""
        self.picture(path, held_out(max(1, n // 4)), seed)


def _squared_error(one, other):
    """The mean squared difference of two batches [B, ...], a float32 scalar."""
    return tf.reduce_mean(tf.square(tf.cast(one, tf.float32) - tf.cast(other, tf.float32)))
