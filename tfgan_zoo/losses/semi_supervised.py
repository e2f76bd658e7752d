"""Losses of discriminators that tell K classes apart, on K logits; scalars unless said otherwise, float32.

With K + 1 classes, of which the last is that of fakes and has the logit 0 (Salimans et al. 2016, arXiv:1606.03498,
section 5), an example is real with probability Z / (Z + 1), where Z is the sum of the exponentials of its K logits.
Their log-sum-exp is thus the logit of "real", which the losses of `losses.gan` take.
"""

import tensorflow as tf

from tfgan_zoo.losses import gan
from tfgan_zoo.utils.distribution import mean_over_replicas

# The label of an example that has none.
UNLABELLED = -1


def real_logit(logits):
    """[B, K] -> [B]: log sum_k exp(logit_k), the logit of being no fake."""
    return tf.reduce_logsumexp(tf.cast(logits, tf.float32), axis=-1)


def discriminator(real_logits, fake_logits, real_target=1.0):
    """(-E log p(real | x) - E log p(fake | G(z))) / 2, of K + 1 classes: Salimans et al. 2016, section 5.

    The half is that of the authors' code.

    Args:
        real_logits, fake_logits: [B, K] of examples without regard to their classes.
        real_target: as in `gan.discriminator`.
    """
    return gan.discriminator(real_logit(real_logits), real_logit(fake_logits), real_target) / 2


def masked_cross_entropy(labels, logits):
    """-E log softmax(logits)[label] over the examples that have a label; 0 where none has.

    Of the K classes alone: given that an example is real, the class of fakes has no part in it.

    Args:
        labels: int [B], `UNLABELLED` where there is none.
        logits: [B, K].
    """
    # The code of a label below 0 is all zeros.
    chosen = tf.one_hot(labels, logits.shape[-1])
    surprise = -tf.reduce_sum(chosen * tf.nn.log_softmax(tf.cast(logits, tf.float32)), axis=-1)
    known = tf.reduce_sum(tf.cast(tf.not_equal(labels, UNLABELLED), tf.float32))
    return tf.reduce_sum(surprise) / tf.maximum(known, 1.0)


def mean_of_entropies(logits):
    """E_x H(p(y | x)) in nats: how uncertain the class of one example is (Springenberg 2016, arXiv:1511.06390)."""
    log_p = tf.nn.log_softmax(tf.cast(logits, tf.float32))
    return -tf.reduce_mean(tf.reduce_sum(tf.exp(log_p) * log_p, axis=-1))


def entropy_of_mean(logits):
    """H(E_x p(y | x)) in nats: how evenly the classes are used over the batch (Springenberg 2016).

    The mean is over the batch of all replicas.
    """
    p = mean_over_replicas(tf.reduce_mean(tf.nn.softmax(tf.cast(logits, tf.float32)), axis=0))
    # At 0 the term is 0, and its derivative has to be finite.
    return -tf.reduce_sum(p * tf.math.log(tf.maximum(p, 1e-12)))
