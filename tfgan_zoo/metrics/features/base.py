"""The extractor: a network, the outputs that are used, and the identity that stamps a score."""

import dataclasses
import functools
from collections.abc import Callable

import numpy as np
import tensorflow as tf

from tfgan_zoo.metrics._checks import as_uint8
from tfgan_zoo.metrics.protocol import Protocol
from tfgan_zoo.metrics.statistics import Moments
from tfgan_zoo.utils.batching import in_batches
from tfgan_zoo.utils.registry import Registry

# {"classifier/mnist": function(**options) -> `Extractor`}, for all that goes by a name and not by an address.
EXTRACTORS = Registry("extractor", "tfgan_zoo.metrics.features")


@dataclasses.dataclass(frozen=True, eq=False)
class Extractor:
    """Turns images into features [n, d] and logits [n, classes].

    `network` takes uint8 images [b, H, W, channels] and returns a dict of tensors; `layer` and
    `logits_layer` name the outputs in use (None: it has no logits). The other fields are its
    identity. Images are given as uint8 or as floats in [-1, 1], in an array [n, H, W, C] or an
    iterable of batches (arrays, or dicts with `image`, of sizes that may differ from batch to
    batch).
    """

    name: str
    network: Callable
    weights_hash: str
    resizer: str
    antialias: bool
    layer: str
    logits_layer: str | None = None
    channels: int = 3

    @functools.cached_property
    def _run(self):
        return tf.function(lambda images: self.network(images), reduce_retracing=True)

    def batches(self, images, batch_size=64):
        """Yields a dict of arrays for each batch: `features`, and `logits` if there are any."""
        seen = False
        together = batch_size * tf.distribute.get_strategy().num_replicas_in_sync
        for batch in _batches(images, together):
            seen = True
            outputs = in_batches(self._run, self._prepare(batch), batch_size)
            result = {"features": self._output(outputs, self.layer)}
            if self.logits_layer is not None:
                result["logits"] = self._output(outputs, self.logits_layer)
            yield result
        if not seen:
            raise ValueError("there are no images")

    def __call__(self, images, batch_size=64):
        """The outputs for all images: {"features": [n, d], "logits": [n, classes]}."""
        parts = list(self.batches(images, batch_size))
        return {key: np.concatenate([part[key] for part in parts]) for key in parts[0]}

    def moments(self, images, batch_size=64):
        """The streaming `Moments` of the features; memory does not grow with the images."""
        moments = Moments()
        for outputs in self.batches(images, batch_size):
            moments.update(outputs["features"])
        return moments

    def protocol(self, n_real=None, n_fake=None, split=None):
        """The stamp of a score that this extractor's features give."""
        return Protocol(
            extractor=self.name,
            layer=self.layer,
            weights_hash=self.weights_hash,
            resizer=self.resizer,
            antialias=self.antialias,
            channels="grey repeated to RGB" if self.channels == 3 else "as they are",
            n_real=n_real,
            n_fake=n_fake,
            split=split,
        )

    def _prepare(self, batch):
        images = as_uint8(batch["image"] if isinstance(batch, dict) else batch)
        if images.shape[-1] == 1 and self.channels == 3:
            return np.repeat(images, 3, axis=-1)
        if images.shape[-1] != self.channels:
            raise ValueError(
                f"images have {images.shape[-1]} channels; {self.name} takes {self.channels}"
                + (" or 1" if self.channels == 3 else "")
            )
        return images

    def _output(self, outputs, layer):
        if layer not in outputs:
            raise ValueError(f"{self.name} has no output {layer!r}; it has {sorted(outputs)}")
        values = outputs[layer].astype(np.float32, copy=False)
        if values.ndim != 2:
            raise ValueError(
                f"output {layer!r} of {self.name} has shape {list(values.shape)}; "
                "vectors [b, d] are needed"
            )
        return values


def _batches(images, batch_size):
    if not hasattr(images, "shape"):
        yield from images
        return
    for start in range(0, len(images), batch_size):
        yield images[start : start + batch_size]
