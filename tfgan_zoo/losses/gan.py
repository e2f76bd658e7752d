"""The GAN's losses on logits, to be minimised, each a scalar mean over the batch.

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


def discriminator(real_logits, fake_logits, real_target=1.0):
    """-E log D(x) - E log(1 - D(G(z))): Goodfellow et al. 2014, equation 1 and Algorithm 1.

    With a `real_target` t below 1, such as 0.9, labels are smoothed on one side: the term of reals is
    -t E log D(x) - (1 - t) E log(1 - D(x)), and that of fakes stays (Salimans et al. 2016, arXiv:1606.03498,
    section 3.4).
    """
    of_real = _mean_softplus(-real_logits)
    if real_target != 1:
        of_real = real_target * of_real + (1 - real_target) * _mean_softplus(real_logits)
    return of_real + _mean_softplus(fake_logits)


def matching_aware(right_logits, wrong_logits, fake_logits):
    """-log s_r - (log(1 - s_w) + log(1 - s_f)) / 2: Reed et al. 2016, algorithm 1.

    s_r judges real images with their text, s_w real images with a text that does not fit, s_f fakes with
    their text.
    """
    return (discriminator(right_logits, wrong_logits) + discriminator(right_logits, fake_logits)) / 2


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


# A discriminator whose loss stays below this (in nats; 1.39 says that nothing is learnt, 0 that all is known)
# tells real from fake so surely that its gradient says little.
SATURATED = 0.05
