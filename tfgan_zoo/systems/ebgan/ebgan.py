"""EBGAN: Energy-based Generative Adversarial Network, Zhao, Mathieu, LeCun, ICLR 2017, arXiv:1609.03126.

The discriminator is an auto-encoder, and the distance of an image from its reconstruction is the image's
energy. The discriminator lowers the energy of reals and raises that of each fake up to a margin m (equation 1);
the generator lowers that of its fakes (equation 2). A pulling-away term turns the codes of a batch of fakes
from each other (section 2.4). One step of the discriminator, then one of the generator.

Differs from the paper: nothing in the method. The margin's decay to 0, which the paper has for semi-supervised
ladder networks, is a line over `decay_steps`, off by default.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.autoencoding import JudgesByReconstruction, autoencoded, require_autoencoder
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import energy
from tfgan_zoo.utils.distribution import rows_of_all_replicas

__all__ = ["EBGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class EBGAN(JudgesByReconstruction, AdversarialModel):
    """Hinge on the energies of fakes against their descent.

    The energy is a distance over all pixels, not a mean of them, so that larger images need a larger margin:
    the paper has 10 for MNIST, 20 for CelebA and 80 for LSUN at 64x64.

    Args:
        generator: functional model, latents [B, d] -> examples.
        discriminator: functional model, examples -> {"reconstruction": examples, "code": [B, n]}.
        margin: m, the energy up to which fakes are raised.
        decay_steps: over which the margin falls to 0 on a line; 0 for a constant one.
        pulling_away: weight of the pulling-away term in the generator's loss.
        prior: the latents' distribution.
        seed: keys all the noise of training.

    Raises:
        ValueError: the margin, its steps or the weight is negative, or the discriminator has other outputs.
    """

    def __init__(
        self,
        generator,
        discriminator,
        margin=10.0,
        decay_steps=0,
        pulling_away=0.1,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        _check(margin=margin, decay_steps=decay_steps, pulling_away=pulling_away)
        require_autoencoder(discriminator)
        self.generator = generator
        self.discriminator = discriminator
        self.margin = margin
        self.decay_steps = decay_steps
        self.pulling_away = pulling_away
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        rows, margin = self.rows(real), self._margin()
        fake = self.sampler(self.sampler.draw(noise, rows), training=True)

        def discriminator_loss():
            of_real, of_fake = (self.autoencode(x, training=True)["energy"] for x in (real, fake))
            loss = tf.reduce_mean(of_real) + tf.reduce_mean(energy.hinge(of_fake, margin))
            return loss, {
                "discriminator_loss": loss,
                "energy_of_reals": tf.reduce_mean(of_real),
                "energy_of_fakes": tf.reduce_mean(of_fake),
            }

        latents = self.sampler.draw(noise, rows)

        def generator_loss():
            found = self.autoencode(self.sampler(latents, training=True), training=True)
            # Each code is turned from those of the whole batch, on whichever replica they are.
            alike = energy.pulling_away(rows_of_all_replicas(found["code"]))
            loss = tf.reduce_mean(found["energy"]) + self.pulling_away * alike
            return loss, {"generator_loss": loss, "pulling_away": alike}

        logs = self.minimize("discriminator", discriminator_loss)
        return logs | self.minimize("generator", generator_loss)

    def _margin(self):
        """m at this step, a number or a scalar."""
        if not self.decay_steps:
            return self.margin
        return self.margin * tf.maximum(1.0 - tf.cast(self.step.value, tf.float32) / self.decay_steps, 0.0)

    def autoencode(self, images, training=False):
        """Images [B, H, W, C] -> {"energy": [B], "reconstruction": [B, H, W, C], "code": [B, n]}, float32."""
        found = autoencoded(self.discriminator, images, training)
        return {"energy": energy.distance(images, found["reconstruction"]), **found}

    def energy(self, inputs):
        """Serving: {"image": [B, H, W, C]} or {"x": [B, d]} -> {"energy": [B], "reconstruction": as the input}."""
        found = self.autoencode(inputs[self.example_key])
        return {name: found[name] for name in ("energy", "reconstruction")}

    def signatures(self):
        return super().signatures() | {"energy": (self.energy, self.example_specs())}


def _check(**numbers):
    for name, value in numbers.items():
        if value < 0:
            raise ValueError(f"EBGAN needs {name} >= 0; got {value}.")
