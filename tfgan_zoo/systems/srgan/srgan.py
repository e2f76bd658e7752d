"""SRGAN: Photo-Realistic Single Image Super-Resolution Using a Generative Adversarial Network, Ledig et al.,
CVPR 2017, arXiv:1609.04802.

A generator enlarges an image four times each way. First it is trained on the squared error alone, which gives
SRResNet: it makes the mean of all images that a small one may stand for, and so a smooth one. From these
weights it goes on with a perceptual loss (equation 3): the squared distance of the maps of a trained network,
which hardly change with details that nobody sees, and a small part of an adversarial loss, by which a
discriminator asks for images that look real (equation 6).

Differs from the paper: the perceptual distance is scaled to equal the squared error at the first adversarial
step, where the paper divides VGG's maps by 12.75. Peak signal-to-noise ratios are of colour images with their
borders, not of luminance without them. There are no scores by eye.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Sampler
from tfgan_zoo.losses import gan
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.resize import bicubic

__all__ = ["SRGAN"]

PRETRAINING, ADVERSARIAL = "pretraining", "adversarial"


@keras.saving.register_keras_serializable("tfgan_zoo")
class SRGAN(AdversarialModel):
    """Equation 3, after SRResNet: a step of the discriminator, then one of the generator.

    Batches hold `condition`, small images in [0, 1], and `image`, in [-1, 1] (section 3.2).

    Args:
        generator: functional model, [B, h, w, C] in [0, 1] -> [B, f h, f w, C] for [-1, 1], of any h and w.
        discriminator: functional model, images [B, H, W, C] -> logits.
        features: `FrozenFeatures` in whose maps images are compared, the paper's phi; None compares pixels,
            which the paper calls SRGAN-MSE.
        adversarial_weight: of the adversarial loss; 0 with `features` None goes on training SRResNet.
        seed: keys nothing, as there is no noise.
    """

    saturation = {"discriminator_loss": gan.SATURATED}
    stage_names = (PRETRAINING, ADVERSARIAL)

    def __init__(self, generator, discriminator, features=None, adversarial_weight=1e-3, seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.features = features
        self.adversarial_weight = adversarial_weight
        # What the generator was before the adversarial stage, for comparison.
        self.srresnet = keras.models.clone_model(generator)
        self.srresnet.trainable = False
        self.sampler = Sampler(generator, {}, of="condition", paired=True, finish=_within_range)

    def samplers(self):
        return {"enlarge": self.sampler}

    @property
    def example_shapes(self):
        """Those of the images that the discriminator judges and of their small copies.

        The generator alone takes images of any size.
        """
        height, width, channels = self.discriminator.input_shape[1:]
        times = self.generator.compute_output_shape([1, 1, 1, channels])[1]
        return {"condition": (height // times, width // times, channels), "image": (height, width, channels)}

    def batch(self, data):
        """As in the base class, but small images that are uint8 are scaled to [0, 1]."""
        if isinstance(data, dict) and getattr(data.get("condition"), "dtype", None) in (tf.uint8, "uint8"):
            data = {**data, "condition": tf.cast(data["condition"], tf.float32) / 255.0}
        return super().batch(data)

    def begin_stage(self):
        if self.stage == ADVERSARIAL:
            self.srresnet.set_weights(self.generator.get_weights())

    def train_step(self, data):
        small, image = data["condition"], data["image"]
        if self.stage == PRETRAINING:
            return self.minimize("generator", lambda: self._squared_error(small, image))
        logs = self.minimize("discriminator", lambda: self._discriminator_loss(small, image))
        return logs | self.minimize("generator", lambda: self._perceptual_loss(small, image))

    def _squared_error(self, small, image):
        """Equation 4."""
        loss = _mean_square(image - self.generator(small, training=True))
        return loss, {"generator_loss": loss}

    def _discriminator_loss(self, small, image):
        """Equation 2."""
        fake = self.generator(small, training=True)
        real_logits, fake_logits = (self.discriminator(images, training=True) for images in (image, fake))
        loss = gan.discriminator(real_logits, fake_logits)
        return loss, {"discriminator_loss": loss}

    def _perceptual_loss(self, small, image):
        """Equations 3, 5 and 6."""
        fake = self.generator(small, training=True)
        content = self._content(image, fake)
        deceit = gan.generator_non_saturating(self.discriminator(fake, training=True))
        loss = content + self.adversarial_weight * deceit
        return loss, {"generator_loss": loss, "content_loss": content, "adversarial_loss": deceit}

    def _content(self, image, fake):
        if self.features is None:
            return _mean_square(image - fake)
        return self.features.distance(image, fake, measure=True)

    def picture(self, path, batch, seed=0):
        """Bicubic interpolation of the small image | SRResNet | SRGAN | the original; a row an image."""
        small, image = batch["condition"].numpy(), batch["image"].numpy()
        srresnet = self.generator if self.current_stage() == PRETRAINING else self.srresnet
        squared_error = _within_range(srresnet(small, training=False)).numpy()
        columns = [enlarged(small, image.shape[1:3]), squared_error, self.translate(small), image]
        pictures.save_columns(columns, path, scale=3)


def enlarged(small, size):
    """Small images [n, h, w, C] in [0, 1] -> float32 [n, *size, C] in [-1, 1], by bicubic interpolation."""
    return (bicubic(pictures.to_uint8(2 * small - 1), size) / 127.5 - 1).astype("float32")


def _within_range(images):
    return tf.clip_by_value(tf.cast(images, tf.float32), -1.0, 1.0)


def _mean_square(values):
    return tf.reduce_mean(tf.square(tf.cast(values, tf.float32)))
