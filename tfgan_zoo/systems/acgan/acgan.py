"""AC-GAN: Conditional Image Synthesis with Auxiliary Classifier GANs, Odena, Olah, Shlens, ICML 2017,
arXiv:1610.09585.

The generator is given a class; the discriminator is not, but must say both whether an image is real
and of which class it is (section 3). With L_S and L_C the log-likelihoods of the right source and
of the right class, over reals and fakes alike, the discriminator ascends L_S + L_C and the generator
L_C - L_S.

Differs from the paper: the generator's -L_S is -log D(fake) by default, as everyone trains it;
"minimax" is the paper's term to the letter. No noise is added to the activations of D, for whose deviation
the paper tries 0, 0.1 and 0.2.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.classes import require_logits
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.losses import gan
from tfgan_zoo.losses.classification import cross_entropy

__all__ = ["ACGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class ACGAN(AdversarialModel):
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

    saturation = {"source_loss": gan.SATURATED}

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
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.generator_loss = generator_loss
        self._generator_objective = gan.generator(generator_loss)
        self.class_weight = class_weight
        self.classes = classes
        self.prior = prior
        sources = {"z": Latents(generator.input["z"].shape[-1], prior), "label": Classes(classes)}
        self.sampler = Sampler(generator, sources)
        require_logits(discriminator, "class", classes)

    @property
    def example_shapes(self):
        return super().example_shapes | {"label": ()}

    def train_step(self, data):
        noise, real, label = self.noise(), data["image"], data["label"]
        logs = self._discriminator_step(real, label, noise)
        return logs | self._generator_step(self.rows(real), noise)

    def _discriminator_step(self, real, label, noise):
        inputs = self.sampler.draw(noise, self.rows(real))
        fake = self.sampler(inputs, training=True)

        def discriminator_loss():
            of_real = self.discriminator(real, training=True)
            of_fake = self.discriminator(fake, training=True)
            real_class = cross_entropy(label, of_real["class"])
            of_class = real_class + cross_entropy(inputs["label"], of_fake["class"])
            of_source = gan.discriminator(of_real["source"], of_fake["source"])
            loss = of_source + self.class_weight * of_class
            logs = {"discriminator_loss": loss, "source_loss": of_source, "real_class_loss": real_class}
            return loss, logs

        return self.minimize("discriminator", discriminator_loss)

    def _generator_step(self, rows, noise):
        inputs = self.sampler.draw(noise, rows)

        def generator_loss():
            judged = self.discriminator(self.sampler(inputs, training=True), training=True)
            of_class = cross_entropy(inputs["label"], judged["class"])
            loss = self._generator_objective(judged["source"]) + self.class_weight * of_class
            return loss, {"generator_loss": loss, "fake_class_loss": of_class}

        return self.minimize("generator", generator_loss)

    def classify(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"source": [B], "class_logits": [B, classes]}."""
        judged = self.discriminator(inputs["image"], training=False)
        return {
            "source": tf.cast(judged["source"][:, 0], tf.float32),
            "class_logits": tf.cast(judged["class"], tf.float32),
        }

    def signatures(self):
        return super().signatures() | {"classify": (self.classify, self.example_specs())}
