"""BEGAN: Boundary Equilibrium Generative Adversarial Networks, Berthelot, Schumm, Metz, 2017,
arXiv:1703.10717.

The discriminator is an auto-encoder with the error L(v) = mean |v - D(v)|. It lowers the error of reals and
raises that of fakes, weighted by k; the generator lowers that of its fakes, by gradients at the same weights.
Then k moves by lambda_k (gamma L(x) - L(G(z))), which holds L(G(z)) / L(x) at gamma (section 3.4): the smaller
gamma is, the less diverse are the samples. M = L(x) + |gamma L(x) - L(G(z))| falls as training converges.

Differs from the paper: rates are halved every 100,000 steps, where the paper halves them when M stalls. Samples
are clipped to [-1, 1] where they are shown and served; in training they are not.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.autoencoding import JudgesByReconstruction, autoencoded, require_autoencoder
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import energy
from tfgan_zoo.utils.distribution import mean_over_replicas

__all__ = ["BEGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class BEGAN(JudgesByReconstruction, AdversarialModel):
    """Both players step at once, then k moves towards the balance of their errors.

    Args:
        generator: functional model, latents [B, d] -> examples, linear.
        discriminator: functional model, examples -> {"reconstruction": examples, "code": [B, n]}.
        gamma: the ratio L(G(z)) / L(x) that is held, in (0, 1]; the larger, the more diverse the samples.
        k_rate: lambda_k, the rate of k; 0 for a k that stays.
        k_start: k before the first step, in [0, 1].
        prior: the latents' distribution.
        seed: keys all the noise of training.

    Attributes:
        k: the weight of the fakes' error in the discriminator's loss, a saved variable in [0, 1].

    Raises:
        ValueError: a number is out of range, or the discriminator has other outputs.
    """

    def __init__(
        self,
        generator,
        discriminator,
        gamma=0.5,
        k_rate=1e-3,
        k_start=0.0,
        prior="uniform",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if not (0 < gamma <= 1 and 0 <= k_start <= 1 and k_rate >= 0):
            raise ValueError(
                "BEGAN needs gamma in (0, 1], k_start in [0, 1] and k_rate >= 0; "
                f"got {gamma}, {k_start} and {k_rate}."
            )
        require_autoencoder(discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.gamma = gamma
        self.k_rate = k_rate
        self.k_start = k_start
        self.k = self.counter("k", start=k_start, dtype="float32")
        self.prior = prior
        # Points have no range.
        finish = _clipped if len(generator.output_shape) == 4 else None
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)}, finish=finish)

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        # The discriminator's latents and the generator's.
        first, second = (self.sampler.draw(noise, self.rows(real)) for _ in range(2))

        def losses():
            of_real = self._error(real)
            judged, of_fake = (self._error(self.sampler(z, training=True)) for z in (first, second))
            judge_loss = of_real - self.k.value * judged
            logs = {"discriminator_loss": judge_loss, "real_error": of_real, "fake_error": of_fake}
            return {"discriminator": judge_loss, "generator": of_fake}, logs

        logs = self.minimize_together(["discriminator", "generator"], losses)
        return logs | self._move_k(*mean_over_replicas([logs["real_error"], logs["fake_error"]]))

    def _move_k(self, of_real, of_fake):
        """The step of k after both players', and M, of the errors of the whole batch."""
        balance = self.gamma * of_real - of_fake
        k = self.k.value + self.k_rate * balance
        self.k.assign(tf.clip_by_value(k, 0.0, 1.0))
        clipped = tf.cast((k < 0) | (k > 1), tf.float32)
        return {"convergence": of_real + tf.abs(balance), "k": self.k.value, "k_clipped": clipped}

    def _error(self, images):
        """L, the mean over a batch, a scalar."""
        reconstructed = autoencoded(self.discriminator, images, training=True)["reconstruction"]
        return tf.reduce_mean(energy.mean_error(images, reconstructed))

    def autoencode(self, inputs):
        """Serving: {"image": [B, H, W, C]} or {"x": [B, d]} -> {"reconstruction": as the input, "code": [B, n]}."""
        return autoencoded(self.discriminator, inputs[self.example_key], training=False)

    def signatures(self):
        return super().signatures() | {"autoencode": (self.autoencode, self.example_specs())}


def _clipped(images):
    return tf.clip_by_value(tf.cast(images, tf.float32), -1.0, 1.0)
