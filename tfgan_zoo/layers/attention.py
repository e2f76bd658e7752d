"""Self-attention on maps (Zhang et al. 2019, arXiv:1805.08318, section 3)."""

import keras
import tensorflow as tf

from tfgan_zoo.layers.spectral import SpectralConv2D


@keras.saving.register_keras_serializable("tfgan_zoo")
class SelfAttention(keras.layers.Layer):
    """Maps [B, H, W, C] -> maps + gamma * attention, of the same shape.

    gamma starts at 0, so that the layer starts as the identity. Queries and keys have C / 8 channels, values
    C / 2; a fourth map brings them back to C. All four are 1x1 convolutions without bias under spectral
    normalisation. Keys and values are max-pooled to half of the size, as in the release of SAGAN and in
    BigGAN. H and W are known when the network is built.

    Args:
        kernel_initializer: as in `keras.layers.Conv2D`, of all four.
    """

    def __init__(self, kernel_initializer="glorot_uniform", **kwargs):
        super().__init__(**kwargs)
        self.kernel_initializer = keras.initializers.get(kernel_initializer)

    def build(self, input_shape):
        *_, maps = input_shape
        few, half = max(1, maps // 8), max(1, maps // 2)
        self.queries, self.keys = self._conv(few, "queries"), self._conv(few, "keys")
        self.values, self.outwards = self._conv(half, "values"), self._conv(maps, "outwards")
        for layer in (self.queries, self.keys, self.values):
            layer.build(input_shape)
        self.outwards.build((*input_shape[:-1], half))
        self.gamma = self.add_weight(name="gamma", shape=(), initializer="zeros")

    def _conv(self, maps, name):
        # A copy, since an initialiser with a seed gives every kernel the same numbers.
        start = self.kernel_initializer.clone()
        return SpectralConv2D(
            maps, 1, use_bias=False, kernel_initializer=start, name=name, dtype=self.dtype_policy
        )

    def call(self, inputs):
        queries, keys, values = (
            _as_rows(maps)
            for maps in (self.queries(inputs), _pooled(self.keys(inputs)), _pooled(self.values(inputs)))
        )
        shares = tf.nn.softmax(tf.cast(tf.matmul(queries, keys, transpose_b=True), tf.float32))
        attended = tf.matmul(tf.cast(shares, values.dtype), values)
        attended = tf.reshape(attended, [-1, *inputs.shape[1:3], self.values.filters])
        return inputs + tf.cast(self.gamma, inputs.dtype) * self.outwards(attended)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        start = keras.initializers.serialize(self.kernel_initializer)
        return {**super().get_config(), "kernel_initializer": start}


def _as_rows(maps):
    """[B, H, W, C] -> [B, H W, C]."""
    _, height, width, channels = maps.shape
    return tf.reshape(maps, [-1, height * width, channels])


def _pooled(maps):
    return tf.nn.max_pool2d(maps, 2, 2, "VALID")
