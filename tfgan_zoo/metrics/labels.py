"""Scores from a classifier's logits: the Inception score and the AM score."""

import numpy as np
from scipy.special import entr, log_softmax, rel_entr

from tfgan_zoo.metrics._checks import as_vectors, check_same_dimension


def inception_score(logits, splits=10):
    """Inception score over consecutive splits: (mean, standard deviation).

        IS = exp( E_x KL( p(y|x) || p(y) ) ),   p(y) = E_x p(y|x) within the split

    Salimans et al. 2016 (arXiv:1606.03498), section 4. logits [n, classes] of the fakes, in the
    order in which they were made and not normalised: the log-softmax is taken here. The deviation
    is over splits (divided by their number). Higher is better: a perfect generator scores the real
    data's own value, at most the number of classes; a collapsed one 1. One sample a class,
    repeated, scores the maximum: the score does not see that.
    """
    logits = as_vectors(logits, "logits")
    if not 1 <= splits <= len(logits):
        raise ValueError(f"splits must be from 1 to {len(logits)}, the samples; got {splits}")
    log_p = log_softmax(logits, axis=1)
    bounds = np.arange(splits + 1) * len(log_p) // splits
    scores = [_score(log_p[a:b]) for a, b in zip(bounds[:-1], bounds[1:])]
    return float(np.mean(scores)), float(np.std(scores))


def _score(log_p):
    p = np.exp(log_p)
    information = entr(p.mean(axis=0)).sum() + (p * log_p).sum(axis=1).mean()
    return np.exp(information)


def am_score(real_logits, fake_logits):
    """Activation Maximisation score.

        AM = KL( C_real || C_fake ) + E_x H( p(y|x) ),   C = E p(y|x) over the set, x fake

    Zhou et al. 2018 (arXiv:1703.02000). real_logits [n, classes], fake_logits
    [m, classes], not normalised. Lower is better: a perfect generator scores the entropy that the
    classifier has on real data, 0 for a sure one; one that is collapsed onto one class scores
    the divergence of the real class distribution from that class, infinite if it is that sure.
    """
    real_logits = as_vectors(real_logits, "real_logits")
    fake_logits = as_vectors(fake_logits, "fake_logits")
    check_same_dimension(real_logits.shape[1], fake_logits.shape[1])
    real = np.exp(log_softmax(real_logits, axis=1)).mean(axis=0)
    fake = np.exp(log_softmax(fake_logits, axis=1))
    divergence = rel_entr(real, fake.mean(axis=0)).sum()
    return float(divergence + entr(fake).sum(axis=1).mean())
