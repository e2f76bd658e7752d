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
