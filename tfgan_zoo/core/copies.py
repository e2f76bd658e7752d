"""Several networks of one architecture."""

import keras


def with_copies(network, count):
    """[network, fresh copies of it], `count` in all, each with a name of its own, as have their layers."""

    def copied(place):
        def renamed(layer):
            return type(layer).from_config({**layer.get_config(), "name": f"{layer.name}_{place}"})

        copy = keras.models.clone_model(network, clone_function=renamed)
        copy.name = f"{network.name}_{place}"
        return copy

    return [network, *(copied(place) for place in range(2, count + 1))]


def one_of(networks, name):
    """{"z": [B, ...], `name`: int32 [B]} -> for each row what the network of that number makes of it.

    Args:
        networks: list of functional models of one architecture, latents -> examples.
        name: of the input that says which network is asked.
    """
    z = keras.Input(networks[0].input_shape[1:], name="z")
    chosen = keras.Input([], dtype="int32", name=name)
    made = keras.ops.stack([network(z) for network in networks], axis=1)
    shares = keras.ops.one_hot(chosen, len(networks), dtype=made.dtype)
    shares = keras.layers.Reshape([len(networks)] + [1] * (len(made.shape) - 2), dtype=made.dtype)(shares)
    return keras.Model({"z": z, name: chosen}, keras.ops.sum(shares * made, axis=1), name="mixture")
