"""WGAN-GP: Improved Training of Wasserstein GANs, Gulrajani, Ahmed, Arjovsky, Dumoulin, Courville,
NeurIPS 2017, arXiv:1704.00028.

The critic of a WGAN kept 1-Lipschitz by a penalty on the length of its gradient, at points between
real and fake examples, instead of by clipping. Algorithm 1: n_critic steps of the critic on
E f(G(z)) - E f(x) + lambda E (||grad f|| - 1)^2, then one step of the generator.

Differs from the paper: nothing in the method. On CIFAR-10 the released code also gives the generator twice
the critic's batch and adds noise within a pixel's level to the reals; by default there is neither.
"""

import keras

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import penalties, wasserstein

__all__ = ["WGANGP"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class WGANGP(AdversarialModel):
    """Algorithm 1 of the paper.

    A batch holds n_critic * B real examples, B for each step of the critic.

    Args:
        generator: functional model, latents [B, d] -> examples.
        critic: functional model, examples -> scores [B, 1], linear, each row's score a function of
            that row alone: batch norm is refused, since the penalty is on single examples (section 4).
        penalty_weight: lambda.
        n_critic: critic steps per generator step.
        generator_batches: the generator's batch, in batches of the critic's size; the released CIFAR-10
            settings take 2.
        dequantize: whether reals, images of 256 levels, are spread over the width of their levels, as in the
            released CIFAR-10 settings.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    def __init__(
        self,
        generator,
        critic,
        penalty_weight=10.0,
        n_critic=5,
        generator_batches=1,
        dequantize=False,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if n_critic < 1 or generator_batches < 1:
            raise ValueError(
                "WGAN-GP needs n_critic >= 1 and generator_batches >= 1; "
                f"got {n_critic} and {generator_batches}."
            )
        # All layers, even those within blocks that are models of their own.
        everywhere = critic._flatten_layers()
        if any(isinstance(layer, keras.layers.BatchNormalization) for layer in everywhere):
            raise ValueError(
                "The critic of a WGAN-GP must not have batch norm, which ties the examples of a "
                "batch together; use layer norm or none."
            )
        self.generator = generator
        self.critic = critic
        self.penalty_weight = penalty_weight
        self.n_critic = n_critic
        self.generator_batches = generator_batches
        self.dequantize = dequantize
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def players(self):
        return {"critic": [self.critic], "generator": [self.generator]}

    @property
    def batches_per_step(self):
        return self.n_critic

    def train_step(self, data):
        noise = self.noise()
        for batch in self.split(data, self.n_critic):
            real = batch[self.example_key]
            logs = self._critic_step(real, noise)
        latents = self.sampler.draw(noise, self.generator_batches * self.rows(real))

        def generator_loss():
            loss = wasserstein.generator(self.critic(self.sampler(latents, training=True), training=True))
            return loss, {"generator_loss": loss}

        return logs | self.minimize("generator", generator_loss)

    def _critic_step(self, real, noise):
        """Lines 3 to 9; logs the loss without the penalty, and the unweighted penalty."""
        rows = self.rows(real)
        if self.dequantize:
            real = _dequantized(real, noise.uniform([rows, *real.shape[1:]]))
        fake = self.sampler(self.sampler.draw(noise, rows), training=True)
        points = penalties.between(real, fake, noise.uniform([rows]))

        def critic_loss():
            loss = wasserstein.critic(self.critic(real, training=True), self.critic(fake, training=True))
            penalty = penalties.gradient_penalty(lambda x: self.critic(x, training=True), points)
            logs = {"critic_loss": loss, "gradient_penalty": penalty}
            return loss + self.penalty_weight * penalty, logs

        return self.minimize("critic", critic_loss)


def _dequantized(images, shares):
    """Images in [-1, 1] of levels 0 to 255 -> (level + share) / 128 - 1, for shares in (0, 1)."""
    levels = (images + 1) * 127.5
    return (levels + shares) / 128 - 1
