"""Differentiable updates: the weights that a player would have after some steps of its optimiser.

Keras' optimisers assign, and on TensorFlow offer no `stateless_apply`, so the two update rules that
papers unroll are written here as functions of the gradients.
"""

import keras
import tensorflow as tf


def unroll(optimizer, variables, loss, steps):
    """The values that `variables` would have after `steps` updates of `optimizer` on `loss`.

    Nothing is assigned. The values are functions of all that `loss` depends on, so that a gradient
    taken through them foresees the updates (Metz et al. 2017, equations 4 to 6). The optimiser's
    slots start from what they hold now and are carried from step to step. As in `AdversarialModel.minimize`,
    the losses of all replicas are averaged.

    Args:
        optimizer: a built `keras.optimizers.Adam` or `SGD` of `variables`.
        variables: the Keras variables that the updates would move.
        loss: a function of nothing to a scalar; it reads the variables.
        steps: how many updates.

    Returns:
        A list of tensors, one for each variable; `holding` puts them to use.

    Raises:
        ValueError: no differentiable form of the optimiser is known.
    """
    rule = _rule(optimizer)
    values = [tf.convert_to_tensor(variable.value) for variable in variables]
    slots = rule.start(optimizer, variables)
    for step in range(steps):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(values)
            with holding(variables, values):
                value = loss()
            shared = value / tf.distribute.get_strategy().num_replicas_in_sync
        gradients = _summed(tape.gradient(shared, values))
        values, slots = rule.update(optimizer, step, values, gradients, slots)
    return values


def holding(variables, values):
    """A context within which `variables` read as `values`, and nothing is assigned."""
    return keras.StatelessScope(list(zip(variables, values, strict=True)))


def _summed(gradients):
    """Gradients summed over replicas; TensorFlow differentiates through that sum."""
    if tf.distribute.get_strategy().num_replicas_in_sync == 1:
        return gradients
    return tf.distribute.get_replica_context().all_reduce(tf.distribute.ReduceOp.SUM, gradients)


def _rule(optimizer):
    rule = _RULES.get(type(optimizer))
    odd = [name for name in (rule.without if rule else ()) if getattr(optimizer, name)]
    if rule is None or odd:
        raise ValueError(
            "Only plain keras.optimizers.Adam and SGD can be unrolled; got "
            f"{type(optimizer).__name__}{' with ' + ', '.join(odd) if odd else ''}."
        )
    return rule


# Options that change an update and that no rule here has.
_ABSENT = (
    "weight_decay", "clipnorm", "clipvalue", "global_clipnorm", "gradient_accumulation_steps"
)


class _SGD:
    """v <- m v - lr g, w <- w + v; without momentum w <- w - lr g."""

    without = ("nesterov", *_ABSENT)

    @staticmethod
    def start(optimizer, variables):
        if not optimizer.momentum:
            return [tf.zeros_like(variable.value) for variable in variables]
        return _slots(optimizer, optimizer.momentums, variables)

    @staticmethod
    def update(optimizer, step, values, gradients, velocities):
        rate = tf.convert_to_tensor(optimizer.learning_rate)
        velocities = [
            optimizer.momentum * v - tf.cast(rate, g.dtype) * g
            for v, g in zip(velocities, gradients)
        ]
        return [value + v for value, v in zip(values, velocities)], velocities


class _Adam:
    """Kingma & Ba 2015, section 2, in the form with the bias corrections in the rate."""

    without = ("amsgrad", *_ABSENT)

    @staticmethod
    def start(optimizer, variables):
        return (
            _slots(optimizer, optimizer._momentums, variables),
            _slots(optimizer, optimizer._velocities, variables),
        )

    @staticmethod
    def update(optimizer, step, values, gradients, slots):
        b1, b2 = optimizer.beta_1, optimizer.beta_2
        means = [m + (1 - b1) * (g - m) for m, g in zip(slots[0], gradients)]
        squares = [v + (1 - b2) * (g * g - v) for v, g in zip(slots[1], gradients)]
        moved = []
        for value, m, v in zip(values, means, squares):
            t = tf.cast(optimizer.iterations.value, value.dtype) + step + 1
            rate = tf.cast(tf.convert_to_tensor(optimizer.learning_rate), value.dtype)
            rate *= tf.sqrt(1 - b2**t) / (1 - b1**t)
            # The derivative of the root is infinite at 0, where a gradient has always been zero.
            root = tf.sqrt(tf.maximum(v, 1e-30))
            moved.append(value - rate * m / (root + optimizer.epsilon))
        return moved, (means, squares)


def _slots(optimizer, kept, variables):
    """The present values of an optimiser's slots, in the order of `variables`."""
    return [tf.convert_to_tensor(kept[optimizer._get_variable_index(v)].value) for v in variables]


_RULES = {keras.optimizers.Adam: _Adam, keras.optimizers.SGD: _SGD}
