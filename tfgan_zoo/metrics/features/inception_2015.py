"""Inception v3 as released in December 2015, the network of the FID, KID and Inception score.

Szegedy et al. 2015 (arXiv:1512.00567) with the released graph's own ways: 1008 classes, TF1's
bilinear resize, averages that leave the padding out, and a maximum in the last block's pool
branch.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import layers

from tfgan_zoo.metrics.features.base import EXTRACTORS, Extractor
from tfgan_zoo.metrics.features.inception_weights import find_weights, read_constants
from tfgan_zoo.utils.precision import precision

_EPSILON = 0.001


@EXTRACTORS.register
def inception_2015(weights=None, layer="2048"):
    """The extractor of the FID: `InceptionV3` with features of `layer` and logits without bias."""
    network = InceptionV3(weights)
    return Extractor(
        name="inception_2015",
        network=network,
        weights_hash=network.weights_hash,
        resizer="bilinear, TF1 corners, 299",
        antialias=False,
        layer=layer,
        logits_layer="logits_unbiased",
    )


@keras.saving.register_keras_serializable("tfgan_zoo")
class TF1Resize(layers.Layer):
    """uint8 [B, H, W, 3] to floats [B, side, side, 3] in [-1, 1), by TF1's bilinear resize.

    Output pixel i reads input position i * (H / side): corners are not aligned, and there is no
    half-pixel shift and no antialiasing.
    """

    def __init__(self, side=299, **kwargs):
        super().__init__(trainable=False, **kwargs)
        self.side = side

    def call(self, images):
        resized = tf.raw_ops.ResizeBilinear(
            images=tf.cast(images, tf.float32),
            size=[self.side, self.side],
            align_corners=False,
            half_pixel_centers=False,
        )
        return (resized - 128.0) / 128.0

    def compute_output_shape(self, shape):
        return (shape[0], self.side, self.side, shape[3])

    def get_config(self):
        return {**super().get_config(), "side": self.side}


class InceptionV3(keras.Model):
    """uint8 images [B, H, W, 3] -> {"64", "192", "768", "2048", "logits_unbiased", "logits"}.

    "64", "192", "768" and "2048" are means over positions after the first and the second maximum
    pool, the last 17 x 17 block and the last block; "logits_unbiased" [B, 1008] leaves the bias
    out, as the Inception score does.

    weights: path of inception-2015-12-05.tgz or of the classify_image_graph_def.pb in it; if None,
    TFGAN_ZOO_INCEPTION, then a download. Without the file it is an error. `weights_hash` is the
    SHA-256 of the graph.
    """

    def __init__(self, weights=None):
        path = find_weights(weights)
        constants, digest = read_constants(path)
        super().__init__(*architecture(), name="inception_2015")
        self.trainable = False
        self.weights_hash = digest
        _assign(self, constants, path)

    def call(self, images, training=None, mask=None):
        if keras.backend.standardize_dtype(images.dtype) != "uint8":
            raise TypeError(
                f"images must be uint8, not {images.dtype}; an Extractor converts floats in [-1, 1]"
            )
        return super().call(images, training=False, mask=mask)


def architecture():
    """The symbolic uint8 input and the dict of outputs, whose weights are still random."""
    with precision("float32"):
        images = keras.Input((None, None, 3), dtype="uint8", name="images")
        return images, _outputs(TF1Resize()(images))


def _outputs(x):
    outputs = {}
    x = _conv(x, "conv", 32, 3, strides=2, padding="valid")
    x = _conv(x, "conv_1", 32, 3, padding="valid")
    x = _conv(x, "conv_2", 64, 3)
    x = layers.MaxPooling2D(3, 2)(x)
    outputs["64"] = _mean(x)
    x = _conv(x, "conv_3", 80, 1)
    x = _conv(x, "conv_4", 192, 3, padding="valid")
    x = layers.MaxPooling2D(3, 2)(x)
    outputs["192"] = _mean(x)
    x = _block_35(x, "mixed", 32)
    x = _block_35(x, "mixed_1", 64)
    x = _block_35(x, "mixed_2", 64)
    x = _reduce_to_17(x, "mixed_3")
    x = _block_17(x, "mixed_4", 128)
    x = _block_17(x, "mixed_5", 160)
    x = _block_17(x, "mixed_6", 160)
    x = _block_17(x, "mixed_7", 192)
    outputs["768"] = _mean(x)
    x = _reduce_to_8(x, "mixed_8")
    x = _block_8(x, "mixed_9", layers.AveragePooling2D(3, 1, "same"))
    x = _block_8(x, "mixed_10", layers.MaxPooling2D(3, 1, "same"))
    outputs["2048"] = _mean(x)
    outputs["logits_unbiased"] = layers.Dense(1008, use_bias=False, name="softmax")(outputs["2048"])
    outputs["logits"] = _Bias(name="softmax.bias")(outputs["logits_unbiased"])
    return outputs


def _block_35(x, name, pooled):
    a = _conv(x, f"{name}/conv", 64, 1)
    b = _conv(x, f"{name}/tower/conv", 48, 1)
    b = _conv(b, f"{name}/tower/conv_1", 64, 5)
    c = _conv(x, f"{name}/tower_1/conv", 64, 1)
    c = _conv(c, f"{name}/tower_1/conv_1", 96, 3)
    c = _conv(c, f"{name}/tower_1/conv_2", 96, 3)
    d = layers.AveragePooling2D(3, 1, "same")(x)
    d = _conv(d, f"{name}/tower_2/conv", pooled, 1)
    return layers.Concatenate()([a, b, c, d])


def _reduce_to_17(x, name):
    a = _conv(x, f"{name}/conv", 384, 3, strides=2, padding="valid")
    b = _conv(x, f"{name}/tower/conv", 64, 1)
    b = _conv(b, f"{name}/tower/conv_1", 96, 3)
    b = _conv(b, f"{name}/tower/conv_2", 96, 3, strides=2, padding="valid")
    return layers.Concatenate()([a, b, layers.MaxPooling2D(3, 2)(x)])


def _block_17(x, name, width):
    a = _conv(x, f"{name}/conv", 192, 1)
    b = _conv(x, f"{name}/tower/conv", width, 1)
    b = _conv(b, f"{name}/tower/conv_1", width, (1, 7))
    b = _conv(b, f"{name}/tower/conv_2", 192, (7, 1))
    c = _conv(x, f"{name}/tower_1/conv", width, 1)
    c = _conv(c, f"{name}/tower_1/conv_1", width, (7, 1))
    c = _conv(c, f"{name}/tower_1/conv_2", width, (1, 7))
    c = _conv(c, f"{name}/tower_1/conv_3", width, (7, 1))
    c = _conv(c, f"{name}/tower_1/conv_4", 192, (1, 7))
    d = layers.AveragePooling2D(3, 1, "same")(x)
    d = _conv(d, f"{name}/tower_2/conv", 192, 1)
    return layers.Concatenate()([a, b, c, d])


def _reduce_to_8(x, name):
    a = _conv(x, f"{name}/tower/conv", 192, 1)
    a = _conv(a, f"{name}/tower/conv_1", 320, 3, strides=2, padding="valid")
    b = _conv(x, f"{name}/tower_1/conv", 192, 1)
    b = _conv(b, f"{name}/tower_1/conv_1", 192, (1, 7))
    b = _conv(b, f"{name}/tower_1/conv_2", 192, (7, 1))
    b = _conv(b, f"{name}/tower_1/conv_3", 192, 3, strides=2, padding="valid")
    return layers.Concatenate()([a, b, layers.MaxPooling2D(3, 2)(x)])


def _block_8(x, name, pool):
    a = _conv(x, f"{name}/conv", 320, 1)
    b = _conv(x, f"{name}/tower/conv", 384, 1)
    b = _fork(b, f"{name}/tower/mixed")
    c = _conv(x, f"{name}/tower_1/conv", 448, 1)
    c = _conv(c, f"{name}/tower_1/conv_1", 384, 3)
    c = _fork(c, f"{name}/tower_1/mixed")
    d = _conv(pool(x), f"{name}/tower_2/conv", 192, 1)
    return layers.Concatenate()([a, *b, *c, d])


def _fork(x, name):
    return _conv(x, f"{name}/conv", 384, (1, 3)), _conv(x, f"{name}/conv_1", 384, (3, 1))


def _conv(x, name, filters, size, strides=1, padding="same"):
    """Convolution, batch norm and ReLU; the norm is folded into the kernel when weights are set."""
    name = name.replace("/", ".")
    return layers.Conv2D(filters, size, strides, padding, activation="relu", name=name)(x)


def _mean(x):
    return layers.GlobalAveragePooling2D()(x)


class _Bias(layers.Layer):
    def build(self, shape):
        self.bias = self.add_weight(shape=(shape[-1],), initializer="zeros", name="bias")

    def call(self, x):
        return x + self.bias


def _assign(model, constants, path):
    """Sets every weight from the graph's constants; refuses a graph that lacks one."""

    def constant(name, shape):
        found = constants.get(name)
        if found is None or found.shape != tuple(shape):
            was = "no constant" if found is None else f"shape {list(found.shape)} for"
            raise ValueError(
                f"{path} has {was} {name} {list(shape)}; it is not the Inception graph of 2015"
            )
        return found.astype(np.float64)

    for layer in model.layers:
        if isinstance(layer, layers.Conv2D):
            layer.set_weights(_folded(constant, layer.name.replace(".", "/"), layer.kernel.shape))
    head = model.get_layer("softmax")
    head.set_weights([constant("softmax/weights", head.kernel.shape)])
    model.get_layer("softmax.bias").set_weights([constant("softmax/biases", (1008,))])


def _folded(constant, name, shape):
    """Kernel and bias of the convolution `name` with its batch norm in them."""
    norm = (constant(f"{name}/batchnorm/{part}", shape[-1:]) for part in _NORM)
    gamma, beta, mean, variance = norm
    gain = gamma / np.sqrt(variance + _EPSILON)
    return constant(f"{name}/conv2d_params", shape) * gain, beta - mean * gain


_NORM = ("gamma", "beta", "moving_mean", "moving_variance")
