"""GAN: Generative Adversarial Nets, Goodfellow et al., NeurIPS 2014, arXiv:1406.2661.

A generator G turns noise into examples; a discriminator D tells them from real ones. Algorithm 1:
k ascents of D on log D(x) + log(1 - D(G(z))), then one step of G.

Differs from the paper: the optional replay pool of old fakes (half of what D sees as fake) is a
later remedy for oscillation, off by default, as one-sided label smoothing is. The released code halves D's objective, and so under plain
SGD each of D's steps; here it is whole, and `gan/mnist_paper` halves D's rate instead. The release moves
both players at once on the same fakes; here they move in turn, as in Algorithm 1. The released MNIST
settings also start the output biases of G from the pixels' marginals; here they start at zero.
"""

import keras

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.replay import ReplayPool
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import gan

__all__ = ["GAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class GAN(AdversarialModel):
    """Algorithm 1 of the paper.

    A batch holds k * B real examples, B for each of the k discriminator steps.

    Args:
        generator: functional model, latents [B, d] -> examples.
        discriminator: functional model, examples -> logits [B, 1].
        generator_loss: "non_saturating" (end of section 3) or "minimax" (Algorithm 1).
        k: discriminator steps per generator step (the paper uses 1).
        replay: slots of the pool of old fakes; 0 for none.
        real_target: what D is to say of reals; below 1, such as 0.9, for one-sided label smoothing.
        prior: the latents' distribution; the released MNIST settings use variance 1.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(
        self,
        generator,
        discriminator,
        generator_loss="non_saturating",
        k=1,
        replay=0,
        real_target=1.0,
        prior="uniform_unit_variance",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if k < 1:
            raise ValueError(f"GAN needs at least one discriminator step (k >= 1); got k={k}.")
        self.generator = generator
        self.discriminator = discriminator
        self.generator_loss = generator_loss
        self._generator_objective = gan.generator(generator_loss)
        self.k = k
        self.replay = replay
        self.real_target = real_target
        self.prior = prior
        self.pool = ReplayPool(replay, generator.output_shape[1:]) if replay else None
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    @property
    def batches_per_step(self):
        return self.k

    def train_step(self, data):
        noise = self.noise()
        for batch in self.split(data, self.k):
            real = batch[self.example_key]
            logs = self._discriminator_step(real, noise)
        latents = self.sampler.draw(noise, self.rows(real))

        def generator_loss():
            fake = self.sampler(latents, training=True)
            loss = self._generator_objective(self.discriminator(fake, training=True))
            return loss, {"generator_loss": loss}

        return logs | self.minimize("generator", generator_loss)

    def _discriminator_step(self, real, noise):
        fake = self.sampler(self.sampler.draw(noise, self.rows(real)), training=True)
        shown = self.pool.mix(fake, noise) if self.pool else fake

        def discriminator_loss():
            of_real, of_fake = self.discriminator(real, training=True), self.discriminator(shown, training=True)
            loss = gan.discriminator(of_real, of_fake, self.real_target)
            return loss, {"discriminator_loss": loss}

        logs = self.minimize("discriminator", discriminator_loss)
        if self.pool:
            self.pool.store(fake, noise)
        return logs
