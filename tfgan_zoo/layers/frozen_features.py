"""Maps of a trained network that stays as it is, in which images are compared."""

import functools

import keras
import tensorflow as tf

from tfgan_zoo.utils.registry import Registry

# {"classifier/mnist": path -> (functional model, SHA-256 of its weights)}: networks whose maps are features. The
# path is where other weights lie than those that ship.
TRAINED = Registry("trained network", "tfgan_zoo.metrics.features", "tfgan_zoo.text")


@keras.saving.register_keras_serializable("tfgan_zoo")
class FrozenFeatures(keras.layers.Layer):
    """Images [B, H, W, C] in [-1, 1] -> the maps of a layer of a trained network, in inference mode, float32.

    No player trains it, and no file of weights has it: it is known by its name and the hash of its weights.

    Args:
        network: a name in `TRAINED`.
        layer: the name of one of its layers.
        path: where its weights lie; None for those that ship.
        sha256: what the hash of its weights begins with; None takes them as they are.

    Raises:
        ValueError: there is no such network or layer, or its weights are others.
        FileNotFoundError: there are no weights.
    """

    def __init__(self, network, layer, path=None, sha256=None, **kwargs):
        super().__init__(**{"dtype": "float32", "trainable": False, **kwargs})
        trained, digest = TRAINED[network](path)
        if not digest.startswith(sha256 or ""):
            raise ValueError(
                f"The weights of {network} have SHA-256 {digest[:16]}…; {sha256[:16]}… were asked for."
            )
        self.network, self.layer, self.path, self.sha256 = network, layer, path, digest
        maps = keras.Model(trained.input, trained.get_layer(layer).output)
        # In a function, where Keras does not take it for a part whose weights are to be saved.
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
        """The mean squared difference of the maps of two batches, a scalar in units of `unit`.

        With `measure` the unit is settled at the first call: so that the distance of these two batches is the
        mean squared difference of their pixels. It is saved with the model.
        """
        maps = _mean_square(self(images) - self(others))
        if measure:
            self._measure(_mean_square(images - others), maps)
        return self.unit * maps

    def _measure(self, pixels, maps):
        """Settles the unit by the differences of the global batch, unless it is."""
        context = tf.distribute.get_replica_context()
        if context is not None and context.num_replicas_in_sync > 1:
            pixels, maps = context.all_reduce(tf.distribute.ReduceOp.MEAN, [pixels, maps])
        # Batches that are alike say nothing of it.
        says = tf.logical_and(self.measured.value == 0, maps > 0)
        self.unit.assign(
            tf.stop_gradient(tf.where(says, tf.math.divide_no_nan(pixels, maps), self.unit.value))
        )
        self.measured.assign(tf.where(says, 1.0, self.measured.value))

    def compute_output_shape(self, input_shape):
        return self._maps.func.compute_output_shape(input_shape)

    def get_config(self):
        names = ("network", "layer", "path", "sha256")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def _mean_square(values):
    return tf.reduce_mean(tf.square(tf.cast(values, tf.float32)))
