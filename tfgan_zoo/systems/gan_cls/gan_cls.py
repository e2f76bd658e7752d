"""GAN-CLS and GAN-INT: Generative Adversarial Text to Image Synthesis, Reed, Akata, Yan, Logeswaran,
Schiele, Lee, ICML 2016, arXiv:1605.05396.

Generator and discriminator both read phi(t), the embedding of a text t by an encoder that was trained
before and stays as it is. Algorithm 1 (GAN-CLS): the discriminator ascends
log s_r + (log(1 - s_w) + log(1 - s_f)) / 2 with s_r of a real image and its text, s_w of a real image and
a wrong text, s_f of a fake and its text, and so learns whether a text fits, too. Equation 5 (GAN-INT):
the generator also draws texts that nobody wrote, halfway between two of the batch.

Differs from the paper: the wrong pair has the right text and another image, as in the released code, not
the right image and another text. An image has one caption, where the release averages the embeddings of
four. The release's crops and flips are off by default. Gains of batch norm start at 1, in the release at
N(1, 0.02), and the dense layers on the text as the convolutions do.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.augmentation import Jitter
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Captions, Latents, Normal, Sampler
from tfgan_zoo.layers.style_code import drawn
from tfgan_zoo.losses import gan, variational
from tfgan_zoo.text.reading import ReadsCaptions, require_captions

__all__ = ["GANCLS"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class GANCLS(ReadsCaptions, AdversarialModel):
    """Algorithm 1 with equation 5.

    Args:
        generator: functional model, {"z": [B, d], "text": [B, e]} -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, {"image": [B, H, W, C], "text": [B, e]} -> logits [B, 1].
        text_encoder: functional model, characters [B, L] -> embedding [B, e]. No player trains it; it is
            kept so that the model reads captions itself.
        captions: a list of captions, of which `generate` draws where its caller gives none, and which
            pictures show.
        matching_aware: whether the discriminator also sees real images with texts that do not fit
            (GAN-CLS).
        interpolate: whether the generator also draws interpolated texts (GAN-INT).
        jitter: pixels by which images are enlarged before a crop at random, each image on its own; 0 for
            none. The release takes 64 to 76.
        mirror: turn half of the images left to right, as the release does.
        augmentation: functional model, text [B, e] -> {"mu", "logvar"} of a Gaussian, of which the generator
            reads a draw in place of the text: StackGAN's conditioning augmentation, which GAN-CLS has not.
        kl_weight: of the Gaussian's divergence in the generator's loss.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(
        self,
        generator,
        discriminator,
        text_encoder,
        captions,
        matching_aware=True,
        interpolate=True,
        jitter=0,
        mirror=False,
        augmentation=None,
        kl_weight=2.0,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.text_encoder = text_encoder
        self.discriminator = discriminator
        self.captions = require_captions(captions)
        self.matching_aware = matching_aware
        self.interpolate = interpolate
        self.jitter = jitter
        self.mirror = mirror
        self.augment = Jitter(jitter, mirror)
        self.augmentation = augmentation
        self.kl_weight = kl_weight
        self.prior = prior
        sources = {
            "z": Latents(generator.input["z"].shape[-1], prior),
            "text": Captions(self.captions, self.embed),
        }
        if augmentation is None:
            self.sampler = Sampler(generator, sources)
        else:
            noise = Normal(generator.input["text"].shape[1:])
            self.sampler = Sampler(_augmented(generator, augmentation), sources | {"eps": noise})

    def players(self):
        augmented = [] if self.augmentation is None else [self.augmentation]
        return {"discriminator": [self.discriminator], "generator": [self.generator, *augmented]}

    @property
    def example_shapes(self):
        image, text = self.generator.output_shape[1:], self.sampler.inputs["text"].shape[1:]
        wrong = {"wrong_image": tuple(image)} if self.matching_aware else {}
        return {"image": tuple(image), "text": tuple(text), **wrong}

    def train_step(self, data):
        noise, text = self.noise(), data["text"]
        [real] = self.augment(noise, data["image"])
        [wrong] = self.augment(noise, data["wrong_image"]) if self.matching_aware else [None]
        logs = self._discriminator_step(real, wrong, text, noise)
        return logs | self._generator_step(text, noise)

    def _discriminator_step(self, real, wrong, text, noise):
        fake = self.sampler(self.sampler.draw(noise, self.rows(real), text=text), training=True)

        def judged(image):
            return self.discriminator({"image": image, "text": text}, training=True)

        def discriminator_loss():
            s_r, s_f = judged(real), judged(fake)
            if wrong is None:
                loss = gan.discriminator(s_r, s_f)
            else:
                loss = gan.matching_aware(s_r, judged(wrong), s_f)
            return loss, {"discriminator_loss": loss}

        return self.minimize("discriminator", discriminator_loss)

    def _generator_step(self, text, noise):
        texts = [text, _between(text)] if self.interpolate else [text]
        # Drawn apart, so that replicas see together what one would see alone.
        draws = [self.sampler.draw(noise, self.rows(each), text=each) for each in texts]
        # One batch, as in the released code: alone, middles would be as far apart as texts after batch norm.
        inputs = {name: tf.concat([each[name] for each in draws], axis=0) for name in draws[0]}

        def generator_loss():
            judged = {"image": self.sampler(inputs, training=True), "text": inputs["text"]}
            loss = gan.generator_non_saturating(self.discriminator(judged, training=True))
            if self.augmentation is not None:
                gaussian = self.augmentation(inputs["text"], training=True)
                loss += self.kl_weight * variational.mean_divergence(**gaussian)
            return loss, {"generator_loss": loss}

        return self.minimize("generator", generator_loss)


def _augmented(generator, augmentation):
    """{"z", "text", "eps": [B, c]} -> what the generator makes of z and the code of the text, [B, c]."""
    z = keras.Input(generator.input["z"].shape[1:], name="z")
    text = keras.Input(augmentation.input_shape[1:], name="text")
    eps = keras.Input(generator.input["text"].shape[1:], name="eps")
    image = generator({"z": z, "text": drawn(**augmentation(text), epsilon=eps)})
    return keras.Model({"z": z, "text": text, "eps": eps}, image)


def _between(text):
    """[B, e] -> [B // 2, e]: the middle of each two rows that follow one another (beta of 1/2)."""
    pairs = text[: text.shape[0] // 2 * 2] if text.shape[0] else text
    return (pairs[0::2] + pairs[1::2]) / 2
