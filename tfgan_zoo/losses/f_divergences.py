"""f-divergences D_f(p || q) = E_q f(p / q) with what GANs need of them: Nowozin et al. 2016, arXiv:1606.00709, tables 1
and 6; Uehara et al. 2016, arXiv:1610.02920, section 3.
"""

import math
from collections.abc import Callable
from dataclasses import dataclass

import tensorflow as tf

from tfgan_zoo.utils.registry import look_up

__all__ = ["DIVERGENCES", "Divergence", "find"]


@dataclass(frozen=True)
class Divergence:
    """A convex f with f(1) = 0 (but for "gan", where it is -2 ln 2), and functions of it.

    Attributes:
        f: ratios u = p / q > 0 -> f(u).
        slope: u -> f'(u), the best variational function at the ratio u.
        excess: u -> u f'(u) - f(u), which is the conjugate f* at f'(u).
        output: v -> g(v), any number brought into the domain of f* (table 6).
        conjugate: v -> f*(g(v)), in a form that does not overflow where g(v) does.
    """

    f: Callable
    slope: Callable
    excess: Callable
    output: Callable
    conjugate: Callable


_LN2 = math.log(2.0)

DIVERGENCES = {
    "kl": Divergence(
        f=lambda u: u * tf.math.log(u),
        slope=lambda u: tf.math.log(u) + 1,
        excess=lambda u: u,
        output=lambda v: v,
        conjugate=lambda v: tf.exp(v - 1),
    ),
    "reverse_kl": Divergence(
        f=lambda u: -tf.math.log(u),
        slope=lambda u: -1 / u,
        excess=lambda u: tf.math.log(u) - 1,
        output=lambda v: -tf.exp(-v),
        conjugate=lambda v: v - 1,
    ),
    "pearson": Divergence(
        f=lambda u: tf.square(u - 1),
        slope=lambda u: 2 * (u - 1),
        excess=lambda u: tf.square(u) - 1,
        output=lambda v: v,
        conjugate=lambda v: tf.square(v) / 4 + v,
    ),
    "neyman": Divergence(
        f=lambda u: tf.square(1 - u) / u,
        slope=lambda u: 1 - 1 / tf.square(u),
        excess=lambda u: 2 - 2 / u,
        output=lambda v: 1 - tf.exp(-v),
        conjugate=lambda v: 2 - 2 * tf.exp(-v / 2),
    ),
    "hellinger": Divergence(
        f=lambda u: tf.square(tf.sqrt(u) - 1),
        slope=lambda u: 1 - 1 / tf.sqrt(u),
        excess=lambda u: tf.sqrt(u) - 1,
        output=lambda v: 1 - tf.exp(-v),
        conjugate=lambda v: tf.exp(v) - 1,
    ),
    "js": Divergence(
        f=lambda u: u * tf.math.log(u) - (u + 1) * tf.math.log((1 + u) / 2),
        slope=lambda u: tf.math.log(2 * u / (1 + u)),
        excess=lambda u: tf.math.log((1 + u) / 2),
        output=lambda v: _LN2 - tf.nn.softplus(-v),
        conjugate=lambda v: tf.nn.softplus(v) - _LN2,
    ),
    "gan": Divergence(
        f=lambda u: u * tf.math.log(u) - (u + 1) * tf.math.log(1 + u),
        slope=lambda u: tf.math.log(u / (1 + u)),
        excess=lambda u: tf.math.log(1 + u),
        output=lambda v: -tf.nn.softplus(-v),
        conjugate=tf.nn.softplus,
    ),
}


def find(name):
    """The divergence of that name. Raises ValueError that names the nearest."""
    return look_up(name, DIVERGENCES, "divergence")
