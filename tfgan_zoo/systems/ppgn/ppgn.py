"""PPGN: Plug & Play Generative Networks: Conditional Iterative Generation of Images in Latent Space, Nguyen, Clune,
Bengio, Dosovitskiy, Yosinski, CVPR 2017, arXiv:1612.00005.

A generator G turns the features h of a classifier E back into images x. It minimises the squared errors of pixels
and of E's maps h1, and fools a discriminator. Then images of a class y are drawn by a chain of codes h, for which
nothing is trained: a step goes towards E(G(h)), where codes of images are, climbs log C_y(G(h)), and adds noise
(`chain.py`). C is any classifier of images, and can be another one for each chain ("plug and play").

Of the paper's variants the default is Noiseless Joint PPGN-h; with `code_noise` and `code_weight` it is Joint PPGN-h;
with a `denoiser`, a perceptron that is trained to take noise off codes, it is PPGN-h.

Differs from the paper: E and C are small networks that are trained here, in the stages `encoder` and `classifier`,
where the paper has AlexNet and CaffeNet. Codes are in units of their mean over images, as is the rate of the chain,
which is 0.1; weights of losses fit the small networks. Noise is added to codes alone, in the paper to pixels and h1
too. A player rests for a step where the losses of the step before say so; released code keeps it at rest for
longer.
"""

import math

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.losses import gan
from tfgan_zoo.losses.classification import cross_entropy
from tfgan_zoo.random import draws
from tfgan_zoo.random.noise import replica_rows
from tfgan_zoo.systems.ppgn.chain import Chains
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.distribution import mean_over_replicas

__all__ = ["PPGN"]

# Of the mean activation: how fast its average forgets.
_MOMENTUM = 0.99
# The discriminator rests where its loss is below this share of the generator's, and the generator above that.
_TOO_GOOD, _TOO_BAD = 0.1, 10.0


@keras.saving.register_keras_serializable("tfgan_zoo")
class PPGN(Chains, Encoding, AdversarialModel):
    """Trains E, C, G with D, and a denoiser if there is one, in stages; draws images by chains of codes.

    `compile` takes some stages without others: `classifier` alone trains a classifier to be plugged in.

    Args:
        encoder: functional model E, images -> {"h1": [B, f], "h": [B, d] at least 0, "logits": [B, K]}.
        classifier: functional model C, images -> logits [B, k].
        generator: functional model G, codes [B, d] -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model D, images -> logits [B, 1].
        denoiser: functional model, codes -> codes, which takes the place of E(G(h)) in chains; or None.
        groups: of C's classes: the class, from 0, of each label of the data; None for the labels themselves.
        pixel_weight, map_weight, adversarial_weight, code_weight: of G's losses: the squared errors of x, h1 and
            h, sums over an image, and -log D(G(h)).
        code_noise: standard deviation of what is added to codes that G and the denoiser learn from.
        eps: (eps_1, eps_2, eps_3) of chains: of the denoiser, the class and the noise.
        chain_steps, chain_rate: the length of a chain, and how far a step goes.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}
    stages_in_any_order = True
    draws_by_gradients = True

    def __init__(
        self,
        encoder,
        classifier,
        generator,
        discriminator,
        denoiser=None,
        groups=None,
        pixel_weight=0.01,
        map_weight=0.01,
        adversarial_weight=1.0,
        code_weight=0.0,
        code_noise=0.0,
        eps=(1e-5, 1.0, 1e-17),
        chain_steps=200,
        chain_rate=0.1,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.encoder = encoder
        self.classifier = classifier
        self.generator = generator
        self.discriminator = discriminator
        self.denoiser = denoiser
        self.groups = groups
        self.pixel_weight = pixel_weight
        self.map_weight = map_weight
        self.adversarial_weight = adversarial_weight
        self.code_weight = code_weight
        self.code_noise = code_noise
        self.eps = list(eps)
        self.chain_steps = chain_steps
        self.chain_rate = chain_rate
        self.classes = classifier.output_shape[-1]
        # How many labels the data have.
        self.label_count = self.classes if groups is None else len(groups)
        self._require_fit()
        # The mean activation of h, and D's loss over G's in the last step.
        self.scale = self.counter("scale", 1.0, "float32")
        self.ratio = self.counter("ratio", 1.0, "float32")
        self.sampler = self._sampler()

    @property
    def stage_names(self):
        return ("encoder", "classifier", "generator", *(["denoiser"] if self.denoiser else []))

    def players(self):
        networks = [self.encoder, self.classifier, self.discriminator, self.generator]
        names = ["encoder", "classifier", "discriminator", "generator"]
        if self.denoiser:
            networks, names = [*networks, self.denoiser], [*names, "denoiser"]
        return {name: [network] for name, network in zip(names, networks)}

    @property
    def example_shapes(self):
        return super().example_shapes | {"label": ()}

    def _require_fit(self):
        size = self.encoder.output["h"].shape[-1]
        sizes = {network.name: network.input_shape[-1] for network in (self.generator, self.denoiser) if network}
        if set(sizes.values()) != {size}:
            found = ", ".join(f"{name} {each}" for name, each in sizes.items())
            raise ValueError(f"Codes have {size} numbers, and these networks take others: {found}.")
        if self.groups is not None and set(self.groups) != set(range(self.classes)):
            raise ValueError(
                f"groups gives each label a class of the classifier, from 0 to {self.classes - 1}, and leaves none of "
                f"them out; got {self.groups}."
            )

    def _sampler(self):
        """{"z", "label"} -> images: z is where a chain begins."""
        z = keras.Input(self.generator.input_shape[1:], name="z")
        label = keras.Input([], dtype="int32", name="label")
        # A chain of no step, on which the label has no bearing.
        image = self.generator(_start(z)) + 0 * ops.reshape(ops.cast(label, "float32"), [-1, 1, 1, 1])
        network = keras.Model({"z": z, "label": label}, image, name="start")
        sources = {"z": Latents(z.shape[-1]), "label": Classes(self.classes)}
        # A graph, since a chain of many steps is slow without.
        drawn = tf.function(self._drawn, reduce_retracing=True)
        return Sampler(network, sources, forward=drawn)

    def _drawn(self, inputs):
        h = self._chain(_start(tf.cast(inputs["z"], tf.float32)), inputs["label"], self.eps, self.chain_steps)
        return self._decode(h)

    # Training

    def train_step(self, data):
        return getattr(self, f"_{self.stage}_step")(data)

    def _encoder_step(self, data):
        """E and its last layer tell classes apart; the scale of its codes is taken along the way."""

        def encoder_loss():
            read = self.encoder(data["image"], training=True)
            loss = cross_entropy(data["label"], read["logits"])
            return loss, ({"encoder_loss": loss}, tf.reduce_mean(tf.cast(read["h"], tf.float32)))

        logs, mean = self.minimize("encoder", encoder_loss)
        self.scale.assign_add((1 - _MOMENTUM) * (mean_over_replicas(mean) - self.scale.value))
        return logs

    def _classifier_step(self, data):
        label = data["label"] if self.groups is None else tf.gather(tf.constant(self.groups), data["label"])

        def classifier_loss():
            loss = cross_entropy(label, self.classifier(data["image"], training=True))
            return loss, {"classifier_loss": loss}

        return self.minimize("classifier", classifier_loss)

    def _generator_step(self, data):
        real, read = data["image"], self._features(data["image"])
        h = self._noisy(read["h"])
        fake = self.generator(h, training=True)

        def discriminator_loss():
            of_real, of_fake = (self.discriminator(images, training=True) for images in (real, fake))
            loss = gan.discriminator(of_real, of_fake)
            return loss, {"discriminator_loss": loss}

        def generator_loss():
            made = self.generator(h, training=True)
            again = self._features(made)
            deceit = gan.generator_non_saturating(self.discriminator(made, training=True))
            errors = {
                "pixel_error": _squared_distance(made, real),
                "map_error": _squared_distance(again["h1"], read["h1"]),
                "code_error": _squared_distance(again["h"], read["h"]),
            }
            weights = (self.pixel_weight, self.map_weight, self.code_weight)
            loss = self.adversarial_weight * deceit
            loss += sum(weight * error for weight, error in zip(weights, errors.values(), strict=True))
            return loss, {"generator_loss": loss, "deceit": deceit, **errors}

        ratio = self.ratio.value
        logs = self.minimize("discriminator", discriminator_loss, when=ratio >= _TOO_GOOD)
        logs |= self.minimize("generator", generator_loss, when=ratio <= _TOO_BAD)
        of_both = mean_over_replicas([logs["discriminator_loss"], logs["deceit"]])
        self.ratio.assign(tf.math.divide_no_nan(*of_both))
        return logs

    def _denoiser_step(self, data):
        """R minimises the squared distance of R(h + noise) from h (section 3.2)."""
        h = self._features(data["image"])["h"]
        noisy = self._noisy(h)

        def denoiser_loss():
            loss = _squared_distance(self.denoiser(noisy, training=True), h)
            return loss, {"denoiser_loss": loss}

        return self.minimize("denoiser", denoiser_loss)

    def _noisy(self, h):
        key = self.noise().key()
        return h + self.code_noise * replica_rows(lambda shape: draws.normal(shape, key), [self.rows(h), h.shape[-1]])

    # Codes and chains

    def _features(self, images):
        """{"h1": [B, f], "h": [B, d]} of images, by the encoder as it stands; codes in units of their mean."""
        read = self.encoder(images, training=False)
        h1, h = (tf.cast(read[name], tf.float32) for name in ("h1", "h"))
        return {"h1": h1, "h": h / self.scale.value}

    def _decode(self, h):
        return tf.cast(self.generator(h, training=False), tf.float32)

    def _denoise(self, h):
        made = self._features(self._decode(h))["h"] if self.denoiser is None else self.denoiser(h, training=False)
        return tf.stop_gradient(tf.cast(made, tf.float32))

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"h": [B, d]}, in units of the mean activation."""
        return {"h": self._features(inputs["image"])["h"]}

    def reconstruction(self, inputs, code):
        return self._decode(code["h"])

    def save_samples(self, path, n, seed, held_out):
        """A row of held-out images, and one for each class of chains from their codes; `n` images or a few less."""
        real = held_out(max(1, n // (self.classes + 1)))["image"].numpy()
        h = np.tile(self.encode(real)["h"], (self.classes, 1))
        made = self.draw(h, np.repeat(np.arange(self.classes), len(real)))["image"]
        pictures.save_grid(np.concatenate([real, made]), path, columns=len(real))


def _start(z):
    """Codes of normal numbers: half of them are 0, and their mean is 1, as of codes of images."""
    return math.sqrt(2 * math.pi) * ops.maximum(z, 0)


def _squared_distance(one, other):
    """|a - b|^2 of two batches [B, ...], the mean over the batch of sums over each example."""
    difference = tf.cast(one, tf.float32) - tf.cast(other, tf.float32)
    return tf.reduce_mean(tf.reduce_sum(tf.square(difference), axis=list(range(1, len(difference.shape)))))
