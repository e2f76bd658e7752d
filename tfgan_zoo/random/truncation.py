"""Truncated normals (Brock et al. 2019, arXiv:1809.11096, section 3.1), from elementary functions.

LiteRT and ONNX have no operators for the normal distribution function and its inverse.
"""

import tensorflow as tf

# erfc(x) = t exp(-x^2 + polynomial of t), t = 1 / (1 + x / 2), with a relative error below 1.2e-7 (Press et
# al., Numerical Recipes, section 6.2). The constant comes first.
_TAIL = (
    -1.26551223, 1.00002368, 0.37409196, 0.09678418, -0.18628806,
    0.27886807, -1.13520398, 1.48851587, -0.82215223, 0.17087277,
)  # fmt: skip

# erfinv(x) = x times a polynomial: with w = -log(1 - x^2), one of w - 2.5 where w < 5, else one of
# sqrt(w) - 3 (Giles 2010, Approximating the erfinv function, table 5).
_NEAR = (
    1.50140941, 0.246640727, -0.00417768164, -0.00125372503, 0.00021858087,
    -4.39150654e-06, -3.5233877e-06, 3.43273939e-07, 2.81022636e-08,
)  # fmt: skip
_FAR = (
    2.83297682, 1.00167406, 0.00943887047, -0.0076224613, 0.00573950773,
    -0.00367342844, 0.00134934322, 0.000100950558, -0.000200214257,
)  # fmt: skip


def truncated(z, threshold):
    """Maps standard normals to normals truncated to +-threshold, number by number.

    These have the distribution of normals that are drawn anew until they lie within the threshold. Nothing is
    drawn here: a number at a quantile of the normal goes to the same quantile of the truncated normal, so
    that near latents stay near.

    Args:
        z: [n, d], standard normal.
        threshold: a scalar, or an array that broadcasts with z; 0 or less gives zeros.

    Returns:
        float32 [n, d].
    """
    z = tf.convert_to_tensor(z, tf.float32)
    threshold = tf.maximum(tf.cast(threshold, tf.float32), 0.0)
    outside = _tail(threshold)
    # In the lower half, where the probabilities of far values keep their digits.
    lower = outside + _tail(tf.abs(z)) * (1.0 - 2.0 * outside)
    return tf.sign(z) * tf.minimum(_upper_quantile(lower), threshold)


def _tail(x):
    """P(Z > x) of a standard normal Z, for x >= 0."""
    x = x * 2.0**-0.5
    t = 1.0 / (1.0 + 0.5 * x)
    return 0.5 * t * tf.exp(-x * x + _polynomial(_TAIL, t))


def _upper_quantile(p):
    """The x >= 0 with P(Z > x) = p, for p in (0, 1/2]."""
    w = -tf.math.log(tf.maximum(4.0 * p * (1.0 - p), 1e-30))
    near = _polynomial(_NEAR, w - 2.5)
    far = _polynomial(_FAR, tf.sqrt(tf.maximum(w, 0.0)) - 3.0)
    return 2.0**0.5 * tf.maximum(1.0 - 2.0 * p, 0.0) * tf.where(w < 5.0, near, far)


def _polynomial(coefficients, x):
    value = coefficients[-1]
    for coefficient in reversed(coefficients[:-1]):
        value = value * x + coefficient
    return value
