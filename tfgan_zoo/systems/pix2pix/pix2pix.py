"""pix2pix: Image-to-Image Translation with Conditional Adversarial Networks, Isola, Zhu, Zhou, Efros,
CVPR 2017, arXiv:1611.07004.

From pairs (x, y) a generator G learns y = G(x): its discriminator judges patches of pairs, and an L1 loss
ties the rest (equations 1 to 4). There is no latent: the noise is dropout in G, at test time too. One
step of the discriminator, whose loss is halved, then one of the generator.

Differs from the paper: its batch norm at batch size 1, which takes the moments of one image, is written
as instance norm, so that it means the same for any batch. The noise of the dropouts is an input of G, so
that a translation can be repeated.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.translation_game import Direction, TranslationGame
from tfgan_zoo.losses import adversarial
from tfgan_zoo.random import draws
from tfgan_zoo.utils import pictures

__all__ = ["Pix2Pix"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class Pix2Pix(TranslationGame):
    """Equation 4: arg min_G max_D of the conditional GAN loss, plus lambda times L1.

    Batches hold `condition` (x) and `image` (y), paired.

    Args:
        generator: functional model, {"condition": [B, H, W, C], "noise": [B, N] uniform in [0, 1)} ->
            images [B, H, W, C'] in [-1, 1].
        discriminator: functional model from {"condition", "image"} to logits of any shape; one from
            images alone is the paper's unconditional "GAN".
        l1_weight: lambda of the mean absolute error.
        gan_weight: of the adversarial loss; 0 leaves L1 alone.
        jitter: pixels by which pairs are enlarged before a crop at random; 0 for none. The paper takes
            256 to 286.
        mirror: turn half of the pairs left to right.
        seed: keys all the noise of training.
    """

    reported = ("discriminator_loss", "generator_loss", "l1")

    def __init__(
        self,
        generator,
        discriminator,
        l1_weight=100.0,
        gan_weight=1.0,
        jitter=30,
        mirror=True,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if jitter < 0:
            raise ValueError(f"Pix2Pix needs jitter >= 0 pixels; got {jitter}.")
        self.generator = generator
        self.discriminator = discriminator
        self.l1_weight = l1_weight
        self.gan_weight = gan_weight
        self.jitter = jitter
        self.mirror = mirror

    def directions(self):
        return {"translate": Direction(self.generator, "condition", "image", paired=True)}

    def train_step(self, data):
        noise = self.noise()
        condition, image = self._jittered(
            self.example(data, "condition"), self.example(data, "image"), noise
        )
        translate = self.direction()
        shape = [self.batch_size(image), translate.noise_size]

        fake = translate(condition, noise.uniform(shape), training=True)
        discriminator_loss = self.minimize(
            "discriminator",
            lambda: 0.5
            * adversarial.discriminator(self._judge(condition, image), self._judge(condition, fake)),
        )

        masks = noise.uniform(shape)
        parts = {}

        def generator_loss():
            fake = translate(condition, masks, training=True)
            parts["l1"] = tf.reduce_mean(tf.abs(image - fake))
            deceit = adversarial.generator_non_saturating(self._judge(condition, fake))
            return self.gan_weight * deceit + self.l1_weight * parts["l1"]

        generator_loss = self.minimize("generator", generator_loss)
        return self.report(
            discriminator_loss=discriminator_loss, generator_loss=generator_loss, l1=parts["l1"]
        )

    def _judge(self, condition, image):
        conditional = isinstance(self.discriminator.input, dict)
        inputs = {"condition": condition, "image": image} if conditional else image
        return self.discriminator(inputs, training=True)

    def _jittered(self, condition, image, noise):
        """Pairs enlarged, cropped at random and mirrored at random, each pair as one (appendix 6.2)."""
        rows = self.batch_size(image)
        top, left = (noise.integers([rows], self.jitter + 1) for _ in range(2))
        turned = noise.uniform([rows]) < 0.5 if self.mirror else tf.zeros([rows], tf.bool)
        return [_jitter(x, self.jitter, top, left, turned) for x in (condition, image)]

    def call(self, inputs):
        """Serving: {"condition": [B, H, W, C]} and, if given, "noise" [B, N] -> {"image": ...}.

        Without noise, that of a fixed key; the same for every image.
        """
        condition, translate = inputs["condition"], self.direction()
        noise = inputs.get("noise")
        if noise is None:
            fixed = draws.uniform([1, translate.noise_size], [self.seed, 0])
            noise = tf.tile(fixed, [tf.shape(condition)[0], 1])
        return {"image": tf.cast(translate(condition, noise), tf.float32)}

    def picture(self, path, batch, seed=0):
        """condition | translation | image, a row an example."""
        condition = batch["condition"].numpy()
        columns = [condition, self.translate(condition, seed), batch["image"].numpy()]
        pictures.save_columns(columns, path)

    def signatures(self):
        translate = self.direction()
        condition = tf.TensorSpec([None, *translate.source_shape], tf.float32, name="condition")
        noise = tf.TensorSpec([None, translate.noise_size], tf.float32, name="noise")
        return {
            "serving_default": (self.call, {"condition": condition}),
            "seeded": (self.call, {"condition": condition, "noise": noise}),
        }


def _jitter(images, pixels, top, left, turned):
    """Images enlarged by `pixels` each way, cropped to their size at (top, left) [B], some mirrored."""
    height, width = images.shape[1:3]
    if pixels:
        images = tf.image.resize(images, [height + pixels, width + pixels])
        images = tf.gather(images, top[:, None] + tf.range(height), axis=1, batch_dims=1)
        images = tf.gather(images, left[:, None] + tf.range(width), axis=2, batch_dims=1)
    return tf.where(turned[:, None, None, None], images[:, :, ::-1], images)
