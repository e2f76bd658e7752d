"""b-GAN: Generative Adversarial Nets from a Density Ratio Estimation Perspective, Uehara, Sato, Suzuki, Nakayama,
Matsuo, 2016, arXiv:1610.02920.

The discriminator is an estimate r of the density ratio p_data / p_G, fitted under a Bregman divergence
(equation 6); the generator descends an f-divergence through it. Algorithm 1: one step of each.

The generator's loss, E_G f(r(G(z))), leaves out how the best r moves with G; by "kl" and "pearson" its gradient
drives G away from the data, even with the true ratio. The loss "exact" has that term: it is
E_G [f(r) - r f'(r)], with which both players play for one value.

Differs from the paper: the loss "exact" is not in it. r is the softplus of D's output plus 1e-6, or its sigmoid
over alpha for a relative ratio. The Pearson divergence has f = (r - 1)^2, twice the paper's.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import f_divergences
from tfgan_zoo.utils.registry import look_up

__all__ = ["BGANDensityRatio"]

# The least ratio, so that logarithms stay finite.
_LEAST = 1e-6


@keras.saving.register_keras_serializable("tfgan_zoo")
class BGANDensityRatio(AdversarialModel):
    """Algorithm 1 of the paper: density-ratio fitting, then a step of G down the divergence.

    Args:
        generator: functional model, latents [B, d] -> examples.
        discriminator: functional model, examples -> numbers [B, 1], linear, of which the ratio is made.
        divergence: a name in `losses.f_divergences.DIVERGENCES`; the paper's logistic loss is "gan".
        generator_loss: "paper" or "exact" (see above).
        relative: alpha in [0, 1) of the relative ratio p / (alpha p + (1 - alpha) q), which is at most 1 / alpha.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    def __init__(
        self,
        generator,
        discriminator,
        divergence="gan",
        generator_loss="paper",
        relative=0.0,
        prior="uniform",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if not 0 <= relative < 1:
            raise ValueError(f"b-GAN needs 0 <= relative < 1; got {relative}.")
        self.generator = generator
        self.discriminator = discriminator
        self.divergence = divergence
        self._of = f_divergences.find(divergence)
        self.generator_loss = generator_loss
        descents = {"paper": self._of.f, "exact": lambda ratio: -self._of.excess(ratio)}
        self._descended = look_up(generator_loss, descents, "generator loss")
        self.relative = relative
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        rows = self.rows(real)
        fake = self.sampler(self.sampler.draw(noise, rows), training=True)

        def ratio_loss():
            of_real, of_fake = self.ratio(real, training=True), self.ratio(fake, training=True)
            fitted = self._of_mixture(self._of.excess(of_real), self._of.excess(of_fake))
            loss = fitted - tf.reduce_mean(self._of.slope(of_real))
            return loss, {"ratio_loss": loss, "mean_ratio": tf.reduce_mean(of_fake)}

        latents = self.sampler.draw(noise, rows)

        def generator_loss():
            # The share of reals in a relative ratio's mixture does not depend on G.
            ratios = self.ratio(self.sampler(latents, training=True), training=True)
            loss = (1 - self.relative) * tf.reduce_mean(self._descended(ratios))
            return loss, {"generator_loss": loss}

        logs = self.minimize("discriminator", ratio_loss)
        return logs | self.minimize("generator", generator_loss)

    def ratio(self, examples, training=False):
        """Examples -> estimates of p_data / p_G, or of the relative ratio, positive float32 [B, 1]."""
        values = tf.cast(self.discriminator(examples, training=training), tf.float32)
        if self.relative:
            return tf.maximum(tf.sigmoid(values) / self.relative, _LEAST)
        return tf.nn.softplus(values) + _LEAST

    def _of_mixture(self, of_real, of_fake):
        """The mean of a function under alpha p + (1 - alpha) q, of its values at reals and fakes."""
        return self.relative * tf.reduce_mean(of_real) + (1 - self.relative) * tf.reduce_mean(of_fake)

    def density_ratio(self, inputs):
        """Serving: {"image": [B, H, W, C]} or {"x": [B, d]} -> {"ratio": [B]}."""
        return {"ratio": self.ratio(inputs[self.example_key])[:, 0]}

    def signatures(self):
        return super().signatures() | {"density_ratio": (self.density_ratio, self.example_specs())}
