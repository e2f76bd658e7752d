"""Unrolled GAN: Unrolled Generative Adversarial Networks, Metz, Poole, Pfau, Sohl-Dickstein,
ICLR 2017, arXiv:1611.02163.

With f(G, D) = E log D(x) + E log(1 - D(G(z))), the generator descends f(G, D_K), where D_K is what
the discriminator would be after K more updates: its gradient flows through these updates, so it
foresees the reaction to what it does and has no reason to crowd into one mode. D itself takes one
ordinary ascent of f; D_K is forgotten.

Differs from the paper: as in the released demo, both players move at once, where appendix A alternates;
one batch of data and latents serves the whole step, and the inner updates begin with the slots of D's own
optimiser. The weights of the CIFAR-10 networks start as Keras' do.
"""

import keras

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.core.unrolling import holding, unroll
from tfgan_zoo.losses import gan

__all__ = ["UnrolledGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class UnrolledGAN(AdversarialModel):
    """Equations 4 to 8 of the paper.

    Args:
        generator: functional model, latents [B, d] -> examples.
        discriminator: functional model, examples -> logits [B, 1].
        unrolled: K, the discriminator's foreseen updates (the paper uses 0, 1, 5 and 10); with 0 it
            is a GAN with the minimax loss whose players move at once.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(self, generator, discriminator, unrolled=5, prior="normal", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if unrolled < 0:
            raise ValueError(f"UnrolledGAN needs unrolled >= 0; got {unrolled}.")
        self.generator = generator
        self.discriminator = discriminator
        self.unrolled = unrolled
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        latents = self.sampler.draw(noise, self.rows(real))
        # Both players start from the same pair: D ascends f on the fakes of G before it moves.
        fake = self.sampler(latents, training=True)

        def generator_loss():
            loss = self.foreseen(real, latents)
            return loss, {"generator_loss": loss}

        def discriminator_loss():
            loss = self._discriminator_loss(real, fake)
            return loss, {"discriminator_loss": loss}

        logs = self.minimize("generator", generator_loss)
        return self.minimize("discriminator", discriminator_loss) | logs

    def foreseen(self, real, latents):
        """f(G, D_K), the generator's loss, on one batch: a scalar that depends on G through D_K too."""
        fake = self.sampler(latents, training=True)
        variables = self.player_variables("discriminator")
        after = unroll(
            self.optimizer_of("discriminator"),
            variables,
            lambda: self._discriminator_loss(real, fake),
            self.unrolled,
        )
        with holding(variables, after):
            return -self._discriminator_loss(real, fake)

    def _discriminator_loss(self, real, fake):
        """-f(G, D) on one batch."""
        return gan.discriminator(
            self.discriminator(real, training=True), self.discriminator(fake, training=True)
        )
