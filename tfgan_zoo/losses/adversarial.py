"""Adversarial losses on logits, to be minimised, each a scalar mean over the batch.

Written with softplus(a) = log(1 + e^a), so that -log sigmoid(a) = softplus(-a) and
-log(1 - sigmoid(a)) = softplus(a) hold without overflow or a protecting epsilon.
"""

import tensorflow as tf


def _mean_softplus(logits):
    """In float32, or in float64 where the logits are."""
    logits = tf.convert_to_tensor(logits)
    return tf.reduce_mean(
        tf.nn.softplus(logits if logits.dtype == tf.float64 else tf.cast(logits, tf.float32))
    )


def discriminator(real_logits, fake_logits):
    """-E log D(x) - E log(1 - D(G(z))): Goodfellow et al. 2014, equation 1 and Algorithm 1."""
    return _mean_softplus(-real_logits) + _mean_softplus(fake_logits)


def generator_minimax(fake_logits):
    """E log(1 - D(G(z))): Goodfellow et al. 2014, Algorithm 1."""
    return -_mean_softplus(fake_logits)


def generator_non_saturating(fake_logits):
    """-E log D(G(z)): Goodfellow et al. 2014, end of section 3."""
    return _mean_softplus(-fake_logits)


GENERATOR_LOSSES = {
    "non_saturating": generator_non_saturating,
    "minimax": generator_minimax,
}


def generator(name):
    """The generator's loss of that name in `GENERATOR_LOSSES`."""
    if name not in GENERATOR_LOSSES:
        known = ", ".join(GENERATOR_LOSSES)
        raise ValueError(f"Unknown generator loss {name!r}; the known ones are {known}.")
    return GENERATOR_LOSSES[name]


def discriminator_least_squares(real_scores, fake_scores):
    """E (D(x) - 1)^2 + E D(G(z))^2: twice Mao et al. 2017 (arXiv:1611.04076), equation 9, 0-1 coding."""
    real, fake = (tf.cast(scores, tf.float32) for scores in (real_scores, fake_scores))
    return tf.reduce_mean(tf.square(real - 1.0)) + tf.reduce_mean(tf.square(fake))


def generator_least_squares(fake_scores):
    """E (D(G(z)) - 1)^2: twice Mao et al. 2017, equation 9, 0-1 coding."""
    return tf.reduce_mean(tf.square(tf.cast(fake_scores, tf.float32) - 1.0))


def cross_entropy(labels, logits):
    """-E log softmax(logits)[label]: labels int [B], logits [B, classes]."""
    losses = tf.nn.sparse_softmax_cross_entropy_with_logits(labels, tf.cast(logits, tf.float32))
    return tf.reduce_mean(losses)


def critic_wasserstein(real_scores, fake_scores):
    """E f(G(z)) - E f(x), the negated estimate of the distance: Arjovsky et al. 2017, equation 3."""
    return -wasserstein_estimate(real_scores, fake_scores)


def generator_wasserstein(fake_scores):
    """-E f(G(z)): Arjovsky et al. 2017, Algorithm 1, line 10."""
    return -tf.reduce_mean(tf.cast(fake_scores, tf.float32))


def wasserstein_estimate(real_scores, fake_scores):
    """E f(x) - E f(G(z)): Arjovsky et al. 2017, equation 3, for a critic f that is K-Lipschitz."""
    real, fake = (tf.cast(scores, tf.float32) for scores in (real_scores, fake_scores))
    return tf.reduce_mean(real) - tf.reduce_mean(fake)
