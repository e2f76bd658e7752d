"""BicycleGAN: Toward Multimodal Image-to-Image Translation, Zhu, Zhang, Pathak, Darrell, Efros, Wang,
Shechtman, NeurIPS 2017, arXiv:1711.11586.

From pairs (A, B) a generator G learns many translations of A, one for each code z. Two cycles tie the code to
the translation. B -> z -> B (cVAE-GAN): an encoder E gives the code of B, from which, with A, G must make B
again. z -> B -> z (cLR-GAN): G translates A by a code drawn at random, and E must read that code from the
translation. Each has a discriminator of its own (equation 9). Half of a batch is translated; the second
discriminator's reals are the images of the other half, so that it never sees the pair of a fake. One step of
G and E, then one of the discriminators.

Differs from the paper: as in the release, least squares take the place of the logarithms of equations 3 to 8.
Discriminators see A where their networks take it, as in the equations; those of the release do not. The
divergence is a mean over the batch, which in the release has one example.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.layers.style_code import drawn
from tfgan_zoo.losses import least_squares, variational
from tfgan_zoo.utils import pictures

__all__ = ["BicycleGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class BicycleGAN(Encoding, AdversarialModel):
    """Equation 9: both cycles at once.

    Batches hold an even number of pairs, `condition` (A) and `image` (B).

    Args:
        generator: functional model G, {"condition": [B, H, W, C], "z": [B, d]} -> images in [-1, 1].
        encoder: functional model E, images -> {"mu": [B, d], "logvar": [B, d]}.
        discriminator: functional model, images, or {"condition", "image"}, -> scores of any shape, or a list
            of them, one for each scale; it judges translations with the code of B.
        discriminator_random: another one, which judges translations with codes drawn at random.
        l1_weight: lambda, of the mean absolute error of translations with the code of B.
        kl_weight: lambda_KL.
        latent_weight: lambda_latent, of the mean absolute error of the codes that E reads; this loss moves G
            alone.
        encoded_weight: of all of cVAE-GAN: its adversarial loss, L1 and divergence; with 0 cLR-GAN is left.
        random_weight: of the adversarial loss of cLR-GAN; with 0 and latent_weight 0 cVAE-GAN is left.
        random_l1_weight: of the mean absolute error of translations with codes drawn at random; BicycleGAN
            has no such term, the paper's baseline "pix2pix + noise" has.
        seed: keys all the noise of training.
    """

    # E reads the style of an image alone, which cannot be made again without its condition.
    reconstructs = False
    # Two discriminators at two scales each.
    saturation = {"discriminator_loss": 4 * least_squares.SATURATED}

    def __init__(
        self,
        generator,
        encoder,
        discriminator,
        discriminator_random,
        l1_weight=10.0,
        kl_weight=0.01,
        latent_weight=0.5,
        encoded_weight=1.0,
        random_weight=1.0,
        random_l1_weight=0.0,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.encoder = encoder
        self.discriminator = discriminator
        self.discriminator_random = discriminator_random
        self.l1_weight = l1_weight
        self.kl_weight = kl_weight
        self.latent_weight = latent_weight
        self.encoded_weight = encoded_weight
        self.random_weight = random_weight
        self.random_l1_weight = random_l1_weight
        self.latent_dim = generator.input["z"].shape[-1]
        self.sampler = Sampler(generator, {"z": Latents(self.latent_dim)}, of="condition", paired=True)

    def players(self):
        return {
            "generator": [self.generator],
            "encoder": [self.encoder],
            "discriminators": [self.discriminator, self.discriminator_random],
        }

    def samplers(self):
        return {"translate": self.sampler}

    def train_step(self, data):
        noise, rows = self.noise(), self.rows(data["image"])
        if isinstance(rows, int) and rows % 2:
            raise ValueError(f"BicycleGAN halves its batches, which must be even; got {rows} examples.")
        pairs, others = self.split(data, 2)
        rows = self.rows(pairs["image"])
        z, epsilon = (noise.latents("normal", [rows, self.latent_dim]) for _ in range(2))

        logs, encoded, random = self.minimize_together(
            ["generator", "encoder"], lambda: self._translations(pairs, z, epsilon)
        )

        def discriminator_loss():
            loss = self._judgement(self.discriminator, pairs, {**pairs, "image": encoded})
            loss += self._judgement(self.discriminator_random, others, {**pairs, "image": random})
            return loss, {"discriminator_loss": loss}

        return logs | self.minimize("discriminators", discriminator_loss)

    def _translations(self, pairs, z, epsilon):
        """({player: its loss}, (what to log, G(A, E(B)), G(A, z)))."""
        condition, image = pairs["condition"], pairs["image"]
        mu, logvar = self._encode(image)
        encoded = self.generator({"condition": condition, "z": drawn(mu, logvar, epsilon)}, training=True)
        random = self.generator({"condition": condition, "z": z}, training=True)

        l1 = _distance(image, encoded)
        divergence = tf.reduce_mean(variational.divergence(mu, logvar))
        deceit = self._deceit(self.discriminator, {**pairs, "image": encoded})
        vae = deceit + self.l1_weight * l1 + self.kl_weight * divergence

        # The mean of the code that is read, and not a draw of it.
        latent = _distance(self._encode(random)[0], z)
        random_deceit = self._deceit(self.discriminator_random, {**pairs, "image": random})
        regressor = self.random_weight * random_deceit + self.random_l1_weight * _distance(image, random)

        encoder_loss = self.encoded_weight * vae
        generator_loss = encoder_loss + regressor + self.latent_weight * latent
        logs = {
            "generator_loss": generator_loss,
            "encoder_loss": encoder_loss,
            "l1": l1,
            "divergence": divergence,
            "latent_loss": latent,
        }
        return {"generator": generator_loss, "encoder": encoder_loss}, (logs, encoded, random)

    def _encode(self, image):
        code = self.encoder(image, training=True)
        return tf.cast(code["mu"], tf.float32), tf.cast(code["logvar"], tf.float32)

    def _deceit(self, discriminator, fake):
        return tf.add_n([least_squares.generator(scores) for scores in _scores(discriminator, fake)])

    def _judgement(self, discriminator, real, fake):
        both = zip(_scores(discriminator, real), _scores(discriminator, fake), strict=True)
        return tf.add_n([least_squares.discriminator(*scores) for scores in both])

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"mu": [B, d], "logvar": [B, d]}, the code of its style."""
        code = self.encoder(inputs["image"], training=False)
        return {name: tf.cast(code[name], tf.float32) for name in ("mu", "logvar")}

    def encoder_specs(self):
        shape = [None, *self.encoder.input_shape[1:]]
        return {"image": tf.TensorSpec(shape, tf.float32, name="image")}

    def picture(self, path, batch, seed=0, styles=6):
        """A | the original B | G(A, E(B)) | G(A, z) for six codes z (`styles`); a row an example."""
        condition, image = batch["condition"].numpy(), batch["image"].numpy()
        own = self.encode(image)["mu"]
        codes = np.repeat(self._first().latents(styles, seed)[:, None], len(image), axis=1)
        columns = [self.translate(condition, z=code) for code in (own, *codes)]
        pictures.save_columns([condition, image, *columns], path)


def _scores(discriminator, examples):
    """The list of a discriminator's scores of a batch, one for each scale."""
    seen = isinstance(discriminator.input, dict)
    scores = discriminator(
        {key: examples[key] for key in ("condition", "image")} if seen else examples["image"], training=True
    )
    return scores if isinstance(scores, (list, tuple)) else [scores]


def _distance(values, others):
    """|x - y|_1 as a mean over all numbers."""
    return tf.reduce_mean(tf.abs(tf.cast(values, tf.float32) - tf.cast(others, tf.float32)))
