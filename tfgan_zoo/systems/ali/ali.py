"""ALI: Adversarially Learned Inference, Dumoulin, Belghazi, Poole, Mastropietro, Lamb, Arjovsky, Courville,
ICLR 2017, arXiv:1606.00704.

An encoder draws latents of real examples, a generator draws examples of latents from the prior, and a discriminator
tells pairs of the one kind from pairs of the other (equation 1). Generator and encoder deceive it together: at the
optimum both joint distributions are one, so that the encoder draws from the generator's posterior. Nothing asks for
a reconstruction. Algorithm 1: one step of both players at the same weights, each on the other's labels.

Differs from the paper: the conditional variant, in which all networks read attributes, is left out. The maxout layers
of the discriminator have offsets everywhere, and the generator's last one does not start at the pixels' log-odds.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import gan

__all__ = ["ALI"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class ALI(Encoding, AdversarialModel):
    """Algorithm 1 of the paper.

    The key of examples is "image", or "x" for points.

    Args:
        generator: functional model, latents [B, d] -> examples.
        encoder: functional model, {key: examples, "epsilon": standard normal numbers [B, k]} -> {"z": [B, d]}, and
            {"mu", "log_sigma"} beside where it is Gaussian.
        discriminator: functional model, {key: examples, "z": [B, d]} -> logits [B, 1].
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(self, generator, encoder, discriminator, prior="normal", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.encoder = encoder
        self.discriminator = discriminator
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def players(self):
        return {"discriminator": [self.discriminator], "generator": [self.generator, self.encoder]}

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        latents = self.sampler.draw(noise, self.rows(real))
        epsilon = noise.latents("normal", [self.rows(real), self._noise_size()])

        def losses():
            inferred = self.encoder({self.example_key: real, "epsilon": epsilon}, training=True)["z"]
            made = self.sampler(latents, training=True)
            of_encoder, of_generator = self._judged((real, inferred), (made, latents["z"]))
            discriminator_loss = gan.discriminator(of_encoder, of_generator)
            generator_loss = gan.discriminator(of_generator, of_encoder)
            logs = {"discriminator_loss": discriminator_loss, "generator_loss": generator_loss}
            return {"discriminator": discriminator_loss, "generator": generator_loss}, logs

        return self.minimize_together(["discriminator", "generator"], losses)

    def _judged(self, *pairs):
        """The logits of two batches of (examples, latents), which are one batch to D, as in the released code.

        Rows of the two alternate: thus each replica holds rows that follow one another in the whole batch.
        """
        examples, latents = (
            tf.reshape(tf.stack(parts, axis=1), [-1, *parts[0].shape[1:]]) for parts in zip(*pairs, strict=True)
        )
        logits = self.discriminator({self.example_key: examples, "z": latents}, training=True)
        return logits[::2], logits[1::2]

    def _noise_size(self):
        return self.encoder.input["epsilon"].shape[-1]

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} or {"x": [B, d]} -> {"z"}, and {"mu", "log_sigma"} of a Gaussian encoder.

        It is read without noise: z is the mean of a Gaussian encoder.
        """
        examples = inputs[self.example_key]
        epsilon = tf.zeros([self.rows(examples), self._noise_size()])
        code = self.encoder({self.example_key: examples, "epsilon": epsilon}, training=False)
        return {name: tf.cast(values, tf.float32) for name, values in code.items()}

    def picture(self, path, batch, seed=0):
        """A row of reals and three of samples, under each row its reconstructions; of points, samples alone."""
        show.reconstructions(self, path, batch, seed)
