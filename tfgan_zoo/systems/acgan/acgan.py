"""AC-GAN: Conditional Image Synthesis with Auxiliary Classifier GANs, Odena, Olah, Shlens, ICML 2017,
arXiv:1610.09585.

The generator is given a class; the discriminator is not, but must say both whether an image is real
and of which class it is (section 3). With L_S and L_C the log-likelihoods of the right source and
of the right class, over reals and fakes alike, the discriminator ascends L_S + L_C and the generator
L_C - L_S.

Differs from the paper: the generator's -L_S is -log D(fake) by default, as everyone trains it;
"minimax" is the paper's term to the letter.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.latent_game import LabelledGame
from tfgan_zoo.losses import adversarial

__all__ = ["ACGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class ACGAN(LabelledGame):
    """One step of each player on L_S + L_C and L_C - L_S.

    Args:
        generator: functional model, {"z": [B, d], "label": [B]} -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, images -> {"source": logits [B, 1], "class": logits
            [B, classes]}.
        generator_loss: "non_saturating" or "minimax", for the source.
        class_weight: of L_C for both players; the paper's 1. At 0 no class is learnt.
        classes: how many there are; fakes' classes are drawn uniformly.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    reported = ("discriminator_loss", "generator_loss", "real_class_loss", "fake_class_loss")

    def __init__(
        self,
        generator,
        discriminator,
        generator_loss="non_saturating",
        class_weight=1.0,
        classes=10,
        prior="uniform",
        seed=0,
        **kwargs,
    ):
        super().__init__(generator, classes=classes, prior=prior, seed=seed, **kwargs)
        self.discriminator = discriminator
        self.generator_loss = generator_loss
        self._generator_objective = adversarial.generator(generator_loss)
        self.class_weight = class_weight

    def train_step(self, data):
        noise = self.noise()
        real, label = self.example(data, "image"), self.example(data, "label")
        discriminator_loss, real_class_loss = self._discriminator_step(real, label, noise)
        generator_loss, fake_class_loss = self._generator_step(self.batch_size(real), noise)
        return self.report(
            discriminator_loss=discriminator_loss,
            generator_loss=generator_loss,
            real_class_loss=real_class_loss,
            fake_class_loss=fake_class_loss,
        )

    def _discriminator_step(self, real, label, noise):
        latents, wanted = self._draw(self.batch_size(real), noise)
        fake = self.generator({"z": latents, "label": wanted}, training=True)
        parts = {}

        def loss():
            of_real = self.discriminator(real, training=True)
            of_fake = self.discriminator(fake, training=True)
            parts["real_class"] = adversarial.cross_entropy(label, of_real["class"])
            of_class = parts["real_class"] + adversarial.cross_entropy(wanted, of_fake["class"])
            of_source = adversarial.discriminator(of_real["source"], of_fake["source"])
            return of_source + self.class_weight * of_class

        return self.minimize("discriminator", loss), parts["real_class"]

    def _generator_step(self, batch, noise):
        latents, wanted = self._draw(batch, noise)
        parts = {}

        def loss():
            fake = self.generator({"z": latents, "label": wanted}, training=True)
            judged = self.discriminator(fake, training=True)
            parts["class"] = adversarial.cross_entropy(wanted, judged["class"])
            return self._generator_objective(judged["source"]) + self.class_weight * parts["class"]

        return self.minimize("generator", loss), parts["class"]

    def _draw(self, batch, noise):
        latents = noise.latents(self.prior, [batch, self.latent_dim])
        return latents, noise.integers([batch], self.classes)

    def classify(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"source": [B], "class_logits": [B, classes]}."""
        judged = self.discriminator(inputs["image"], training=False)
        return {
            "source": tf.cast(judged["source"][:, 0], tf.float32),
            "class_logits": tf.cast(judged["class"], tf.float32),
        }

    def signatures(self):
        image = tf.TensorSpec([None, *self.discriminator.input_shape[1:]], tf.float32, name="image")
        return {**super().signatures(), "classify": (self.classify, {"image": image})}
