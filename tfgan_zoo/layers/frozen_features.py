"""Maps of a trained network that stays as it is, in which images are compared."""

import functools

import keras
import tensorflow as tf

from tfgan_zoo.utils.distribution import mean_over_replicas
from tfgan_zoo.utils.registry import Registry

# {"classifier/mnist": path -> (functional model, SHA-256 of its weights)}: networks whose maps are features.
# The path is that of weights to take instead of those that ship; None takes these.
TRAINED = Registry("trained network", "tfgan_zoo.metrics.features", "tfgan_zoo.text")


@keras.saving.register_keras_serializable("tfgan_zoo")
class FrozenFeatures(keras.layers.Layer):
    """Images [B, H, W, C] in [-1, 1] -> maps of a layer of a trained network in inference mode, float32.

    The network is not trained and not saved: a saved model names it, with the hash of its weights. H, W and C
    are those that it takes.

    Args:
        network: a name in `TRAINED`.
        layer: the name of one of its layers.
        path: the file or folder of its weights; None for those that ship.
        sha256: the hash of its weights, or its first digits; None accepts any.

    Raises:
        ValueError: there is no such network or layer, or its weights have another hash.
        FileNotFoundError: there are no weights.
    """

    def __init__(self, network, layer, path=None, sha256=None, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        trained, digest = TRAINED[network](path)
        if not digest.startswith(sha256 or ""):
            raise ValueError(
                f"The weights of {network} have SHA-256 {digest[:16]}…; {sha256[:16]}… were asked for. "
                "Give the path of those, or leave sha256 out to take what is there."
            )
        self.network, self.layer, self.path, self.sha256 = network, layer, path, digest
        maps = keras.Model(trained.input, trained.get_layer(layer).output)
        # In a function, so that Keras does not save its weights with this layer.
        self._maps = functools.partial(maps, training=False)
        self._input = functools.partial(getattr, maps, "input")
        once = {"trainable": False, "aggregation": "only_first_replica"}
        self.unit = self.add_weight(name="unit", shape=(), initializer="ones", **once)
        self.measured = self.add_weight(name="measured", shape=(), initializer="zeros", **once)
        self.built = True

    @property
    def input(self):
        """The symbolic images that the trained network takes."""
        return self._input()

    def call(self, images):
        return self._maps(tf.cast(images, tf.float32))

    def distance(self, images, others, measure=False):
        """`unit` times the mean squared difference of the maps of two batches [B, H, W, C], a float32 scalar.

        `unit` is 1 until the first call with `measure`, which sets it once and for all: such that the
        distance of these two batches equals the mean squared difference of their pixels. It is saved with the
        model.
        """
        maps = _mean_square(self(images) - self(others))
        if measure:
            self._measure(_mean_square(images - others), maps)
        return self.unit * maps

    def _measure(self, pixels, maps):
        """Sets the unit by the differences of the global batch, unless it was set."""
        pixels, maps = mean_over_replicas([pixels, maps])
        # Equal batches do not determine it.
        determines = tf.logical_and(self.measured.value == 0, maps > 0)
        self.unit.assign(
            tf.stop_gradient(tf.where(determines, tf.math.divide_no_nan(pixels, maps), self.unit.value))
        )
        self.measured.assign(tf.where(determines, 1.0, self.measured.value))

    def compute_output_shape(self, input_shape):
        return self._maps.func.compute_output_shape(input_shape)

    def get_config(self):
        names = ("network", "layer", "path", "sha256")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _mean_square(values):
    return tf.reduce_mean(tf.square(tf.cast(values, tf.float32)))
