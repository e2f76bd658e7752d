"""WGAN: Wasserstein GAN, Arjovsky, Chintala, Bottou, ICML 2017, arXiv:1701.07875.

A critic f whose weights are clipped to a box, and which so is Lipschitz, estimates the Earth-Mover
distance E f(x) - E f(G(z)); the generator descends that estimate. Algorithm 1: n_critic steps of
the critic, each followed by the clipping, then one step of the generator.

Differs from the paper: nothing in the method. The released code also gives the critic 100 steps
instead of 5 at the start and now and then later, which Algorithm 1 does not have; nor has this. It clips
before each critic step, Algorithm 1 after it. Its DCGAN has kernels of 4x4 and starts the gains of batch
norm at N(1, 0.02); here kernels are 5x5, as DCGAN's own, and gains start at 1.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import wasserstein

__all__ = ["WGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class WGAN(AdversarialModel):
    """Algorithm 1 of the paper.

    A batch holds n_critic * B real examples, B for each step of the critic. The logged critic
    loss is the negated estimate of the distance.

    Args:
        generator: functional model, latents [B, d] -> examples.
        critic: functional model, examples -> scores [B, 1], linear.
        n_critic: critic steps per generator step.
        clip: c; after each critic step every trainable weight of the critic is put into [-c, c].
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    def __init__(self, generator, critic, n_critic=5, clip=0.01, prior="normal", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if n_critic < 1 or clip <= 0:
            raise ValueError(f"WGAN needs n_critic >= 1 and clip > 0; got n_critic={n_critic}, clip={clip}.")
        self.generator = generator
        self.critic = critic
        self.n_critic = n_critic
        self.clip = clip
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
        latents = self.sampler.draw(noise, self.rows(real))

        def generator_loss():
            loss = wasserstein.generator(self.critic(self.sampler(latents, training=True), training=True))
            return loss, {"generator_loss": loss}

        return logs | self.minimize("generator", generator_loss)

    def _critic_step(self, real, noise):
        fake = self.sampler(self.sampler.draw(noise, self.rows(real)), training=True)

        def critic_loss():
            loss = wasserstein.critic(self.critic(real, training=True), self.critic(fake, training=True))
            return loss, {"critic_loss": loss}

        logs = self.minimize("critic", critic_loss)
        # Trainable weights only: batch norm's moving statistics are no parameters of f.
        for weight in self.player_variables("critic"):
            weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))
        return logs

    def score(self, inputs):
        """Serving: {"image": [B, H, W, C]} or {"x": [B, d]} -> {"score": [B]}, the critic's."""
        scores = self.critic(inputs[self.example_key], training=False)
        return {"score": tf.cast(scores[:, 0], tf.float32)}

    def signatures(self):
        return super().signatures() | {"critic": (self.score, self.example_specs())}
