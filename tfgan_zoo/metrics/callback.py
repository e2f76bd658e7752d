"""Scores during `fit`."""

import keras

from tfgan_zoo.metrics.comparison import compare
from tfgan_zoo.metrics.sides import ImageSide


class EvaluationCallback(keras.callbacks.Callback):
    """Adds the scores of the model's samples to the logs at the end of every `every`-th epoch.

    The values come under the metrics' names, so that `History`, `TensorBoard` and
    `ModelCheckpoint(monitor="fid", mode="min")` see them; these must stand after this callback. In
    epochs without scores the last values stand again. `scores` holds the last, with their stamps.

    Args:
        real: images [n, H, W, C], uint8 or floats in [-1, 1].
        extractor: an `Extractor`, such as `load_extractor("classifier/mnist")`.
        metrics: names in `tfgan_zoo.metrics.comparison.METRICS`.
        samples: how many to draw by `model.generate(samples, seed=seed)`; None for as many as reals.
        seed: of the samples and of metrics that draw subsets: the same latents every time.
        every: epochs from one scoring to the next; the first epoch is scored.
        name: what the reals are, for the stamp.
        cache: a folder that keeps the reals' moments; None for none.
    """

    def __init__(
        self, real, extractor, metrics=("fid",), samples=None, seed=0, every=1, name=None, cache=None
    ):
        super().__init__()
        if every < 1:
            raise ValueError(f"every must be 1 epoch or more; got {every}")
        self.real = ImageSide(real, extractor, name, cache)
        self.metrics = tuple(metrics)
        self.samples = self.real.count if samples is None else samples
        self.seed = seed
        self.every = every
        self.scores = []

    def on_epoch_end(self, epoch, logs=None):
        if epoch % self.every == 0 or not self.scores:
            images = self.model.generate(self.samples, seed=self.seed)
            fake = ImageSide(images, self.real.extractor, seed=self.seed)
            self.scores = compare(fake, self.real, self.metrics, self.seed)
        if logs is not None:
            logs.update({score["metric"]: score["value"] for score in self.scores})
