"""BigGAN: Large Scale GAN Training for High Fidelity Natural Image Synthesis, Brock, Donahue, Simonyan,
ICLR 2019, arXiv:1809.11096.

A class-conditional GAN with self-attention, hinge losses and spectral normalisation of both networks, scaled
up in batch and width. The generator's kernels are kept near orthogonal (equation 3), so that its latents can
be truncated: normals beyond a threshold are drawn anew, and the lower it is, the better and the more alike
are the samples (section 3.1). Samples are made with averaged weights, whose batch norms get standing
statistics: the mean of their statistics over some batches of samples.

Differs from the paper: spectral normalisation of both networks takes one step of the power method before each
update of the discriminator, and none before the generator's. Standing statistics are those of latents that
are not truncated, at every threshold. Truncated latents are not drawn anew but mapped to the distribution
that this would give, so that one latent can be seen at all thresholds. Convolutions before batch norms have
no bias. The released code halves the gradient of equation 3; here it is whole.
"""

import contextlib

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.classes import require_classes
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.layers import spectral
from tfgan_zoo.layers.batch_norm import standing_statistics
from tfgan_zoo.losses import hinge
from tfgan_zoo.losses.penalties import orthogonal
from tfgan_zoo.random.truncation import truncated
from tfgan_zoo.utils import pictures

__all__ = ["BigGAN"]

# The thresholds of the paper's figure 2.
TRUNCATIONS = (2.0, 1.0, 0.5, 0.2)

_STANDING_ROWS = 64


@keras.saving.register_keras_serializable("tfgan_zoo")
class BigGAN(AdversarialModel):
    """d_steps of the discriminator, then one of the generator, on hinge losses.

    A batch holds d_steps * B real examples, B for each step of the discriminator.

    Args:
        generator: functional model, {"z": [B, d], "label": [B]} -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, {"image": ..., "label": [B]} -> logits [B, 1].
        d_steps: discriminator steps per generator step.
        orthogonal_weight: beta of equation 3, on all kernels of the generator but the shared embedding.
        classes: how many there are; fakes' classes are drawn uniformly.
        standing_batches: batches of 64 over which standing statistics are taken.
        seed: keys all the noise of training.

    Raises:
        ValueError: `d_steps` or `standing_batches` is below 1, or a network has another number of classes.
    """

    saturation = {"discriminator_loss": hinge.SATURATED}

    def __init__(
        self,
        generator,
        discriminator,
        d_steps=2,
        orthogonal_weight=1e-4,
        classes=1000,
        standing_batches=16,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if d_steps < 1 or standing_batches < 1:
            raise ValueError(
                f"BigGAN needs d_steps >= 1 and standing_batches >= 1; got {d_steps} and {standing_batches}."
            )
        self.generator = generator
        self.discriminator = discriminator
        self.d_steps = d_steps
        self.orthogonal_weight = orthogonal_weight
        self.classes = classes
        self.standing_batches = standing_batches
        sources = {"z": Latents(generator.input["z"].shape[-1]), "label": Classes(classes)}
        self.sampler = Sampler(generator, sources)
        require_classes(discriminator, "label", classes)

    @property
    def example_shapes(self):
        return super().example_shapes | {"label": ()}

    @property
    def batches_per_step(self):
        return self.d_steps

    def train_step(self, data):
        noise = self.noise()
        for batch in self.split(data, self.d_steps):
            logs = self._discriminator_step(batch["image"], batch["label"], noise)
        return logs | self._generator_step(self.rows(batch["image"]), noise)

    def _discriminator_step(self, real, label, noise):
        spectral.power_step(self.discriminator, self.generator)
        inputs = self.sampler.draw(noise, self.rows(real))
        # As released, D sees reals and fakes as one batch; it has no batch norm that would mix them.
        images = tf.concat([real, self.sampler(inputs, training=True)], axis=0)
        labels = tf.concat([label, inputs["label"]], axis=0)

        def discriminator_loss():
            of_real, of_fake = tf.split(self._logits(images, labels), 2)
            loss = hinge.discriminator(of_real, of_fake)
            return loss, {"discriminator_loss": loss}

        return self.minimize("discriminator", discriminator_loss)

    def _generator_step(self, rows, noise):
        inputs = self.sampler.draw(noise, rows)

        def generator_loss():
            loss = hinge.generator(self._logits(self.sampler(inputs, training=True), inputs["label"]))
            penalty = orthogonal([layer.kernel for layer in spectral.layers_of(self.generator)])
            logs = {"generator_loss": loss, "orthogonal_penalty": penalty}
            return loss + self.orthogonal_weight * penalty, logs

        return self.minimize("generator", generator_loss)

    def _logits(self, images, labels):
        return self.discriminator({"image": images, "label": labels}, training=True)

    @contextlib.contextmanager
    def averaged(self):
        """As in the base class; batch norms meanwhile hold standing statistics of the averaged weights.

        Where no optimiser has taken a step, as after weights alone were loaded, those of the file stay.
        """
        with super().averaged():
            if any(int(optimizer.iterations) for optimizer in self.optimizers.values()):
                with standing_statistics(self.generator, self._standing_batches()):
                    yield self
            else:
                yield self

    def _standing_batches(self):
        rows = self.standing_batches * _STANDING_ROWS
        inputs = self.sampler.inputs_of(rows, seed=self.seed)
        for start in range(0, rows, _STANDING_ROWS):
            yield {
                name: tf.constant(values[start : start + _STANDING_ROWS]) for name, values in inputs.items()
            }

    def picture(self, path, batch, seed=0):
        """A class in each column; three rows each at truncations 2, 1, 0.5 and 0.2, of the same latents."""
        self.save_samples(path, 3 * len(TRUNCATIONS) * min(self.classes, 10), seed, None)

    def save_samples(self, path, n, seed, held_out):
        """A picture of the same latents at truncations 2, 1, 0.5 and 0.2, from the top; a column a class."""
        columns = min(self.classes, 10)
        each = max(1, n // (len(TRUNCATIONS) * columns)) * columns
        z, labels = self.latents(each, seed), np.arange(each) % columns
        rows = [self.decode(z, label=labels, truncation=threshold) for threshold in TRUNCATIONS]
        pictures.save_grid(np.concatenate(rows), path, columns=columns)

    def call(self, inputs):
        """Serving: {"z": [B, d], "label": [B], "truncation": []} -> {"image": float32 [B, H, W, C]}."""
        inputs = dict(inputs)
        if "truncation" in inputs:
            inputs["z"] = truncated(inputs["z"], inputs.pop("truncation"))
        return super().call(inputs)

    def signatures(self):
        specs = self.sampler.specs() | {"truncation": tf.TensorSpec([], tf.float32, name="truncation")}
        return {"serving_default": (self.call, specs)}
