"""Several networks of one architecture."""

import keras
from keras import layers, ops


def with_copies(network, count):
    """[network, fresh copies of it], `count` in all, each with a name of its own, as have their layers."""

    def copied(place):
        def renamed(layer):
            return type(layer).from_config({**layer.get_config(), "name": f"{layer.name}_{place}"})

        copy = keras.models.clone_model(network, clone_function=renamed)
        copy.name = f"{network.name}_{place}"
        return copy

    return [network, *(copied(place) for place in range(2, count + 1))]


def choice(networks, by, first=0):
    """{"z": [B, d], `by`: int32 [B]} -> of each row what the network of that number makes.

    Args:
        networks: functional models, latents [B, d] -> examples of one shape.
        by: the name of the input of numbers.
        first: the number of the first network; the next ones count on from it.
    """
    z = keras.Input(networks[0].input_shape[1:], name="z")
    number = keras.Input([], dtype="int32", name=by)
    made = ops.stack([network(z) for network in networks], axis=1)
    chosen = ops.one_hot(number - first, len(networks), dtype=made.dtype)
    chosen = layers.Reshape([len(networks)] + [1] * (len(made.shape) - 2), dtype=made.dtype)(chosen)
    return keras.Model({"z": z, by: number}, ops.sum(chosen * made, axis=1), name=f"{by}_choice")
