"""CGAN: Conditional Generative Adversarial Nets, Mirza, Osindero, 2014, arXiv:1411.1784.

The game of Goodfellow et al. with a label y given to both players (equation 2): the discriminator
judges whether x is real and belongs to y, the generator makes an x for y.

Differs from the paper: the generator descends -log D by default, as in Goodfellow et al.'s own runs;
"minimax" is equation 2 to the letter. The label of a fake is drawn from the data's own labels,
which here are those of the batch of reals. The configs take noise of mean 0 and variance 1 in place of the
unit hypercube's. D's objective is equation 2's; the code of Goodfellow et al. halves it, and so under plain
SGD each of D's steps. Weights start as Keras' do, since the paper says nothing of them, and training runs to
its last step, where the paper stops at the best likelihood of validation images. Tagging of Flickr images is
left out.
"""

import keras

from tfgan_zoo.core.classes import require_classes
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.losses import gan

__all__ = ["CGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class CGAN(AdversarialModel):
    """Alternates one step of each player on equation 2, every example with its label.

    Args:
        generator: functional model, {"z": [B, d], "label": [B]} -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, {"image": ..., "label": [B]} -> logits [B, 1].
        generator_loss: "non_saturating" or "minimax".
        classes: how many labels there are.
        prior: the latents' distribution; the paper's is uniform in the unit hypercube.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(
        self,
        generator,
        discriminator,
        generator_loss="non_saturating",
        classes=10,
        prior="unit_hypercube",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.generator_loss = generator_loss
        self._generator_objective = gan.generator(generator_loss)
        self.classes = classes
        self.prior = prior
        sources = {"z": Latents(generator.input["z"].shape[-1], prior), "label": Classes(classes)}
        self.sampler = Sampler(generator, sources)
        require_classes(discriminator, "label", classes)

    @property
    def example_shapes(self):
        return super().example_shapes | {"label": ()}

    def train_step(self, data):
        noise, real, label = self.noise(), data["image"], data["label"]
        rows = self.rows(real)
        fake = self.sampler(self.sampler.draw(noise, rows, label=label), training=True)

        def discriminator_loss():
            loss = gan.discriminator(self._judge(real, label), self._judge(fake, label))
            return loss, {"discriminator_loss": loss}

        inputs = self.sampler.draw(noise, rows, label=label)

        def generator_loss():
            fake = self.sampler(inputs, training=True)
            loss = self._generator_objective(self._judge(fake, label))
            return loss, {"generator_loss": loss}

        logs = self.minimize("discriminator", discriminator_loss)
        return logs | self.minimize("generator", generator_loss)

    def _judge(self, image, label):
        return self.discriminator({"image": image, "label": label}, training=True)
