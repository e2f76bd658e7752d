"""`keras.metrics.Metric` front ends: sums in float64 that add up over batches and replicas.

Their state is plain sums, so that under `tf.distribute` the sum over replicas is the state of the
global batch. `result` needs an eigendecomposition for the Frechet distance: update these metrics
in an evaluation loop rather than pass them to `compile`, which asks for a result at every step.
"""

import keras
import tensorflow as tf

from tfgan_zoo.metrics._checks import not_finite


class _SumMetric(keras.metrics.Metric):
    """A metric whose state variables are float64 sums, all starting at zero.

    inputs: names of what `update_state` takes. Its rows with NaN or infinity are counted, and `result`
    raises the error of `require_finite` where there were any.
    """

    def __init__(self, name, inputs):
        super().__init__(name=name, dtype="float64")
        self._rows = {each: (self._sum(f"{each}_count"), self._sum(f"{each}_not_finite")) for each in inputs}

    def _sum(self, name, shape=()):
        return self.add_variable(shape, "zeros", dtype="float64", name=name)

    def _counted(self, name, values):
        """The rows [b, d] of an input in float64."""
        values = tf.cast(values, tf.float64)
        finite = tf.cast(tf.reduce_all(tf.math.is_finite(values), axis=1), tf.float64)
        count, bad = self._rows[name]
        count.assign_add(tf.cast(tf.size(finite), tf.float64))
        bad.assign_add(tf.reduce_sum(1 - finite))
        return values

    def _count(self, name):
        return tf.convert_to_tensor(self._rows[name][0])

    def _finite(self):
        """Raises the error, or in a graph gives the operations that do."""
        checks = []
        for name, values in self._rows.items():
            count, bad = (tf.convert_to_tensor(value) for value in values)
            if tf.executing_eagerly():
                if bad > 0:
                    raise ValueError(not_finite(name, int(bad), int(count)))
            else:
                checks.append(tf.debugging.Assert(bad == 0, [not_finite(name, "some", "its")]))
        return checks

    def get_config(self):
        return {"name": self.name}


class _Moments:
    """Count, mean [d] and covariance [d, d] of vectors, of sums over their distances from an origin.

    Sums of products of vectors far from 0 would lose the covariance's digits. The origin is the mean of the
    first batch of all replicas together, so that their sums still add up.
    """

    def __init__(self, metric, name, dimension):
        self.total = metric._sum(f"{name}_total", (dimension,))
        self.products = metric._sum(f"{name}_products", (dimension, dimension))
        same = {"initializer": "zeros", "dtype": "float64", "aggregation": "only_first_replica"}
        self.origin = metric.add_variable((dimension,), name=f"{name}_origin", **same)
        self.has_origin = metric.add_variable((), name=f"{name}_has_origin", **same)

    def update(self, features):
        self._choose_origin(features)
        features = features - self.origin.value
        self.total.assign_add(tf.reduce_sum(features, axis=0))
        self.products.assign_add(tf.matmul(features, features, transpose_a=True))

    def _choose_origin(self, features):
        rows = tf.cast(tf.shape(features)[:1], tf.float64)
        sums = tf.concat([rows, tf.reduce_sum(features, axis=0)], axis=0)
        sums = tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, sums)
        chosen = self.has_origin.value
        self.origin.assign(tf.where(chosen > 0, self.origin.value, tf.math.divide_no_nan(sums[1:], sums[0])))
        self.has_origin.assign(tf.maximum(chosen, tf.minimum(sums[0], 1.0)))

    def result(self, count):
        """(mean, covariance) of that many vectors."""
        origin, total, products = map(tf.convert_to_tensor, (self.origin, self.total, self.products))
        mean = total / tf.maximum(count, 1.0)
        scatter = products - count * tf.tensordot(mean, mean, axes=0)
        return origin + mean, scatter / tf.maximum(count - 1, 1.0)


@keras.saving.register_keras_serializable("tfgan_zoo")
class FrechetDistance(_SumMetric):
    """The `frechet_distance` of all features seen; `update_state(real, fake)` takes [b, dimension].

    NaN until both sides have 2 samples. A batch may be of one side only: give the other as an
    empty [0, dimension] tensor.
    """

    def __init__(self, dimension, name="frechet_distance"):
        super().__init__(name, ("real", "fake"))
        self.dimension = dimension
        self._moments = {side: _Moments(self, side, dimension) for side in ("real", "fake")}

    def update_state(self, real, fake, sample_weight=None):
        _refuse_weights(sample_weight)
        for side, features in {"real": real, "fake": fake}.items():
            self._moments[side].update(self._counted(side, features))

    def result(self):
        with tf.control_dependencies(self._finite()):
            counts = [tf.identity(self._count(side)) for side in ("real", "fake")]
        (mean_r, cov_r), (mean_f, cov_f) = map(_Moments.result, self._moments.values(), counts)
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
        enough = tf.minimum(*counts) >= 2
        return tf.where(enough, tf.maximum(distance, 0.0), tf.constant(float("nan"), tf.float64))

    def get_config(self):
        return {**super().get_config(), "dimension": self.dimension}


@keras.saving.register_keras_serializable("tfgan_zoo")
class KernelDistance(_SumMetric):
    """The mean over batches of the unbiased `kernel_distance`, the subset protocol by batches.

    `update_state(real, fake)` takes [b, d] with b >= 2 a replica; each replica's share is a subset.
    """

    def __init__(self, name="kernel_distance"):
        super().__init__(name, ("real", "fake"))
        self._total, self._subsets = self._sum("total"), self._sum("subsets")

    def update_state(self, real, fake, sample_weight=None):
        _refuse_weights(sample_weight)
        real, fake = self._counted("real", real), self._counted("fake", fake)
        cross = tf.reduce_mean(_kernel(real, fake))
        self._total.assign_add(_mean_off_diagonal(real) + _mean_off_diagonal(fake) - 2 * cross)
        self._subsets.assign_add(1.0)

    def result(self):
        with tf.control_dependencies(self._finite()):
            return tf.convert_to_tensor(self._total) / tf.convert_to_tensor(self._subsets)


@keras.saving.register_keras_serializable("tfgan_zoo")
class InceptionScore(_SumMetric):
    """The `inception_score` of all logits [b, classes] seen, as one split."""

    def __init__(self, classes, name="inception_score"):
        super().__init__(name, ("logits",))
        self.classes = classes
        self._probabilities = self._sum("probabilities", (classes,))
        self._entropy = self._sum("negative_entropy")

    def update_state(self, logits, sample_weight=None):
        _refuse_weights(sample_weight)
        log_p = tf.nn.log_softmax(self._counted("logits", logits))
        p = tf.exp(log_p)
        self._probabilities.assign_add(tf.reduce_sum(p, axis=0))
        self._entropy.assign_add(tf.reduce_sum(p * log_p))

    def result(self):
        with tf.control_dependencies(self._finite()):
            count = tf.identity(self._count("logits"))
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


def _kernel(x, y):
    return (tf.matmul(x, y, transpose_b=True) / tf.cast(tf.shape(x)[1], tf.float64) + 1) ** 3


def _mean_off_diagonal(x):
    kernel, n = _kernel(x, x), tf.cast(tf.shape(x)[0], tf.float64)
    return (tf.reduce_sum(kernel) - tf.linalg.trace(kernel)) / (n * (n - 1))
