"""`keras.metrics.Metric` front ends: sums in float64 that add up over batches and replicas.

Their state is plain sums, so that under `tf.distribute` the sum over replicas is the state of the
global batch. `result` needs an eigendecomposition for the Frechet distance: update these metrics
in an evaluation loop rather than pass them to `compile`, which asks for a result at every step.
"""

import keras
import tensorflow as tf


class _SumMetric(keras.metrics.Metric):
    """A metric whose state variables are float64 sums, all starting at zero."""

    def __init__(self, name):
        super().__init__(name=name, dtype="float64")

    def _sum(self, name, shape=()):
        return self.add_variable(shape, "zeros", dtype="float64", name=name)

    def get_config(self):
        return {"name": self.name}


@keras.saving.register_keras_serializable("tfgan_zoo")
class FrechetDistance(_SumMetric):
    """The `frechet_distance` of all features seen; `update_state(real, fake)` takes [b, dimension].

    NaN until both sides have 2 samples. A batch may be of one side only: give the other as an
    empty [0, dimension] tensor.
    """

    def __init__(self, dimension, name="frechet_distance"):
        super().__init__(name)
        self.dimension = dimension
        self._sides = [
            (
                self._sum(f"{side}_count"),
                self._sum(f"{side}_total", (dimension,)),
                self._sum(f"{side}_products", (dimension, dimension)),
            )
            for side in ("real", "fake")
        ]

    def update_state(self, real, fake, sample_weight=None):
        _refuse_weights(sample_weight)
        for features, (count, total, products) in zip((real, fake), self._sides):
            features = tf.cast(features, tf.float64)
            count.assign_add(tf.cast(tf.shape(features)[0], tf.float64))
            total.assign_add(tf.reduce_sum(features, axis=0))
            products.assign_add(tf.matmul(features, features, transpose_a=True))

    def result(self):
        (n, mean_r, cov_r), (m, mean_f, cov_f) = (_moments(*side) for side in self._sides)
        values, vectors = tf.linalg.eigh(cov_r)
        floor = values[-1] * 2.2e-16 * self.dimension
        root = vectors * tf.sqrt(tf.where(values > floor, values, 0.0))
        inner = tf.linalg.matmul(root, tf.matmul(cov_f, root), transpose_a=True)
        cross = tf.sqrt(tf.maximum(tf.linalg.eigvalsh((inner + tf.transpose(inner)) / 2), 0.0))
        distance = (
            tf.reduce_sum(tf.square(mean_r - mean_f))
            + tf.linalg.trace(cov_r)
            + tf.linalg.trace(cov_f)
            - 2 * tf.reduce_sum(cross)
        )
        enough = tf.minimum(n, m) >= 2
        return tf.where(enough, tf.maximum(distance, 0.0), tf.constant(float("nan"), tf.float64))

    def get_config(self):
        return {**super().get_config(), "dimension": self.dimension}


@keras.saving.register_keras_serializable("tfgan_zoo")
class KernelDistance(_SumMetric):
    """The mean over batches of the unbiased `kernel_distance`, the subset protocol by batches.

    `update_state(real, fake)` takes [b, d] with b >= 2 a replica; each replica's share is a subset.
    """

    def __init__(self, name="kernel_distance"):
        super().__init__(name)
        self._total, self._subsets = self._sum("total"), self._sum("subsets")

    def update_state(self, real, fake, sample_weight=None):
        _refuse_weights(sample_weight)
        real, fake = tf.cast(real, tf.float64), tf.cast(fake, tf.float64)
        cross = tf.reduce_mean(_kernel(real, fake))
        self._total.assign_add(_mean_off_diagonal(real) + _mean_off_diagonal(fake) - 2 * cross)
        self._subsets.assign_add(1.0)

    def result(self):
        return tf.convert_to_tensor(self._total) / tf.convert_to_tensor(self._subsets)


@keras.saving.register_keras_serializable("tfgan_zoo")
class InceptionScore(_SumMetric):
    """The `inception_score` of all logits [b, classes] seen, as one split."""

    def __init__(self, classes, name="inception_score"):
        super().__init__(name)
        self.classes = classes
        self._count = self._sum("count")
        self._probabilities = self._sum("probabilities", (classes,))
        self._entropy = self._sum("negative_entropy")

    def update_state(self, logits, sample_weight=None):
        _refuse_weights(sample_weight)
        log_p = tf.nn.log_softmax(tf.cast(logits, tf.float64))
        p = tf.exp(log_p)
        self._count.assign_add(tf.cast(tf.shape(p)[0], tf.float64))
        self._probabilities.assign_add(tf.reduce_sum(p, axis=0))
        self._entropy.assign_add(tf.reduce_sum(p * log_p))

    def result(self):
        count = tf.convert_to_tensor(self._count)
        marginal = tf.convert_to_tensor(self._probabilities) / count
        divergence = tf.convert_to_tensor(self._entropy) / count - tf.reduce_sum(
            tf.math.xlogy(marginal, marginal)
        )
        return tf.exp(divergence)

    def get_config(self):
        return {**super().get_config(), "classes": self.classes}


def _refuse_weights(sample_weight):
    if sample_weight is not None:
        raise ValueError("this metric takes no sample_weight")


def _moments(count, total, products):
    count, total, products = (tf.convert_to_tensor(v) for v in (count, total, products))
    mean = total / tf.maximum(count, 1.0)
    scatter = products - count * tf.tensordot(mean, mean, axes=0)
    return count, mean, scatter / tf.maximum(count - 1, 1.0)


def _kernel(x, y):
    return (tf.matmul(x, y, transpose_b=True) / tf.cast(tf.shape(x)[1], tf.float64) + 1) ** 3


def _mean_off_diagonal(x):
    kernel, n = _kernel(x, x), tf.cast(tf.shape(x)[0], tf.float64)
    return (tf.reduce_sum(kernel) - tf.linalg.trace(kernel)) / (n * (n - 1))
