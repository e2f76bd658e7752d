"""Random crops and flips of training images."""

from dataclasses import dataclass

import tensorflow as tf


@dataclass(frozen=True)
class Jitter:
    """Random jitter: images are enlarged, cropped at random to their old size, and half of them mirrored.

    Attributes:
        pixels: by how many pixels height and width grow before the crop; 0 for none.
        mirror: whether half of the images are mirrored left to right.

    Raises:
        ValueError: `pixels` is below 0.
    """

    pixels: int = 0
    mirror: bool = False

    def __post_init__(self):
        if self.pixels < 0:
            raise ValueError(f"Images are enlarged by jitter >= 0 pixels; got {self.pixels}.")

    def __call__(self, noise, *images):
        """Jitters tensors [B, H, W, C] that belong together; returns a list of as many.

        Example i is cropped and mirrored alike in all of them.

        Args:
            noise: the step's `StepNoise`; nothing is drawn from it where nothing is to be done.
        """
        if not (self.pixels or self.mirror):
            return list(images)
        rows = images[0].shape[0] or tf.shape(images[0])[0]
        top, left = (noise.integers([rows], self.pixels + 1) for _ in range(2))
        turned = noise.uniform([rows]) < 0.5 if self.mirror else tf.zeros([rows], tf.bool)
        return [_jitter(each, self.pixels, top, left, turned) for each in images]


def _jitter(images, pixels, top, left, turned):
    """Images enlarged by `pixels` each way, cropped to their size at (top, left) [B], some mirrored."""
    height, width = images.shape[1:3]
    if pixels:
        images = tf.image.resize(images, [height + pixels, width + pixels])
        images = tf.gather(images, top[:, None] + tf.range(height), axis=1, batch_dims=1)
        images = tf.gather(images, left[:, None] + tf.range(width), axis=2, batch_dims=1)
    return tf.where(turned[:, None, None, None], images[:, :, ::-1], images)
