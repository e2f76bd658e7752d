"""f-GAN: Training Generative Neural Samplers using Variational Divergence Minimization, Nowozin, Cseke, Tomioka,
NIPS 2016, arXiv:1606.00709.

The GAN's game is a bound on one f-divergence between data and samples, and there is such a game for each: a
variational function T raises F = E T(x) - E f*(T(G(z))), whose maximum is the divergence, and G lowers it
(equation 4). T = g(V), where g brings the output of a network V into the domain of f* (table 6). Algorithm 1:
one step of both players at the same weights.

Differs from the paper: nothing in the method. f*(g(v)) is computed as one function of v, which does not
overflow where f* of g(v) does.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import f_divergences

__all__ = ["FGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class FGAN(AdversarialModel):
    """Algorithm 1 of the paper: V climbs F and G descends it, in one simultaneous step.

    The logged bound F is a lower bound of the divergence, up to the noise of a batch.

    Args:
        generator: functional model, latents [B, d] -> examples.
        variational: functional model V, examples -> numbers [B, 1], linear.
        divergence: a name in `losses.f_divergences.DIVERGENCES`; D_f(data || samples) is minimised.
        heuristic: whether G raises E T(G(z)) instead (section 3.2), as it does with -log D in a GAN.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    def __init__(
        self, generator, variational, divergence="kl", heuristic=False, prior="uniform", seed=0, **kwargs
    ):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.variational = variational
        self.divergence = divergence
        self._of = f_divergences.find(divergence)
        self.heuristic = heuristic
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def players(self):
        return {"variational": [self.variational], "generator": [self.generator]}

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        latents = self.sampler.draw(noise, self.rows(real))

        def losses():
            fake = self.sampler(latents, training=True)
            of_real, of_fake = (
                tf.cast(self.variational(x, training=True), tf.float32) for x in (real, fake)
            )
            conjugate = tf.reduce_mean(self._of.conjugate(of_fake))
            bound = tf.reduce_mean(self._of.output(of_real)) - conjugate
            lowered = -tf.reduce_mean(self._of.output(of_fake)) if self.heuristic else -conjugate
            return {"variational": -bound, "generator": lowered}, {"bound": bound, "generator_loss": lowered}

        return self.minimize_together(["variational", "generator"], losses)

    def variational_function(self, inputs):
        """Serving: {"image": [B, H, W, C]} or {"x": [B, d]} -> {"T": [B]}, near f'(p_data / p_G)."""
        values = tf.cast(self.variational(inputs[self.example_key], training=False)[:, 0], tf.float32)
        return {"T": self._of.output(values)}

    def signatures(self):
        return super().signatures() | {"variational_function": (self.variational_function, self.example_specs())}
