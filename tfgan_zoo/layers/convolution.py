"""Keras' convolutions of stride 2, faster to train on a CPU.

Two things are slow in oneDNN, TensorFlow's library for CPUs:

- Transposed convolutions to an image of one channel, and gradients with respect to such an image. Channels
  are spread over a vector register, of which one channel fills a sixteenth. A convolution of stride 1 whose
  channels are the 2x2 pixels of a block computes the same sums (Shi et al. 2016, arXiv:1609.05158, sec. 3.2).
- Gradients with respect to kernels, on small maps: they run at half of the rate of convolutions, and can be
  written as a convolution.

On a GPU or TPU the second is left to TensorFlow.
"""

import contextlib
import contextvars

import keras
import tensorflow as tf
from keras import ops

# Images of more channels gain little from blocks, and with 4x4 kernels nothing.
_FEW_CHANNELS = 4
# With fewer examples there are too few products to add up; more pixels do not fit into the cache when
# transposed.
_LEAST_EXAMPLES, _MOST_PIXELS = 8, 4096

_runs_as_keras = contextvars.ContextVar("_runs_as_keras", default=False)


@contextlib.contextmanager
def as_in_keras():
    """A context in which these layers run as those of Keras: to compare both, or to count operations."""
    token = _runs_as_keras.set(True)
    try:
        yield
    finally:
        _runs_as_keras.reset(token)


@keras.saving.register_keras_serializable("tfgan_zoo")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D` with faster gradients. Arguments and shapes are those of Keras.

    The same weights give the same numbers up to rounding. Faster are, at stride 2 with padding "same" and
    kernels of 2x2 or more on inputs [B, H, W, C] of even sides: the gradient with respect to inputs of up to
    4 channels, and that with respect to the kernel on small maps, where B is known. Anything else runs as in
    Keras.
    """

    def convolution_op(self, inputs, kernel):
        if _doubles_or_halves(self) and self.groups == 1 and _has_even_sides(inputs):
            return _halve(inputs, tf.convert_to_tensor(kernel))
        return super().convolution_op(inputs, kernel)


@keras.saving.register_keras_serializable("tfgan_zoo")
class Conv2DTranspose(keras.layers.Conv2DTranspose):
    """`keras.layers.Conv2DTranspose`, faster with up to 4 filters. Arguments and shapes are those of Keras.

    The same weights give the same numbers up to rounding. Faster are, at stride 2 with padding "same" and
    kernels of 2x2 or more on inputs [B, H, W, C] of known sides: outputs of up to 4 channels, and the
    gradient with respect to the kernel on small maps, where B is known. Anything else runs as in Keras.
    """

    def call(self, inputs):
        known = None not in inputs.shape[1:3]
        if not (_doubles_or_halves(self) and self.output_padding is None and known):
            return super().call(inputs)
        outputs = _double(inputs, tf.convert_to_tensor(self.kernel))
        if self.use_bias:
            outputs = ops.add(outputs, self.bias)
        return self.activation(outputs)


def _doubles_or_halves(layer):
    return (
        layer.strides == (2, 2)
        and layer.padding == "same"
        and layer.data_format == "channels_last"
        and layer.dilation_rate == (1, 1)
        and min(layer.kernel_size) >= 2
        and not _runs_as_keras.get()
    )


def _has_even_sides(images):
    return all(side is not None and side % 2 == 0 for side in images.shape[1:3])


# Three functions, each linear in both of its arguments, whose gradients are the other two. So they can be
# differentiated any number of times, as a gradient penalty does. A kernel is [k, l, C, F], with the C
# channels of the images [B, 2H, 2W, C] and the F of the maps [B, H, W, F].


@tf.custom_gradient
def _halve(images, kernel):
    """The convolution: images, kernel -> maps."""
    maps = tf.nn.conv2d(images, kernel, strides=2, padding="SAME")
    return maps, lambda upstream: (_double(upstream, kernel), _correlate(images, upstream, kernel.shape))


@tf.custom_gradient
def _double(maps, kernel):
    """The transposed convolution: maps, kernel -> images."""
    images = _by_blocks(maps, kernel) if kernel.shape[2] <= _FEW_CHANNELS else _transposed(maps, kernel)
    return images, lambda upstream: (_halve(upstream, kernel), _correlate(upstream, maps, kernel.shape))


def _correlate(images, maps, shape):
    """The gradient of the kernel: images, maps -> a kernel of that shape."""

    @tf.custom_gradient
    def correlate(images, maps):
        gradient = _by_convolution if _is_faster_by_convolution(images, maps) else _backpropagated
        kernel = gradient(images, maps, shape)
        return kernel, lambda upstream: (_double(maps, upstream), _halve(images, upstream))

    return correlate(images, maps)


def _transposed(maps, kernel):
    _, height, width, _ = maps.shape
    shape = [tf.shape(maps)[0], 2 * height, 2 * width, kernel.shape[2]]
    return tf.nn.conv2d_transpose(maps, kernel, shape, strides=2, padding="SAME")


def _by_blocks(maps, kernel):
    """`_transposed` as a convolution to the 2x2 pixels of each block, which is then taken apart.

    Along an axis, pixel 2i + p of the image is the sum over d of maps[i + d] times kernel[p + before - 2d],
    where `before` is what padding "same" puts before an image.
    """
    height, width, channels, filters = kernel.shape
    (rows, margins, above), (columns, sides, beside) = _taps(height), _taps(width)
    kernel = tf.pad(kernel, [margins, sides, [0, 0], [0, 0]])
    kernel = tf.reshape(kernel, [rows, 2, columns, 2, channels, filters])[::-1, :, ::-1]
    kernel = tf.reshape(tf.transpose(kernel, [0, 2, 5, 1, 3, 4]), [rows, columns, filters, 4 * channels])
    blocks = tf.nn.conv2d(maps, kernel, strides=1, padding=[[0, 0], above, beside, [0, 0]])
    return tf.nn.depth_to_space(blocks, 2)


def _taps(size):
    """Along an axis: how many d there are, what fills the kernel up to twice as many, what pads the maps."""
    before, after = _padding(size)
    last, first = (before + 1) // 2, -((after + 1) // 2)
    taps = last - first + 1
    front = 2 * last - before
    return taps, [front, 2 * taps - size - front], [-first, last]


def _padding(size):
    """What padding "same" puts before and after an even side at stride 2."""
    return (size - 2) // 2, (size - 1) // 2


def _backpropagated(images, maps, shape):
    return tf.raw_ops.Conv2DBackpropFilter(
        input=images, filter_sizes=shape, out_backprop=maps, strides=[1, 2, 2, 1], padding="SAME"
    )


def _by_convolution(images, maps, shape):
    """`_backpropagated` as a convolution that sums over examples; its kernel is made of the maps.

    Columns and channels of the images share an axis, along which a step of two columns is one of 2 C.
    """
    channels = shape[2]
    batch, height, width, _ = images.shape
    flat = tf.transpose(tf.reshape(images, [batch, height * width * channels]))
    flat = tf.reshape(flat, [1, height, width * channels, batch])
    rows, columns = _padding(shape[0]), [side * channels for side in _padding(shape[1])]
    kernel = tf.nn.conv2d(
        flat,
        tf.transpose(maps, [1, 2, 0, 3]),
        strides=1,
        padding=[[0, 0], rows, columns, [0, 0]],
        dilations=[2, 2 * channels],
    )
    return tf.reshape(kernel, shape)


def _is_faster_by_convolution(images, maps):
    batch, height, width, _ = maps.shape
    if batch is None or tf.config.list_logical_devices("GPU") or tf.config.list_logical_devices("TPU"):
        return False
    suits = batch >= _LEAST_EXAMPLES and batch * height * width <= _MOST_PIXELS
    return suits and images.shape[3] > _FEW_CHANNELS
