"""How iGAN edits photographs by strokes: the move of a latent, and the transfer of the change (section 3.2 and 3.3)."""

import functools

import numpy as np
import tensorflow as tf

from tfgan_zoo.systems.igan import hog, projection, transfer
from tfgan_zoo.systems.igan.strokes import constraints
from tfgan_zoo.utils.batching import in_batches


class Editing:
    """The part of `IGAN` that edits; it needs the settings of its constructor."""

    # Of Adam in an edit.
    edit_steps, edit_rate = 25, 0.1

    def move(self, inputs):
        """Serving: an image's latent is moved until the image has given colours and edges (equation 6).

        Args:
            inputs: {"z": [B, d], "color", "edge": [B, H, W, C] in [-1, 1], "color_mask", "edge_mask": [B, H, W, 1],
                1 where these count}.

        Returns:
            {"z": [B, d], "frames": [B, N, H, W, C], the images on the straight way there}.
        """
        start = inputs["z"]
        found = projection.search(self._edit_loss(inputs), start, self.edit_steps, self.edit_rate, beta_1=0.9)
        return {"z": found.z, "frames": self._way(start, found.z)}

    def _edit_loss(self, inputs):
        color_mask, edge_mask = (tf.clip_by_value(inputs[name], 0.0, 1.0) for name in ("color_mask", "edge_mask"))
        cells = tf.nn.max_pool2d(edge_mask, self.cell, self.cell, "SAME")
        edges = hog.histograms(inputs["edge"], self.cell)

        def loss(z):
            image = self.sampler.serve({"z": z})
            of_color = mean_square(image - inputs["color"], color_mask)
            of_edges = mean_square(hog.histograms(image, self.cell) - edges, cells)
            closeness = tf.reduce_mean(tf.square(z - inputs["z"]), axis=-1)
            total = of_color + self.edge_weight * of_edges + self.closeness_weight * closeness
            if self.realism_weight:
                logits = tf.cast(self.discriminator(image, training=False), tf.float32)
                total += self.realism_weight * tf.nn.softplus(-logits[:, 0])
            return total

        return loss

    def _way(self, start, end):
        """The images of N latents on the line from `start` to `end`: [B, N, H, W, C]."""
        shares = np.linspace(0, 1, self.frames, dtype=np.float32)[:, None]
        z = (1 - shares) * start[:, None] + shares * end[:, None]
        images = self.sampler.serve({"z": tf.reshape(z, [-1, start.shape[-1]])})
        return tf.reshape(images, [-1, self.frames, *images.shape[1:]])

    # Transfer

    def transfer(self, inputs):
        """Serving: the change from the image of one latent to that of another, of a photograph (section 3.3).

        Args:
            inputs: {"image": [B, h, w, C] in [-1, 1] of any size, "z0", "z1": [B, d]}.

        Returns:
            {"edited": [B, h, w, C], "flow": [B, H, W, 2], "color": [B, H, W, C, C + 1]}: to x comes what lay at
            x + flow, in pixels of the generator's images, with the colour that an affine map makes of it.
        """
        flow, color = transfer.along(self._way(inputs["z0"], inputs["z1"]))
        return {"edited": transfer.applied(inputs["image"], flow, color), "flow": flow, "color": color}

    def edit(self, images, strokes, batch_size=50):
        """Photographs after strokes, with averaged weights where they are kept.

        Args:
            images: float array [n, H, W, C] in [-1, 1].
            strokes: list of dicts, as `systems.igan.strokes.constraints` reads them; the same for all images.
            batch_size: how many are edited at once.

        Returns:
            {"edited": [n, H, W, C], "reconstruction": the projections, "frames": [n, N, H, W, C] from the
            projection to the edit, "flow", "color": as `transfer`, "z0", "z": latents [n, d] of both ends}, float32.

        Raises:
            ValueError: images have another shape, or a stroke cannot be read.
        """
        code = self.encode(images, batch_size)
        made = self.decode(code["z"], batch_size)
        asked = constraints(strokes, made, self.cell)
        rows = {"image": np.asarray(images, np.float32), "z": code["z"], **asked}
        with self.averaged():
            found = in_batches(self._compiled_edit, rows, batch_size)
        return found | {"z0": code["z"], "reconstruction": made}

    @functools.cached_property
    def _compiled_edit(self):
        # Compiled once for a model, since that takes longer than an edit.
        return tf.function(self._edited, reduce_retracing=True)

    def _edited(self, inputs):
        moved = self.move({name: values for name, values in inputs.items() if name != "image"})
        return moved | self.transfer({"image": inputs["image"], "z0": inputs["z"], "z1": moved["z"]})

    def signatures(self):
        height, width, channels = self.sampler.example_shape
        z = self.sampler.specs()["z"]

        def spec(name, *shape):
            return tf.TensorSpec([None, *shape], tf.float32, name=name)

        asked = {"z": z} | {name: spec(name, height, width, channels) for name in ("color", "edge")}
        asked |= {name: spec(name, height, width, 1) for name in ("color_mask", "edge_mask")}
        ends = {"image": spec("image", None, None, channels)} | {end: spec(end, z.shape[-1]) for end in ("z0", "z1")}
        return super().signatures() | {"edit": (self.move, asked), "transfer": (self.transfer, ends)}


def mean_square(values, mask=None):
    """Of each row of [B, H, W, C]: [B]; with a mask [B, H, W, 1] a mean weighted by it, 0 where it is empty."""
    squares = tf.square(tf.cast(values, tf.float32))
    if mask is None:
        return tf.reduce_mean(squares, axis=[1, 2, 3])
    total = tf.reduce_sum(mask * tf.reduce_mean(squares, axis=-1, keepdims=True), axis=[1, 2, 3])
    return tf.math.divide_no_nan(total, tf.reduce_sum(mask, axis=[1, 2, 3]))
