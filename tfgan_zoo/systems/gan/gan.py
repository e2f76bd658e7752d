"""GAN: Generative Adversarial Nets, Goodfellow et al., NeurIPS 2014, arXiv:1406.2661.

A generator G turns noise into examples; a discriminator D tells them from real ones. Algorithm 1:
k ascents of D on log D(x) + log(1 - D(G(z))), then one step of G.

Differs from the paper: the optional replay pool of old fakes (half of what D sees as fake) is a
later remedy for oscillation, off by default. The released MNIST settings also start the output
biases of G from the pixels' marginals; here they start at zero.
"""

import keras

from tfgan_zoo.core.critic_game import CriticGame
from tfgan_zoo.core.replay import ReplayPool
from tfgan_zoo.losses import adversarial

__all__ = ["GAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class GAN(CriticGame):
    """Algorithm 1 of the paper.

    A batch holds k * B real examples, k sets of B for the k discriminator steps.

    Args:
        generator: functional model, latents [B, d] -> examples.
        discriminator: functional model, examples -> logits [B, 1].
        generator_loss: "non_saturating" (end of section 3) or "minimax" (Algorithm 1).
        k: discriminator steps per generator step (the paper uses 1).
        replay: slots of the pool of old fakes; 0 for none.
        prior: the latents' distribution; the released MNIST settings use variance 1.
        seed: keys all the noise of training.
    """

    reported = ("discriminator_loss", "generator_loss")
    critic_player = "discriminator"
    critic_steps_name = "k"

    def __init__(
        self,
        generator,
        discriminator,
        generator_loss="non_saturating",
        k=1,
        replay=0,
        prior="uniform_unit_variance",
        seed=0,
        **kwargs,
    ):
        super().__init__(generator, prior=prior, seed=seed, **kwargs)
        if k < 1:
            raise ValueError(f"GAN needs at least one discriminator step (k >= 1); got k={k}.")
        self.discriminator = discriminator
        self.generator_loss = generator_loss
        self._generator_objective = adversarial.generator(generator_loss)
        self.k = k
        self.replay = replay
        self.pool = ReplayPool(replay, generator.output_shape[1:]) if replay else None

    def train_step(self, data):
        noise = self.noise()
        for real in self.critic_batches(data):
            discriminator_loss = self._discriminator_step(real, noise)
        latents = self.latents_for(real, noise)

        def generator_loss():
            fake = self.generator(latents, training=True)
            return self._generator_objective(self.discriminator(fake, training=True))

        generator_loss = self.minimize("generator", generator_loss)
        return self.report(discriminator_loss=discriminator_loss, generator_loss=generator_loss)

    def _discriminator_step(self, real, noise):
        latents = self.latents_for(real, noise)
        fake = self.generator(latents, training=True)
        shown = self.pool.mix(fake, noise) if self.pool else fake

        def loss():
            return adversarial.discriminator(
                self.discriminator(real, training=True), self.discriminator(shown, training=True)
            )

        loss = self.minimize("discriminator", loss)
        if self.pool:
            self.pool.store(fake, noise)
        return loss
