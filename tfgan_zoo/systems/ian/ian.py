"""IAN: Neural Photo Editing with Introspective Adversarial Networks, Brock, Lim, Ritchie, Weston, ICLR 2017,
arXiv:1609.07093.

A VAE and a GAN whose encoder is a head on the discriminator's features (section 3). The discriminator tells three
classes apart, real images, reconstructions and samples, and learns of nothing else; the head and the decoder learn to
reconstruct images, by pixels and by the discriminator's features, and to have reconstructions and samples taken for
real. Codes pass an autoregressive flow on their way to the decoder, and samples start before it. Photos are edited by
strokes that move the code of a photo, whose changes are laid over the photo itself (section 2).

Differs from the paper: batch norm in the discriminator averages over reals alone, which the encoder reads. Latents are
served, interpolated and drawn before the flow, where they are standard normal; strokes move codes, behind it, as in
the paper. Kernels are kept orthonormal in the convolutions alone.
"""

import functools

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.layers.batch_norm import kept_averages
from tfgan_zoo.layers.style_code import drawn
from tfgan_zoo.losses import variational
from tfgan_zoo.losses.classification import cross_entropy
from tfgan_zoo.losses.penalties import orthonormal
from tfgan_zoo.systems.ian import editing
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.batching import in_batches

__all__ = ["IAN"]

REAL, RECONSTRUCTION, SAMPLE = range(3)


@keras.saving.register_keras_serializable("tfgan_zoo")
class IAN(Encoding, AdversarialModel):
    """Of two batches the discriminator learns by the first, the decoder by the second, and the head by both.

    Args:
        discriminator: functional model, images -> {"logit": [B, 3], "features": list of maps}; the classes are real,
            reconstruction and sample.
        encoder: functional model, {"maps": the last of the features} -> {"mu": [B, d], "logvar": [B, d]}.
        flow: functional model, latents [B, d] -> {"shift", "log_scale"}, each [B, d], whose output i reads none but
            the inputs before i in some order.
        generator: the decoder, functional model, codes [B, d] -> images [B, H, W, C] in [-1, 1].
        adversarial_weight: of reconstructions and samples that are not taken for real.
        pixel_weight: of twice the mean absolute error of pixels.
        feature_weight: of the mean squared error of features.
        kl_weight: of the divergence of codes, in nats a dimension.
        orthogonal_weight: of kernels that are not orthonormal, in the discriminator and in the decoder.
        decay_weight: of the sum of squares of the head's weights.
        brush_rate: of strokes: the step of a code is this, times one and the width of the box in pixels.
        introspective: False for a VAE of the same networks and updates, whose discriminator's features are a part of
            the encoder and move with it, of both batches; with the first and the third weight at 0, by pixels alone.
        seed: keys all the noise of training.

    Raises:
        ValueError: a weight is negative, or the discriminator does not tell three classes apart.
    """

    batches_per_step = 2
    # A stroke of its brush is a box.
    stroke_form = "box"

    def __init__(
        self,
        discriminator,
        encoder,
        flow,
        generator,
        adversarial_weight=1.0,
        pixel_weight=3.0,
        feature_weight=1.0,
        kl_weight=1.0,
        orthogonal_weight=1e-3,
        decay_weight=1e-5,
        brush_rate=0.05,
        introspective=True,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if min(adversarial_weight, pixel_weight, feature_weight, kl_weight, orthogonal_weight, decay_weight) < 0:
            raise ValueError("The weights of IAN's losses are at least 0.")
        if discriminator.output["logit"].shape[-1] != 3:
            raise ValueError("IAN's discriminator tells three classes apart: real, reconstruction and sample.")
        self.discriminator = discriminator
        self.encoder = encoder
        self.flow = flow
        self.generator = generator
        self.adversarial_weight = adversarial_weight
        self.pixel_weight = pixel_weight
        self.feature_weight = feature_weight
        self.kl_weight = kl_weight
        self.orthogonal_weight = orthogonal_weight
        self.decay_weight = decay_weight
        self.brush_rate = brush_rate
        self.introspective = introspective
        self.latent_dim = generator.input_shape[-1]
        sources = {"z": Latents(self.latent_dim)}
        self.sampler = Sampler(generator, sources, forward=lambda inputs: generator(self.flowed(inputs["z"])))

    def players(self):
        head = [self.encoder, self.flow]
        if not self.introspective:
            return {"encoder": [self.discriminator, *head], "generator": [self.generator]}
        return {"discriminator": [self.discriminator], "encoder": head, "generator": [self.generator]}

    def train_step(self, data):
        noise = self.noise()
        first = ["discriminator", "encoder"] if self.introspective else ["encoder"]
        logs = {}
        for batch, movers in zip(self.split(data, 2), (first, ["generator", "encoder"])):
            real = batch["image"]
            epsilon, z = (noise.latents("normal", [self.rows(real), self.latent_dim]) for _ in range(2))
            logs |= self.minimize_together(
                movers, lambda r=real, e=epsilon, p=z, m=movers: self._objectives(r, e, p, m)
            )
        return logs

    def _objectives(self, real, epsilon, z, movers):
        """({player: its loss}, what to log) of the players that move."""
        of_real = self.discriminator(real, training=True)
        maps = of_real["features"][-1]
        # No loss but its own moves the discriminator, by way of the head neither.
        code = self.encoder({"maps": tf.stop_gradient(maps) if self.introspective else maps}, training=True)
        mu, logvar = (tf.cast(code[name], tf.float32) for name in ("mu", "logvar"))
        again, sampled = (
            self.generator(self.flowed(each, training=True), training=True) for each in (drawn(mu, logvar, epsilon), z)
        )
        with kept_averages(self.discriminator):
            of_again, of_sample = (self.discriminator(each, training=True) for each in (again, sampled))

        adversarial = self._judged(of_again, REAL) + self._judged(of_sample, REAL)
        pixel = 2.0 * tf.reduce_mean(tf.abs(tf.cast(again, tf.float32) - tf.cast(real, tf.float32)))
        pairs = zip(of_real["features"], of_again["features"], strict=True)
        feature = tf.reduce_mean([tf.reduce_mean(tf.square(_difference(*pair))) for pair in pairs])
        decoder = self.adversarial_weight * adversarial + self.pixel_weight * pixel + self.feature_weight * feature
        divergence = variational.mean_divergence(mu, logvar)
        decay = tf.add_n([tf.reduce_sum(tf.square(v)) for part in (self.encoder, self.flow) for v in _values(part)])
        losses = {
            "discriminator": self._judged(of_real, REAL)
            + self._judged(of_again, RECONSTRUCTION)
            + self._judged(of_sample, SAMPLE)
            + self.orthogonal_weight * orthonormal(_kernels(self.discriminator)),
            "generator": decoder + self.orthogonal_weight * orthonormal(_kernels(self.generator)),
            "encoder": decoder + self.kl_weight * divergence + self.decay_weight * decay,
        }
        losses = {player: losses[player] for player in movers}
        logs = {f"{player}_loss": loss for player, loss in losses.items()}
        return losses, logs | {"pixel_loss": pixel, "feature_loss": feature, "divergence": divergence}

    @staticmethod
    def _judged(judged, label):
        """The cross entropy of being told to be of that class."""
        logits = judged["logit"]
        return cross_entropy(tf.fill([tf.shape(logits)[0]], label), logits)

    def flowed(self, z, training=False):
        """Latents [B, d] -> codes [B, d]: (z - shift(z)) / scale(z), Kingma et al. 2016 (arXiv:1606.04934)."""
        z = tf.cast(z, tf.float32)
        shift, log_scale = self._step(z, training)
        return (z - shift) * tf.exp(-log_scale)

    def _step(self, z, training=False):
        found = self.flow(z, training=training)
        return tf.cast(found["shift"], tf.float32), tf.cast(found["log_scale"], tf.float32)

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> all [B, d]: "mu" and "logvar" of its latent, "z" (mu) and its "code".

        The code is what the decoder takes, the latent after the flow.
        """
        maps = self.discriminator(inputs["image"], training=False)["features"][-1]
        code = self.encoder({"maps": maps}, training=False)
        mu, logvar = (tf.cast(code[name], tf.float32) for name in ("mu", "logvar"))
        return {"z": mu, "mu": mu, "logvar": logvar, "code": self.flowed(mu)}

    def brush(self, inputs):
        """Serving: one stroke of a brush that moves codes (section 2).

        Args:
            inputs: {"image": photos [B, H, W, C] in [-1, 1], "code": their codes so far [B, d], at first those of
                `encode`, "box": int32 [B, 4], left, top, right and bottom in pixels, the last outside it, "rgb":
                [B, C] in [-1, 1], the colour that the box is to have, "steps": int32 scalar, of gradient descent}.

        Returns:
            {"edited": [B, H, W, C], "decoded": the images of the codes alone, "code": [B, d], "mask": [B, H, W, 1] in
            [0, 1], what was changed since encoding}.
        """
        image = tf.cast(inputs["image"], tf.float32)
        again = self._decoded(self.encoding(inputs)["code"])
        code = editing.stroke(self._decoded, tf.cast(inputs["code"], tf.float32), inputs, self.brush_rate)
        made = self._decoded(code)
        mask = editing.change_mask(made - again)
        return {"edited": editing.composed(image, again, made, mask), "decoded": made, "code": code, "mask": mask}

    def _decoded(self, code):
        return tf.cast(self.generator(code, training=False), tf.float32)

    def brush_specs(self):
        """The `tf.TensorSpec`s of what `brush` takes."""
        channels = self.example_shapes["image"][-1]
        return self.example_specs() | {
            "code": tf.TensorSpec([None, self.latent_dim], tf.float32, name="code"),
            "box": tf.TensorSpec([None, 4], tf.int32, name="box"),
            "rgb": tf.TensorSpec([None, channels], tf.float32, name="rgb"),
            "steps": tf.TensorSpec([], tf.int32, name="steps"),
        }

    def signatures(self):
        return super().signatures() | {"edit": (self.brush, self.brush_specs())}

    def edit(self, images, strokes, batch_size=250):
        """Photos after strokes of a brush, all strokes on each, one after another.

        Args:
            images: float array [n, H, W, C] in [-1, 1].
            strokes: list of {"box": [left, top, right, bottom] in pixels, the last outside it, "color": [r, g, b] from
                0 to 255, "steps": how many steps of gradient descent, 30 if it is not given}.
            batch_size: how many are edited at once.

        Returns:
            {"edited", "decoded": the images of the codes alone, "reconstruction": [n, H, W, C], "code": [n, d], "mask":
            [n, H, W, 1]}, float32 arrays.

        Raises:
            ValueError: a stroke has unknown keys or lacks some, its box is not within the images, or its colour or
                its steps are out of range; or the images have another shape than the encoder's.
        """
        strokes = editing.checked(strokes, self.example_shapes["image"])
        read = self.encode(images, batch_size)
        code, made = read["code"], self.decode(read["z"], batch_size)
        for box, color, steps in strokes:
            boxes, colors = (np.repeat(each[None], len(images), axis=0) for each in (box, color))
            found = self.paint(images, code, boxes, colors, steps, batch_size)
            code = found["code"]
        return found | {"reconstruction": made}

    def paint(self, images, codes, boxes, colors, steps, batch_size=250):
        """`brush` of arrays, a stroke of its own for each photo, with averaged weights where they are kept.

        Args:
            images: float array [n, H, W, C] in [-1, 1].
            codes: theirs so far [n, d].
            boxes, colors: [n, 4] and [n, C], as `brush` takes them.
            steps: of gradient descent.

        Returns:
            What `brush` serves, as float32 arrays.
        """
        specs = self.brush_specs()
        given = {"image": images, "code": codes, "box": boxes, "rgb": colors}
        rows = {name: np.asarray(values, specs[name].dtype.as_numpy_dtype) for name, values in given.items()}
        steps = tf.constant(steps, tf.int32)
        with self.averaged():
            return in_batches(lambda inputs: self._compiled_brush({**inputs, "steps": steps}), rows, batch_size)

    @functools.cached_property
    def _compiled_brush(self):
        # A graph, since descent is slow without.
        return tf.function(self.brush).get_concrete_function(self.brush_specs())

    def picture(self, path, batch, seed=0, samples=4):
        """A photo | its reconstruction | edited by a stroke of the next photo's colour | the mask | samples."""
        images = batch["image"].numpy()
        height, width = images.shape[1:3]
        box = [width // 3, height // 3, 2 * (width // 3), 2 * (height // 3)]
        colors = editing.mean_colours(np.roll(images, -1, axis=0), box)
        found = self.paint(images, self.encode(images)["code"], np.tile(box, [len(images), 1]), colors, steps=30)
        made = self.generate(samples * len(images), seed).reshape(samples, *images.shape)
        columns = [images, self.reconstruct(images), np.clip(found["edited"], -1, 1), 2 * found["mask"] - 1, *made]
        pictures.save_columns(columns, path)


def _difference(one, other):
    return tf.cast(one, tf.float32) - tf.cast(other, tf.float32)


def _values(network):
    return [variable.value for variable in network.trainable_variables]


def _kernels(network):
    """Those of convolutions."""
    return [value for value in _values(network) if len(value.shape) == 4]
