"""Variables of layers that are no weights: what training has seen or kept."""


def state(layer, name, shape, dtype="float32"):
    """A variable of zeros that no optimiser moves and that is saved with the layer.

    On replicas each has its own copy, and the first one's is saved. It keeps its dtype in lower precision.
    """
    return layer.add_weight(
        name=name,
        shape=shape,
        dtype=dtype,
        initializer="zeros",
        trainable=False,
        autocast=False,
        aggregation="only_first_replica",
    )
