"""StackGAN: StackGAN: Text to Photo-realistic Image Synthesis with Stacked Generative Adversarial Networks,
Zhang, Xu, Li, Zhang, Wang, Huang, Metaxas, ICCV 2017, arXiv:1612.03242.

Two GANs, one after the other. Stage I draws a small image of a text: shapes and colours (equations 3 and 4).
Stage II draws it anew, larger, from that image and once more from the text: it adds details and mends what
Stage I got wrong (equations 5 and 6). Stage I is trained first and then stays as it is. In place of the
text's embedding generators read a draw of a Gaussian that depends on it, near the standard normal
(conditioning augmentation, equation 2); each stage has a Gaussian of its own. Discriminators read the
embedding itself, and also see real images with texts that do not fit.

Differs from the paper: as in the release, the discriminator's loss is that of GAN-CLS, the generator's is
non-saturating, and the divergence is a mean over dimensions with weight 2, where lambda is 1 in the paper. In
Stage II, Stage I is in inference mode. Epsilon is normal, in the release truncated, and the Gaussian's mean
and variance are affine, where the release has a LeakyReLU on both. The release's crops and flips are left
out, and an image has one caption, where the release averages the embeddings of four. Gains of batch norm start
at 1, in the release at N(1, 0.02).
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.copies import with_copies
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Captions, Latents, Normal, Sampler
from tfgan_zoo.layers.style_code import drawn
from tfgan_zoo.losses import gan, variational
from tfgan_zoo.text.reading import ReadsCaptions, require_captions
from tfgan_zoo.utils import pictures

__all__ = ["StackGAN"]

STAGE_1, STAGE_2 = "stage_1", "stage_2"


@keras.saving.register_keras_serializable("tfgan_zoo")
class StackGAN(ReadsCaptions, AdversarialModel):
    """Equations 3 and 4 in the first stage, 5 and 6 in the second.

    Batches hold `image` and `wrong_image` in the size of Stage II and `text`. Until the second stage has had a step,
    `generate` gives the images of Stage I, enlarged bilinearly.

    Args:
        generator_1: functional model, {"z": [B, d], "code": [B, c]} -> images [B, h, h, C] in [-1, 1].
        generator_2: functional model, {"stage1": [B, h, h, C], "code": [B, c]} -> images [B, H, H, C].
        discriminator_1: functional model, {"stage1": [B, h, h, C], "text": [B, e]} -> logits [B, 1].
        discriminator_2: functional model, {"image": [B, H, H, C], "text": [B, e]} -> logits [B, 1].
        augmentation: functional model, text [B, e] -> {"mu": [B, c], "logvar": [B, c]}, of Stage I; Stage II
            has a fresh copy of it.
        text_encoder: functional model, characters [B, L] -> embedding [B, e]. No player trains it.
        captions: a list of captions, of which `generate` draws where its caller gives none, and which
            pictures show.
        augment: whether codes are drawn; else they are the Gaussians' means, without a divergence.
        kl_weight: of the KL divergence of codes from normal ones, lambda in equations 4 and 6.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}
    stage_names = (STAGE_1, STAGE_2)

    def __init__(
        self,
        generator_1,
        generator_2,
        discriminator_1,
        discriminator_2,
        augmentation,
        text_encoder,
        captions,
        augment=True,
        kl_weight=2.0,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.generator_1 = generator_1
        self.generator_2 = generator_2
        self.discriminator_1 = discriminator_1
        self.discriminator_2 = discriminator_2
        self.augmentation = augmentation
        self.augmentations = with_copies(augmentation, 2)
        self.text_encoder = text_encoder
        self.captions = require_captions(captions)
        self.augment = augment
        self.kl_weight = kl_weight
        self.prior = prior
        sources = {
            "z": Latents(generator_1.input["z"].shape[-1], prior),
            "text": Captions(self.captions, self.embed),
        }
        if augment:
            sources["eps"] = Normal((2, *generator_1.input["code"].shape[1:]))
        self.sampler = Sampler(self._stacked(sources), sources, output="image", forward=self._images)

    def players(self):
        return {
            "discriminator_1": [self.discriminator_1],
            "generator_1": [self.generator_1, self.augmentations[0]],
            "discriminator_2": [self.discriminator_2],
            "generator_2": [self.generator_2, self.augmentations[1]],
        }

    @property
    def example_shapes(self):
        image, text = self.sampler.example_shape, self.augmentation.input_shape[1:]
        return {"image": image, "text": tuple(text), "wrong_image": image}

    def train_step(self, data):
        return self._first_step(data) if self.stage == STAGE_1 else self._second_step(data)

    def _first_step(self, data):
        """Equations 3 and 4, on images in the size of Stage I."""
        size = self.generator_1.output_shape[1:3]
        real, wrong = (tf.image.resize(data[key], size, "bilinear") for key in ("image", "wrong_image"))

        def make(inputs):
            return self.draw_small(inputs, training=True)

        def judge(images):
            return self.discriminator_1({"stage1": images, "text": data["text"]}, training=True)

        return self._play(1, real, wrong, data["text"], make, judge)

    def _second_step(self, data):
        """Equations 5 and 6; Stage I is in inference mode, and no player moves it."""

        def make(inputs):
            small, _ = self.draw_small(inputs)
            return self.draw_large(small, inputs, training=True)

        def judge(images):
            return self.discriminator_2({"image": images, "text": data["text"]}, training=True)

        return self._play(2, data["image"], data["wrong_image"], data["text"], make, judge)

    def _play(self, number, real, wrong, text, make, judge):
        """A step of a stage's discriminator, then one of its generator.

        Args:
            make: {"z", "text", "eps"} -> (fakes, the Gaussian of their code).
            judge: images -> logits, beside the embedding of their text.
        """
        noise, rows = self.noise(), self.rows(text)
        fake, _ = make(self.sampler.draw(noise, rows, text=text))

        def discriminator_loss():
            loss = gan.matching_aware(judge(real), judge(wrong), judge(fake))
            return loss, {"discriminator_loss": loss}

        logs = self.minimize(f"discriminator_{number}", discriminator_loss)
        inputs = self.sampler.draw(noise, rows, text=text)

        def generator_loss():
            fake, code = make(inputs)
            divergence = variational.mean_divergence(**code)
            loss = gan.generator_non_saturating(judge(fake))
            loss += (self.kl_weight if self.augment else 0.0) * divergence
            return loss, {"generator_loss": loss, "divergence": divergence}

        return logs | self.minimize(f"generator_{number}", generator_loss)

    def draw_small(self, inputs, training=False):
        """Stage I: {"z", "text", "eps"} -> (images [B, h, h, C], {"mu", "logvar"} of their code)."""
        gaussian, code = self._code(0, inputs, training)
        return self.generator_1({"z": inputs["z"], "code": code}, training=training), gaussian

    def draw_large(self, small, inputs, training=False):
        """Stage II: images of Stage I, {"text", "eps"} -> (images [B, H, H, C], {"mu", "logvar"})."""
        gaussian, code = self._code(1, inputs, training)
        return self.generator_2({"stage1": small, "code": code}, training=training), gaussian

    def _code(self, place, inputs, training):
        """Equation 2: the Gaussian of a stage's code, and a draw of it; its mean without augmentation."""
        gaussian = self.augmentations[place](inputs["text"], training=training)
        code = drawn(**gaussian, epsilon=inputs["eps"][:, place]) if self.augment else gaussian["mu"]
        return gaussian, code

    def _stacked(self, sources):
        """{"z", "text", "eps": [B, 2, c], noise of either stage's code} -> {"image", "stage1"}."""
        shapes = {
            "z": self.generator_1.input["z"].shape[1:],
            "text": self.augmentation.input_shape[1:],
            "eps": (2, *self.generator_1.input["code"].shape[1:]),
        }
        inputs = {name: keras.Input(shapes[name], name=name) for name in sources}
        small, _ = self.draw_small(inputs)
        large, _ = self.draw_large(small, inputs)
        return keras.Model(inputs, {"image": large, "stage1": small}, name="stacked")

    def call(self, inputs):
        """Serving: {"z", "text", "eps"} -> {"image": [B, H, H, C], "stage1": [B, h, h, C]}."""
        made = self.sampler.network(inputs, training=False)
        made = {name: tf.cast(images, tf.float32) for name, images in made.items()}
        if self.stages:
            enlarged = tf.image.resize(made["stage1"], self.sampler.example_shape[:2])
            has_begun = self.step.value > self.stages[0].steps
            made["image"] = tf.where(has_begun, made["image"], enlarged)
        return made

    def _images(self, inputs):
        return self.call(inputs)["image"]

    def picture(self, path, batch, seed=0, columns=4):
        """For each caption the image of Stage I, with larger pixels, beside that of Stage II, four times."""
        self._show(path, self.captions, columns, seed)

    def save_samples(self, path, n, seed, held_out):
        """As `picture`, `n` images in all, or a few less so that captions have as many each."""
        self._show(path, self.captions[:n], max(1, n // len(self.captions)), seed)

    def _show(self, path, captions, columns, seed):
        """Captions over pairs of images, from the same noise for each."""
        z_and_eps = self.sampler.inputs_of(columns, seed, caption=captions[0])
        with self.averaged():
            rows = [self._pairs({**z_and_eps, "text": text}) for text in self.embed(captions)]
        pictures.save_captioned(rows, captions, path)

    def _pairs(self, inputs):
        """Stage I and Stage II by turns, of one text: [2 n, H, H, C]; Stage I alone while it is trained."""
        text = np.broadcast_to(inputs["text"], [len(inputs["z"]), inputs["text"].shape[-1]])
        made = self.call({name: tf.constant(value) for name, value in {**inputs, "text": text}.items()})
        small, large = made["stage1"].numpy(), made["image"].numpy()
        times = large.shape[1] // small.shape[1]
        enlarged = small.repeat(times, axis=1).repeat(times, axis=2)
        if self.current_stage() == STAGE_1:
            return enlarged
        return np.stack([enlarged, large], axis=1).reshape(-1, *large.shape[1:])
