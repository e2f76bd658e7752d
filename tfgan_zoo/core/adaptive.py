"""Adaptive augmentation before the discriminator of any system."""

import keras

from tfgan_zoo.layers.adaptive_augmentation import AdaptiveAugmentation


def with_augmentation(network, augmentation):
    """A discriminator that sees its images through an `AdaptiveAugmentation`, with the layers that it has.

    Args:
        network: functional model of images [B, H, W, C], or of a dict with one input of images, to logits [B, 1].
        augmentation: the layer.

    Raises:
        ValueError: it has not one input of images, or other outputs than logits.
    """
    inputs = network.input if isinstance(network.input, dict) else {"": network.input}
    images = [value for value in inputs.values() if len(getattr(value, "shape", ())) == 4]
    if len(images) != 1 or not hasattr(network.output, "shape"):
        raise ValueError(
            "Augmentation stands before a discriminator of one image that gives logits alone; the "
            f"{network.name} has {len(images)} inputs of images and the output {network.output}."
        )
    given = keras.tree.map_structure(
        lambda value: keras.Input(batch_shape=value.shape, dtype=value.dtype, name=value.name), network.input
    )
    [image] = [value for value in keras.tree.flatten(given) if len(value.shape) == 4]
    changed = augmentation(image)

    def call(layer, *arguments, **named):
        return layer(*keras.tree.map_structure(lambda value: changed if value is image else value, arguments), **named)

    return keras.models.clone_model(network, given, clone_function=lambda layer: layer, call_function=call)


def observe_reals(model, batch):
    """Shows the batch's reals to every discriminator that augments, by which p moves, in one pass forward.

    Returns:
        {name: scalar to log}; nothing where no discriminator augments.

    Raises:
        ValueError: a discriminator reads what the batch does not hold.
    """
    logs = {}
    for networks in model.players().values():
        for network in networks:
            for layer in getattr(network, "layers", ()):
                if isinstance(layer, AdaptiveAugmentation):
                    logs |= layer.observe(network(_reals(model, network, batch), training=True))
    return logs


def _reals(model, network, batch):
    names = list(network.input) if isinstance(network.input, dict) else [model.example_key]
    missing = [name for name in names if name not in batch]
    if missing:
        raise ValueError(
            f"The {network.name} of {type(model).__name__} reads {', '.join(missing)}, which is not in a batch, so "
            "that its logits of reals are not known and its augmentation cannot adapt."
        )
    return {name: batch[name] for name in names} if isinstance(network.input, dict) else batch[names[0]]
