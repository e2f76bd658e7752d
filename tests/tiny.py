"""Networks of one affine layer, whose losses and steps can be worked by hand."""

import keras
import numpy as np
from keras import layers, ops


def affine(kernel, bias=None, name=None):
    """x [B, d] -> x kernel + bias."""
    x = keras.Input([len(kernel)])
    return keras.Model(x, _dense(x, kernel, bias), name=name)


def _dense(x, kernel, bias=None, name=None):
    layer = layers.Dense(len(kernel[0]), name=name)
    y = layer(x)
    layer.kernel.assign(kernel)
    if bias is not None:
        layer.bias.assign(bias)
    return y


def constant(values, latent_dim=1):
    """z [B, latent_dim] -> `values`, whatever z."""
    return affine(np.zeros([latent_dim, len(values)]), values, name="generator")


def images_by_label(values, of_z=(0.0, 0.0)):
    """{"z": [B, 2], "label": [B]} -> images of one pixel: values[label] + of_z . z."""
    z, label = keras.Input([2], name="z"), keras.Input([], dtype="int32", name="label")
    x = layers.Concatenate()([ops.one_hot(label, len(values)), z])
    kernel = np.reshape([*values, *of_z], [-1, 1])
    image = layers.Reshape([1, 1, 1])(_dense(x, kernel))
    return keras.Model({"z": z, "label": label}, image, name="generator")


def heads(**of_pixel):
    """An image of one pixel x -> name -> x slopes + offsets, for name=(slopes, offsets)."""
    image = keras.Input([1, 1, 1], name="image")
    x = layers.Flatten()(image)
    outputs = {
        name: _dense(x, [slopes], offsets, name) for name, (slopes, offsets) in of_pixel.items()
    }
    return keras.Model(image, outputs, name="discriminator")


def descend(model, rate=0.1, **rates):
    """Compiles with plain gradient descent, every player at `rate` but those that are named."""
    model.compile({player: keras.optimizers.SGD(rates.get(player, rate)) for player in model.players()})
    return model


def take_step(model, batch):
    """What one training step logs, run eagerly; the next one draws other noise."""
    logs = model.train_step(model.batch(batch))
    model.step.assign(model.step + 1)
    return logs


def pixels(*values):
    """Images [B, 1, 1, 1] of these values."""
    return np.reshape(np.array(values, np.float32), [-1, 1, 1, 1])


def watch(network, look=lambda inputs: inputs):
    """A list that grows, with each call of the network, by `look` of what it is called on."""
    seen = []
    call = network.call

    def watched(inputs, **kwargs):
        seen.append(look(inputs))
        return call(inputs, **kwargs)

    network.call = watched
    return seen


def weights(network):
    return [variable.numpy() for variable in network.trainable_variables]


def of_type(network, kind):
    return [layer for layer in network.layers if isinstance(layer, kind)]


def softplus(a):
    return np.log1p(np.exp(np.asarray(a, np.float64)))


def cross_entropy(labels, logits):
    """-log softmax(logits)[label] of each row, [B]."""
    logits = np.asarray(logits, np.float64)
    picked = logits[np.arange(len(logits)), np.asarray(labels)]
    return np.log(np.exp(logits).sum(axis=1)) - picked


def pixel_generator(slope=1.0, offset=0.0):
    """z [B, 1] -> images of one pixel: slope z + offset."""
    z = keras.Input([1], name="z")
    image = layers.Reshape([1, 1, 1])(_dense(z, [[slope]], [offset]))
    return keras.Model(z, image, name="generator")


# Where numbers are cut into the four cells of an axis of `table_of_pairs`.
_EDGES = np.array([-0.7, 0.0, 0.7])


def table_of_pairs():
    """{"x": [B, 1], "z": [B, 1]} -> a logit [B, 1] for each of 4 x 4 cells of the plane, the kernel of `table`."""
    inputs = {name: keras.Input([1], name=name) for name in ("x", "z")}
    x, z = (ops.sum(ops.cast(value > _EDGES.astype(np.float32), "int32"), axis=1) for value in inputs.values())
    logit = layers.Dense(1, use_bias=False, kernel_initializer="zeros", name="table")(ops.one_hot(4 * x + z, 16))
    # A step needs a gradient of its inputs, which is 0.
    return keras.Model(inputs, logit + 0.0 * (inputs["x"] + inputs["z"]), name="discriminator")


def shares_of_cells(pairs):
    """The share of pairs (x, z), [n, 2], in each cell of `table_of_pairs`, [16]."""
    x, z = (np.searchsorted(_EDGES.astype(np.float32), column.astype(np.float32)) for column in pairs.T)
    return np.bincount(4 * x + z, minlength=16) / len(pairs)
