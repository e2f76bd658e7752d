"""Unrolled GAN: Unrolled Generative Adversarial Networks, Metz, Poole, Pfau, Sohl-Dickstein,
ICLR 2017, arXiv:1611.02163.

With f(G, D) = E log D(x) + E log(1 - D(G(z))), the generator descends f(G, D_K), where D_K is what
the discriminator would be after K more updates: its gradient flows through these updates, so it
foresees the reaction to what it does and has no reason to crowd into one mode. D itself takes one
ordinary ascent of f; D_K is forgotten.

Differs from the paper: nothing in the method. As in the released demo, one batch of data and
latents serves the whole step, and the inner updates begin with the slots of D's own optimiser.
"""

import keras

from tfgan_zoo.core.latent_game import LatentGame
from tfgan_zoo.core.unrolling import holding, unroll
from tfgan_zoo.losses import adversarial

__all__ = ["UnrolledGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class UnrolledGAN(LatentGame):
    """Equations 4 to 8 of the paper.

    Args:
        generator: functional model, latents [B, d] -> examples.
        discriminator: functional model, examples -> logits [B, 1].
        unrolled: K, the discriminator's foreseen updates (the paper uses 0, 1, 5 and 10); with 0 it
            is a GAN with the minimax loss whose players move at once.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    reported = ("discriminator_loss", "generator_loss")

    def __init__(self, generator, discriminator, unrolled=5, prior="normal", seed=0, **kwargs):
        super().__init__(generator, prior=prior, seed=seed, **kwargs)
        if unrolled < 0:
            raise ValueError(f"UnrolledGAN needs unrolled >= 0; got {unrolled}.")
        self.discriminator = discriminator
        self.unrolled = unrolled

    def train_step(self, data):
        noise = self.noise()
        real = self.example(data, self.example_key)
        latents = noise.latents(self.prior, [self.batch_size(real), self.latent_dim])
        # Both players start from the same pair: D ascends f on the fakes of G before it moves.
        fake = self.generator(latents, training=True)
        generator_loss = self.minimize("generator", lambda: self.foreseen(real, latents))
        discriminator_loss = self.minimize(
            "discriminator", lambda: self._discriminator_loss(real, fake)
        )
        return self.report(discriminator_loss=discriminator_loss, generator_loss=generator_loss)

    def foreseen(self, real, latents):
        """f(G, D_K), the generator's loss, on one batch: a scalar that depends on G through D_K too."""
        fake = self.generator(latents, training=True)
        variables = self.player_variables("discriminator")
        after = unroll(
            self.optimizers["discriminator"],
            variables,
            lambda: self._discriminator_loss(real, fake),
            self.unrolled,
        )
        with holding(variables, after):
            return -self._discriminator_loss(real, fake)

    def _discriminator_loss(self, real, fake):
        """-f(G, D) on one batch."""
        return adversarial.discriminator(
            self.discriminator(real, training=True), self.discriminator(fake, training=True)
        )
