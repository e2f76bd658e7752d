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

import functools

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.alternation import non_saturating_step
from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import gan
from tfgan_zoo.systems.igan import projection
from tfgan_zoo.systems.igan.editing import Editing, mean_square

__all__ = ["IGAN"]

GAN, PREDICTOR = "gan", "predictor"


@keras.saving.register_keras_serializable("tfgan_zoo")
class IGAN(Editing, Encoding, AdversarialModel):
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
    shows_smaller = ("features",)
    stage_names = (GAN, PREDICTOR)

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
        return non_saturating_step(self, self.noise(), data["image"])

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
            of_pixels = mean_square(made - images)
            if maps is None:
                return of_pixels
            return of_pixels + self.feature_weight * mean_square(self._maps(made) - maps)

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
        found = self._compiled_search(images, self.predict_latents(images))
        return {"z": found.z, "error": found.loss}

    @functools.cached_property
    def _compiled_search(self):
        # A graph, since a search is slow without; compiled once for a model.
        return tf.function(
            lambda images, start: self.search(images, start, self.projection_steps), reduce_retracing=True
        )

    def predict_latents(self, images):
        """Images [B, H, W, C] -> the latents [B, d] that P alone gives."""
        return tf.cast(self.predictor(images, training=False), tf.float32)

    def search(self, images, start, steps):
        """The latents of least error that are met from `start` [B, d] on: `Found`, latents [B, d] and errors [B]."""
        return projection.search(self.error(images), start, steps, self.projection_rate)

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
