"""CGAN: Conditional Generative Adversarial Nets, Mirza, Osindero, 2014, arXiv:1411.1784.

The game of Goodfellow et al. with a label y given to both players (equation 2): the discriminator
judges whether x is real and belongs to y, the generator makes an x for y.

Differs from the paper: the generator descends -log D by default, as in Goodfellow et al.'s own runs;
"minimax" is equation 2 to the letter. The label of a fake is drawn from the data's own labels,
which here are those of the batch of reals. The configs take noise of mean 0 and variance 1 in place of the
unit hypercube's. Tagging of Flickr images is left out.
"""

import keras

from tfgan_zoo.core.latent_game import LabelledGame
from tfgan_zoo.losses import adversarial

__all__ = ["CGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class CGAN(LabelledGame):
    """Alternates one step of each player on equation 2, every example with its label.

    Args:
        generator: functional model, {"z": [B, d], "label": [B]} -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, {"image": ..., "label": [B]} -> logits [B, 1].
        generator_loss: "non_saturating" or "minimax".
        classes: how many labels there are.
        prior: the latents' distribution; the paper's is uniform in the unit hypercube.
        seed: keys all the noise of training.
    """

    reported = ("discriminator_loss", "generator_loss")

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
        super().__init__(generator, classes=classes, prior=prior, seed=seed, **kwargs)
        self.discriminator = discriminator
        self.generator_loss = generator_loss
        self._generator_objective = adversarial.generator(generator_loss)

    def train_step(self, data):
        noise = self.noise()
        real, label = self.example(data, "image"), self.example(data, "label")
        shape = [self.batch_size(real), self.latent_dim]

        fake = self._fake(noise.latents(self.prior, shape), label)
        discriminator_loss = self.minimize(
            "discriminator",
            lambda: adversarial.discriminator(self._judge(real, label), self._judge(fake, label)),
        )

        latents = noise.latents(self.prior, shape)
        generator_loss = self.minimize(
            "generator",
            lambda: self._generator_objective(self._judge(self._fake(latents, label), label)),
        )
        return self.report(discriminator_loss=discriminator_loss, generator_loss=generator_loss)

    def _fake(self, latents, label):
        return self.generator({"z": latents, "label": label}, training=True)

    def _judge(self, image, label):
        return self.discriminator({"image": image, "label": label}, training=True)
