"""Captions as rows of characters, in TensorFlow alone, so that exports read strings too."""

import numpy as np
import tensorflow as tf

# That of Reed et al. 2016 (arXiv:1605.05396): its character at place i has the number i + 1.
ALPHABET = "abcdefghijklmnopqrstuvwxyz0123456789-,;.!?:'\"/\\|_@#$%^&*~`+=<>()[]{} "

BLANK = 0


def _numbers():
    table = np.full(128, BLANK, np.int32)
    for number, character in enumerate(ALPHABET, start=1):
        table[ord(character)] = number
    return table


def characters(captions, length):
    """Strings [B] in UTF-8 -> int32 [B, length], the number of each character in `ALPHABET`.

    Capitals are read as small letters. Characters that the alphabet lacks are blank, as is what follows a
    caption; what goes beyond `length` is cut off.
    """
    points = tf.strings.unicode_decode(tf.strings.lower(captions), "UTF-8")
    points = points.to_tensor(default_value=0, shape=[None, length])
    return tf.gather(_numbers(), tf.where(points < 128, points, 0))
