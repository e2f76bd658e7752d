"""Discriminators that are auto-encoders: images -> {"reconstruction", "code"}."""

import tensorflow as tf

from tfgan_zoo.core import show


class JudgesByReconstruction:
    """The part of a system with such a `discriminator` that is the same in all; before `AdversarialModel`."""

    def reconstruct(self, examples):
        """Examples [B, ...] -> their reconstructions, float32 of that shape."""
        return autoencoded(self.discriminator, examples, training=False)["reconstruction"]

    def picture(self, path, batch, seed=0):
        """A row of reals and three of samples, under each row its reconstructions; of points, samples alone."""
        show.reconstructions(self, path, batch, seed)


def require_autoencoder(network):
    """Refuses a network that does not reconstruct its images.

    Args:
        network: functional model, images [B, H, W, C] -> {"reconstruction": [B, H, W, C], "code": [B, n]}.

    Raises:
        ValueError: it has other outputs, or reconstructions of another shape.
    """
    outputs = network.output if isinstance(network.output, dict) else {}
    if set(outputs) != {"reconstruction", "code"} or outputs["reconstruction"].shape != network.input_shape:
        raise ValueError(
            'This discriminator is an auto-encoder: of images it makes {"reconstruction", "code"}, the first of '
            f"their shape {network.input_shape}; the {network.name} makes {network.output}."
        )


def autoencoded(network, images, training):
    """{"reconstruction": [B, H, W, C], "code": [B, n]} of images, float32 in any precision."""
    return {name: tf.cast(made, tf.float32) for name, made in network(images, training=training).items()}
