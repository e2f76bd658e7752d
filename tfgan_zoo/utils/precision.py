"""Keras' dtype policy, changed for a while."""

import contextlib

import keras


@contextlib.contextmanager
def precision(policy):
    """Layers made within it follow the dtype policy `policy`; the program's own policy returns after.

    policy: what `keras.config.set_dtype_policy` takes, a name or a `keras.DTypePolicy`; None for the program's.
    """
    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(policy or before)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)
