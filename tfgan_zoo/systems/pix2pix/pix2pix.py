"""pix2pix: Image-to-Image Translation with Conditional Adversarial Networks, Isola, Zhu, Zhou, Efros,
CVPR 2017, arXiv:1611.07004.

From pairs (x, y) a generator G learns y = G(x): its discriminator judges patches of pairs, and an L1 loss
ties the rest (equations 1 to 4). There is no latent: the noise is dropout in G, at test time too. One
step of the discriminator, whose loss is halved, then one of the generator.

Differs from the paper: its batch norm at batch size 1, which takes the moments of one image, is written
as instance norm, so that it means the same for any batch; its gains start at 1, in the released code at
N(1, 0.02). The noise of the dropouts is an input of G, so that a translation can be repeated, and each
player's step draws its own, where the release shows both players one fake.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.augmentation import Jitter
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Sampler, Uniform
from tfgan_zoo.losses import gan
from tfgan_zoo.random import draws

__all__ = ["Pix2Pix"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class Pix2Pix(AdversarialModel):
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

    # Half of the usual value, as the loss is halved.
    saturation = {"discriminator_loss": gan.SATURATED / 2}

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
        self.generator = generator
        self.discriminator = discriminator
        self.l1_weight = l1_weight
        self.gan_weight = gan_weight
        self.jitter = jitter
        self.mirror = mirror
        self.augment = Jitter(jitter, mirror)
        sources = {"noise": Uniform(generator.input["noise"].shape[-1])}
        self.sampler = Sampler(generator, sources, of="condition", paired=True)

    def samplers(self):
        return {"translate": self.sampler}

    def train_step(self, data):
        noise = self.noise()
        # Each pair as one (appendix 6.2).
        condition, image = self.augment(noise, data["condition"], data["image"])
        rows = self.rows(image)
        fake = self.sampler(self.sampler.draw(noise, rows, condition=condition), training=True)

        def discriminator_loss():
            loss = 0.5 * gan.discriminator(self._judge(condition, image), self._judge(condition, fake))
            return loss, {"discriminator_loss": loss}

        inputs = self.sampler.draw(noise, rows, condition=condition)

        def generator_loss():
            fake = self.sampler(inputs, training=True)
            l1 = tf.reduce_mean(tf.abs(image - fake))
            deceit = gan.generator_non_saturating(self._judge(condition, fake))
            loss = self.gan_weight * deceit + self.l1_weight * l1
            return loss, {"generator_loss": loss, "l1": l1}

        logs = self.minimize("discriminator", discriminator_loss)
        return logs | self.minimize("generator", generator_loss)

    def _judge(self, condition, image):
        conditional = isinstance(self.discriminator.input, dict)
        inputs = {"condition": condition, "image": image} if conditional else image
        return self.discriminator(inputs, training=True)

    def call(self, inputs):
        """Serving: {"condition": [B, H, W, C]} and, if given, "noise" [B, N] -> {"image": ...}.

        Without noise, that of a fixed key; the same for every image.
        """
        if "noise" not in inputs:
            fixed = draws.uniform([1, self.sampler.sources["noise"].size], [self.seed, 0])
            inputs = {**inputs, "noise": tf.tile(fixed, [tf.shape(inputs["condition"])[0], 1])}
        return super().call(inputs)

    def signatures(self):
        specs = self.sampler.specs()
        return {
            "serving_default": (self.call, {"condition": specs["condition"]}),
            "seeded": (self.call, specs),
        }
