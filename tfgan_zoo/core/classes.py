"""The number of classes of a system and of its networks, which must be one."""


def require_classes(network, name, count):
    """Raises ValueError where a network's input of labels is made for another number of classes.

    Labels beyond it would all be one and the same class, "none of them".

    Args:
        network: functional model from a dict.
        name: the input [B] of labels, which is no condition of a network that has no such input.
        count: the system's number of classes.
    """
    found = _classes_read(network, name)
    if found not in (None, count):
        raise ValueError(
            f"The {network.name} is built for {found} classes and the system for {count}; give both one number "
            "(classes=...)."
        )


def require_logits(network, name, count):
    """Raises ValueError unless an output of a network has a logit for each of `count` classes."""
    found = network.output[name].shape[-1]
    if found != count:
        raise ValueError(
            f"The {network.name} tells {found} classes apart and the system has {count}; give both one number "
            "(classes=...)."
        )


def _classes_read(network, name):
    """The depth of the one-hot code, or the rows of the embedding, of labels; None where there is neither."""
    label = network.input[name]
    for operation in network.operations:
        for node in operation._inbound_nodes:
            if any(tensor is label for tensor in node.input_tensors):
                for attribute in ("num_classes", "input_dim", "num_tokens"):
                    if hasattr(operation, attribute):
                        return getattr(operation, attribute)
    return None
