"""iGAN: Generative Visual Manipulation on the Natural Image Manifold, Zhu, Krähenbühl, Shechtman, Efros, ECCV 2016,
arXiv:1609.03552.

Photographs are edited with strokes of colour and of edges, and stay plausible as only images of a GAN are looked at.
A photograph is projected: a predictor, trained on the frozen GAN, gives a latent, from which a search lowers the
distance of its image to the photograph, in pixels and in features of a classifier (section 3.1). The latent is moved
until its image has what the strokes ask for (section 3.2). The motion and the change of colour along the way are
measured frame by frame and applied to the photograph, whose details they keep (section 3.3).

Differs from the paper: searches descend by Adam, for projections in place of L-BFGS. The features are those of a small
classifier in place of AlexNet's conv4, of images shrunk to what it takes. Optical flow is that of Horn and Schunck,
and is found from each frame back to the one before, so that pixels of the photograph are looked up; its weights of
smoothness are of the zoo's own choice. Users see one result, not several to choose from.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import gan
from tfgan_zoo.systems.igan import hog, projection, transfer
from tfgan_zoo.systems.igan.strokes import constraints
from tfgan_zoo.utils.batching import in_batches

__all__ = ["IGAN"]

GAN, PREDICTOR = "gan", "predictor"


@keras.saving.register_keras_serializable("tfgan_zoo")
class IGAN(Encoding, AdversarialModel):
    """A GAN, then a predictor of its latents; after training projection, edit and transfer.

    Args:
        generator: functional model, latents [B, d] -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, images -> logits [B, 1].
        predictor: functional model, images -> latents [B, d] in (-1, 1).
        features: `FrozenFeatures` in which images are compared, beside their pixels; None for pixels alone.
        feature_weight: of the mean squared difference of features.
        l2: weight of half the squared weights of the predictor.
        projection_steps: how many updates a projection has.
        projection_rate: of Adam, there.
        edge_weight: of the strokes' edges, beside their colours.
        closeness_weight: of the mean squared distance of an edit's latent from the projection's.
        realism_weight: of the GAN's loss in an edit.
        frames: how many images lead from the projection to the edit, both among them.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}
    stage_names = (GAN, PREDICTOR)

    # Of Adam in an edit.
    edit_steps, edit_rate = 25, 0.1

    def __init__(
        self,
        generator,
        discriminator,
        predictor,
        features=None,
        feature_weight=0.002,
        l2=1e-5,
        projection_steps=200,
        projection_rate=0.05,
        edge_weight=0.2,
        closeness_weight=5.0,
        realism_weight=0.0,
        frames=8,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if frames < 2:
            raise ValueError(f"The way of an edit has 2 frames or more, its two ends; got frames={frames}.")
        self.generator = generator
        self.discriminator = discriminator
        self.predictor = predictor
        self.features = features
        self.feature_weight = feature_weight
        self.l2 = l2
        self.projection_steps = projection_steps
        self.projection_rate = projection_rate
        self.edge_weight = edge_weight
        self.closeness_weight = closeness_weight
        self.realism_weight = realism_weight
        self.frames = frames
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], "uniform")})
        # The cells in which edges are compared, in pixels: smaller for grey images.
        self.cell = 4 if self.sampler.example_shape[-1] == 1 else 8
        self._require_sizes()

    def _require_sizes(self):
        height, width, channels = self.sampler.example_shape
        if height % self.cell or width % self.cell:
            raise ValueError(f"Edges are compared in cells of {self.cell} pixels; images are {width} x {height}.")
        if self.features is None:
            return
        taken = tuple(self.features.input.shape[1:])
        times = height // taken[0]
        if (height, width, channels) != (times * taken[0], times * taken[1], taken[2]):
            raise ValueError(
                f"The features are of images of shape {taken} or a multiple of that size; the generator makes "
                f"{(height, width, channels)}."
            )

    def players(self):
        return super().players() | {"predictor": [self.predictor]}

    # Training

    def train_step(self, data):
        if self.stage == PREDICTOR:
            return self.minimize("predictor", lambda: self._predictor_loss(data["image"]))
        noise, real = self.noise(), data["image"]
        rows = self.rows(real)
        fake = self.sampler(self.sampler.draw(noise, rows), training=True)

        def discriminator_loss():
            logits = (self.discriminator(images, training=True) for images in (real, fake))
            loss = gan.discriminator(*logits)
            return loss, {"discriminator_loss": loss}

        latents = self.sampler.draw(noise, rows)

        def generator_loss():
            made = self.sampler(latents, training=True)
            loss = gan.generator_non_saturating(self.discriminator(made, training=True))
            return loss, {"generator_loss": loss}

        logs = self.minimize("discriminator", discriminator_loss)
        return logs | self.minimize("generator", generator_loss)

    def _predictor_loss(self, images):
        """Equation 4: the error of P's latents, through the generator as it is after training."""
        error = tf.reduce_mean(self.error(images)(self.predictor(images, training=True)))
        decay = tf.add_n([tf.nn.l2_loss(weight.value) for weight in self.player_variables("predictor")])
        return error + self.l2 * decay, {"projection_error": error}

    # Projection

    def error(self, images):
        """Equation 3 of images [B, H, W, C], a function: latents [B, d] -> [B], the error of each as a projection."""
        maps = self._maps(images)

        def error(z):
            made = self.sampler.serve({"z": z})
            of_pixels = _mean_square(made - images)
            if maps is None:
                return of_pixels
            return of_pixels + self.feature_weight * _mean_square(self._maps(made) - maps)

        return error

    def _maps(self, images):
        """Images in the features in which they are compared, shrunk to what the features' network takes."""
        if self.features is None:
            return None
        times = self.sampler.example_shape[0] // self.features.input.shape[1]
        return self.features(images if times == 1 else tf.nn.avg_pool2d(images, times, times, "VALID"))

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"z": [B, d] in (-1, 1), "error": [B]}: from P's latent, a search."""
        images = inputs["image"]
        found = self.search(images, self.predict_latents(images), self.projection_steps)
        return {"z": found.z, "error": found.loss}

    def predict_latents(self, images):
        """Images [B, H, W, C] -> the latents [B, d] that P alone gives."""
        return tf.cast(self.predictor(images, training=False), tf.float32)

    def search(self, images, start, steps):
        """The latents of least error that are met from `start` [B, d] on: `Found`, latents [B, d] and errors [B]."""
        return projection.search(self.error(images), start, steps, self.projection_rate)

    # Edit

    def move(self, inputs):
        """Serving: an image's latent is moved until the image has given colours and edges (equation 6).

        Args:
            inputs: {"z": [B, d], "color", "edge": [B, H, W, C] in [-1, 1], "color_mask", "edge_mask": [B, H, W, 1],
                1 where these count}.

        Returns:
            {"z": [B, d], "frames": [B, N, H, W, C], the images on the straight way there}.
        """
        start = inputs["z"]
        found = projection.search(self._edit_loss(inputs), start, self.edit_steps, self.edit_rate, beta_1=0.9)
        return {"z": found.z, "frames": self._way(start, found.z)}

    def _edit_loss(self, inputs):
        color_mask, edge_mask = (tf.clip_by_value(inputs[name], 0.0, 1.0) for name in ("color_mask", "edge_mask"))
        cells = tf.nn.max_pool2d(edge_mask, self.cell, self.cell, "SAME")
        edges = hog.histograms(inputs["edge"], self.cell)

        def loss(z):
            image = self.sampler.serve({"z": z})
            of_color = _mean_square(image - inputs["color"], color_mask)
            of_edges = _mean_square(hog.histograms(image, self.cell) - edges, cells)
            closeness = tf.reduce_mean(tf.square(z - inputs["z"]), axis=-1)
            total = of_color + self.edge_weight * of_edges + self.closeness_weight * closeness
            if self.realism_weight:
                logits = tf.cast(self.discriminator(image, training=False), tf.float32)
                total += self.realism_weight * tf.nn.softplus(-logits[:, 0])
            return total

        return loss

    def _way(self, start, end):
        """The images of N latents on the line from `start` to `end`: [B, N, H, W, C]."""
        shares = np.linspace(0, 1, self.frames, dtype=np.float32)[:, None]
        z = (1 - shares) * start[:, None] + shares * end[:, None]
        images = self.sampler.serve({"z": tf.reshape(z, [-1, start.shape[-1]])})
        return tf.reshape(images, [-1, self.frames, *images.shape[1:]])

    # Transfer

    def transfer(self, inputs):
        """Serving: the change from the image of one latent to that of another, of a photograph (section 3.3).

        Args:
            inputs: {"image": [B, h, w, C] in [-1, 1] of any size, "z0", "z1": [B, d]}.

        Returns:
            {"edited": [B, h, w, C], "flow": [B, H, W, 2], "color": [B, H, W, C, C + 1]}: to x comes what lay at
            x + flow, in pixels of the generator's images, with the colour that an affine map makes of it.
        """
        flow, color = transfer.along(self._way(inputs["z0"], inputs["z1"]))
        return {"edited": transfer.applied(inputs["image"], flow, color), "flow": flow, "color": color}

    def edit(self, images, strokes, batch_size=50):
        """Photographs after strokes, with averaged weights where they are kept.

        Args:
            images: float array [n, H, W, C] in [-1, 1].
            strokes: list of dicts, as `systems.igan.strokes.constraints` reads them; the same for all images.
            batch_size: how many are edited at once.

        Returns:
            {"edited": [n, H, W, C], "reconstruction": the projections, "frames": [n, N, H, W, C] from the
            projection to the edit, "flow", "color": as `transfer`, "z0", "z": latents [n, d] of both ends}, float32.

        Raises:
            ValueError: images have another shape, or a stroke cannot be read.
        """
        code = self.encode(images, batch_size)
        made = self.decode(code["z"], batch_size)
        asked = constraints(strokes, made, self.cell)

        def edited(inputs):
            moved = self.move({name: inputs[name] for name in ("z", *asked)})
            ends = {"image": inputs["image"], "z0": inputs["z"], "z1": moved["z"]}
            return moved | self.transfer(ends)

        rows = {"image": np.asarray(images, np.float32), "z": code["z"], **asked}
        with self.averaged():
            found = in_batches(tf.function(edited, reduce_retracing=True), rows, batch_size)
        return found | {"z0": code["z"], "reconstruction": made}

    def signatures(self):
        height, width, channels = self.sampler.example_shape
        z = self.sampler.specs()["z"]

        def spec(name, *shape):
            return tf.TensorSpec([None, *shape], tf.float32, name=name)

        asked = {"z": z} | {name: spec(name, height, width, channels) for name in ("color", "edge")}
        asked |= {name: spec(name, height, width, 1) for name in ("color_mask", "edge_mask")}
        ends = {"image": spec("image", None, None, channels)} | {end: spec(end, z.shape[-1]) for end in ("z0", "z1")}
        return super().signatures() | {"edit": (self.move, asked), "transfer": (self.transfer, ends)}

    # Pictures

    def picture(self, path, batch, seed=0):
        """Samples while the GAN is trained; then the images of the batch, edited by one stroke."""
        if self.current_stage() == GAN:
            super().picture(path, batch, seed)
        else:
            self._show_edits(path, np.asarray(batch["image"]))

    def save_samples(self, path, n, seed, held_out):
        """Real images, edited by one stroke, in rows of about `n` pictures together; samples before P is trained."""
        if self.current_stage() == GAN:
            super().save_samples(path, n, seed, held_out)
        else:
            self._show_edits(path, np.asarray(held_out(max(1, n // (self.frames + 2)))["image"]))

    def _show_edits(self, path, images):
        """A row an image: itself, its projection, the frames of the edit, and itself after its middle was painted."""
        height, width = images.shape[1:3]
        box = [3 * width // 8, 3 * height // 8, 5 * width // 8, 5 * height // 8]
        found = self.edit(images, [{"color": [255, 255, 255], "box": box}])
        show.edits(images, found["reconstruction"], found["edited"], path, found["frames"])


def _mean_square(values, mask=None):
    """Of each row of [B, H, W, C]: [B]; with a mask [B, H, W, 1] a mean weighted by it, 0 where it is empty."""
    squares = tf.square(tf.cast(values, tf.float32))
    if mask is None:
        return tf.reduce_mean(squares, axis=[1, 2, 3])
    total = tf.reduce_sum(mask * tf.reduce_mean(squares, axis=-1, keepdims=True), axis=[1, 2, 3])
    return tf.math.divide_no_nan(total, tf.reduce_sum(mask, axis=[1, 2, 3]))
