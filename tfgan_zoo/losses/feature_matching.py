"""Feature matching (Salimans et al. 2016, arXiv:1606.03498, section 3.1)."""

import tensorflow as tf

from tfgan_zoo.utils.distribution import mean_over_replicas

__all__ = ["NORMS", "feature_matching"]

# How the difference of two means is measured: the authors' code squares it on MNIST, and not on CIFAR-10.
NORMS = {"squared": tf.square, "absolute": tf.abs}


def feature_matching(real_features, fake_features, norm="squared"):
    """How far the mean features of fakes are from those of reals, a scalar: the mean over features [B, d].

    Batches are those of all replicas.

    Args:
        real_features, fake_features: [B, d] of a layer of the discriminator; those of reals are a constant.
        norm: a name in `NORMS`.
    """
    real, fake = (
        mean_over_replicas(tf.reduce_mean(tf.cast(each, tf.float32), axis=0))
        for each in (tf.stop_gradient(real_features), fake_features)
    )
    return tf.reduce_mean(NORMS[norm](real - fake))
