"""AnoGAN: Unsupervised Anomaly Detection with Generative Adversarial Networks to Guide Marker Discovery, Schlegl,
Seeböck, Waldstein, Schmidt-Erfurth, Langs, IPMI 2017, arXiv:1703.05921.

A GAN learns normal images alone. Whether another image x is normal is told by how near the generator comes to it:
z descends (1 - lambda) R(z) + lambda D_f(z), with the residual loss R, the sum of |x - G(z)| over pixels, and the
discrimination loss D_f, the sum of |f(x) - f(G(z))| over features f of the discriminator (equations 2, 4 and 5). The
loss where the search ends is the anomaly score, and |x - G(z)| marks the pixels that no normal image has.

Differs from the paper: it states neither rates nor the optimiser of the search; here these are Adam's, 0.01 for the
search.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.alternation import non_saturating_step
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.core.search import descend
from tfgan_zoo.losses import gan
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.batching import in_batches

__all__ = ["AnoGAN"]

DISCRIMINATIONS = ("features", "logit")


@keras.saving.register_keras_serializable("tfgan_zoo")
class AnoGAN(AdversarialModel):
    """A GAN of normal images, and the search by which other images are scored.

    Args:
        generator: functional model, latents [B, d] -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, images -> {"logit": [B, 1], "features": [B, f]}.
        discrimination_weight: lambda in [0, 1].
        discrimination: D_f is of "features", or, as a baseline, the generator's loss -log D(G(z)), of the "logit"
            (equation 3, after Yeh et al. 2016).
        search_rate: of the search's Adam.
        prior: the distribution of the latents.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(
        self,
        generator,
        discriminator,
        discrimination_weight=0.1,
        discrimination="features",
        search_rate=0.01,
        prior="uniform",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if discrimination not in DISCRIMINATIONS:
            raise ValueError(f"The discrimination loss is of {' or '.join(DISCRIMINATIONS)}; got {discrimination!r}.")
        if not 0 <= discrimination_weight <= 1:
            raise ValueError(f"discrimination_weight is lambda, from 0 to 1; got {discrimination_weight}.")
        self.generator = generator
        self.discriminator = discriminator
        self.discrimination_weight = discrimination_weight
        self.discrimination = discrimination
        self.search_rate = search_rate
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def train_step(self, data):
        def judge(images):
            return self.discriminator(images, training=True)["logit"]

        return non_saturating_step(self, self.noise(), data["image"], judge)

    def distance(self, images):
        """z [B, d] -> (1 - lambda) R(z) + lambda D_f(z) [B], each row of its own image in `images`."""
        images = tf.cast(images, tf.float32)
        features = self._judged(images, "features")

        def of(z):
            made = self.sampler.serve({"z": z})
            residual = _sum(tf.abs(images - made))
            if self.discrimination == "features":
                discrimination = _sum(tf.abs(features - self._judged(made, "features")))
            else:
                discrimination = tf.nn.softplus(-self._judged(made, "logit")[:, 0])
            weight = self.discrimination_weight
            return (1 - weight) * residual + weight * discrimination

        return of

    def _judged(self, images, output):
        return tf.cast(self.discriminator(images, training=False)[output], tf.float32)

    def detect(self, inputs):
        """Serving: {"image": [B, H, W, C], "z_init": [B, d], "steps": []} -> {"score": [B], "residual": [B, H, W, C],
        "closest": [B, H, W, C], "z": [B, d]}.

        `steps` of Adam lead from z_init to z; closest is G(z), and residual its difference from the image in [0, 2].
        No image has a part in the score of another.
        """
        image = tf.cast(inputs["image"], tf.float32)
        found = descend(self.distance(image), inputs["z_init"], inputs["steps"], self.search_rate, keep="last")
        closest = self.sampler.serve({"z": found.z})
        return {"score": found.loss, "residual": tf.abs(image - closest), "closest": closest, "z": found.z}

    def anomalies(self, images, steps=500, seed=0, batch_size=250):
        """Scores images, with averaged weights where they are kept.

        Args:
            images: float array [n, H, W, C] in [-1, 1].
            steps: of each search.
            seed: of the latents that searches start from.
            batch_size: how many searches run at once.

        Returns:
            What `detect` serves, {name: float32 array [n, ...]}; a higher score is less normal.

        Raises:
            ValueError: the images have another shape than the generator's, or there are none.
        """
        images, shape = np.asarray(images, np.float32), self.sampler.example_shape
        if images.shape[1:] != shape or not len(images):
            raise ValueError(f"Images to score must have shape [n, {', '.join(map(str, shape))}]; got {images.shape}.")
        specs = self.detect_specs()
        rows = {"image": images, "z_init": self.latents(len(images), seed)}
        # A graph, since a search of many steps is slow without.
        run = tf.function(
            lambda rows: self.detect({**rows, "steps": steps}),
            input_signature=[{name: specs[name] for name in rows}],
        )
        with self.averaged():
            return in_batches(run, rows, batch_size)

    def detect_specs(self):
        z = self.sampler.specs()["z"]
        return self.example_specs() | {
            "z_init": tf.TensorSpec(z.shape, z.dtype, name="z_init"),
            "steps": tf.TensorSpec([], tf.int32, name="steps"),
        }

    def signatures(self):
        return super().signatures() | {"detect": (self.detect, self.detect_specs())}

    def save_samples(self, path, n, seed, held_out, steps=200):
        """Held-out images, then the same with a bright square: image, closest and residual, `n` images or a few less.

        A row has two images.
        """
        real = held_out(max(1, min(n // 6, 10)))["image"].numpy()
        columns = []
        for images in (real, with_square(real)):
            found = self.anomalies(images, steps, seed)
            columns += [images, found["closest"], found["residual"] - 1]
        pictures.save_columns(columns, path)


def with_square(images, size=6):
    """Images [n, H, W, C] with a white square of `size` pixels in the upper left quarter."""
    images = np.array(images)
    top, left = (side // 4 for side in images.shape[1:3])
    images[:, top : top + size, left : left + size] = 1
    return images


def _sum(values):
    """The sum over each row of [B, ...]."""
    return tf.reduce_sum(values, axis=list(range(1, len(values.shape))))
