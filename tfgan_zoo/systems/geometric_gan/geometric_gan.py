"""Geometric GAN: Geometric GAN, Lim, Ye, 2017, arXiv:1705.02894.

The last layer of the discriminator is a support vector machine on the features below it: it looks for the
hyperplane that separates features of reals from those of fakes by the largest margin. The generator moves all
fakes along the hyperplane's normal, towards the reals. A step of the discriminator on the soft-margin loss is
followed by `generator_steps` of the generator.

Differs from the paper: nothing in the method. The released code adds RMSprop's epsilon outside the root, Keras
within it. With clipping it also gives the discriminator 100 steps at the start and now and then later; here it
always has one.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import hinge
from tfgan_zoo.utils.registry import look_up

__all__ = ["GeometricGAN"]

_GENERATOR_LOSSES = {"linear": hinge.generator, "leaky": hinge.leaky_generator}


@keras.saving.register_keras_serializable("tfgan_zoo")
class GeometricGAN(AdversarialModel):
    """Soft-margin separation by D against moves of G along D's normal.

    Args:
        generator: functional model, latents [B, d] -> examples.
        discriminator: functional model, examples -> scores [B, 1]; its last layer is a `Dense` one.
        c: C, the weight of examples within the margin beside the width of the margin.
        generator_loss: "linear", -D(G(z)) (the paper), or "leaky", a leaky hinge towards reals (the release).
        clip: box [-clip, clip] for the weights below D's last layer, before each step of D; None for none.
        norm: largest norm of each weight tensor below D's last layer, before each step of D; None for none.
        weight_decay: of the weights below D's last layer.
        generator_steps: steps of G for each of D; the release has 10 for images and 1 for toys.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": hinge.SATURATED}

    def __init__(
        self,
        generator,
        discriminator,
        c=1.0,
        generator_loss="linear",
        clip=None,
        norm=None,
        weight_decay=0.0,
        generator_steps=1,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        _check(discriminator, c=c, clip=clip, norm=norm, generator_steps=generator_steps)
        self.generator = generator
        self.discriminator = discriminator
        self.c = c
        self.generator_loss = generator_loss
        self._generator_objective = look_up(generator_loss, _GENERATOR_LOSSES, "generator loss")
        self.clip = clip
        self.norm = norm
        self.weight_decay = weight_decay
        self.generator_steps = generator_steps
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        logs = self._discriminator_step(real, noise)
        for _ in range(self.generator_steps):
            logs |= self._generator_step(self.rows(real), noise)
        return logs

    def _discriminator_step(self, real, noise):
        self._bound_features()
        fake = self.sampler(self.sampler.draw(noise, self.rows(real)), training=True)

        def discriminator_loss():
            violations = hinge.discriminator(
                self.discriminator(real, training=True), self.discriminator(fake, training=True)
            )
            return violations + self._decay(self.rows(real)), {"discriminator_loss": violations}

        return self.minimize("discriminator", discriminator_loss)

    def _generator_step(self, rows, noise):
        latents = self.sampler.draw(noise, rows)

        def generator_loss():
            fake = self.sampler(latents, training=True)
            loss = self._generator_objective(self.discriminator(fake, training=True))
            return loss, {"generator_loss": loss}

        return self.minimize("generator", generator_loss)

    def _decay(self, rows):
        """|w|^2 / (2 C B), which widens the margin 2 / |w| (equation 11); its bias has no part in that."""
        everyone = tf.cast(rows * tf.distribute.get_strategy().num_replicas_in_sync, tf.float32)
        normal = tf.reduce_sum(tf.square(self._hyperplane.kernel)) / (2 * self.c * everyone)
        below = sum(tf.reduce_sum(tf.square(weight)) for weight in self._features)
        return normal + 0.5 * self.weight_decay * below

    def _bound_features(self):
        for weight in self._features:
            if self.clip is not None:
                weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))
            if self.norm is not None:
                weight.assign(tf.clip_by_norm(weight.value, self.norm))

    @property
    def _hyperplane(self):
        return self.discriminator.layers[-1]

    @property
    def _features(self):
        """The weights below D's last layer."""
        last = {id(weight) for weight in self._hyperplane.trainable_variables}
        return [weight for weight in self.discriminator.trainable_variables if id(weight) not in last]

    def margin(self, inputs):
        """Serving: {"image": [B, H, W, C]} or {"x": [B, d]} -> {"margin": [B]}, above 1 beyond the margin."""
        scores = self.discriminator(inputs[self.example_key], training=False)
        return {"margin": tf.cast(scores[:, 0], tf.float32)}

    def signatures(self):
        return super().signatures() | {"margin": (self.margin, self.example_specs())}


def _check(discriminator, **positive):
    last = discriminator.layers[-1]
    if not isinstance(last, keras.layers.Dense) or last.units != 1:
        raise ValueError(
            "Geometric GAN separates the features below the last layer of its discriminator by a hyperplane, so "
            f"that layer must be Dense(1); here it is {type(last).__name__}."
        )
    for name, value in positive.items():
        if value is not None and value <= 0:
            raise ValueError(f"Geometric GAN needs {name} > 0; got {value}.")
