"""Characters by hand, from plain strings and in graphs."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.text.characters import ALPHABET, BLANK, characters


def test_places_in_the_alphabet():
    assert (ALPHABET[0], ALPHABET[26], ALPHABET[68], len(ALPHABET)) == ("a", "0", " ", 69)
    assert len(set(ALPHABET)) == 69
    found = characters(tf.constant(["Ab 0z", "", "b"]), 6).numpy()
    assert found.dtype == np.int32
    assert found.tolist() == [[1, 2, 69, 27, 26, 0], [0] * 6, [2, 0, 0, 0, 0, 0]]


def test_letters_that_are_not_in_the_alphabet_keep_their_place():
    assert characters(tf.constant(["ñb\t’c"]), 5).numpy().tolist() == [[BLANK, 2, BLANK, BLANK, 3]]


def test_long_captions_are_cut():
    assert characters(tf.constant(["abcdef", "a"]), 3).numpy().tolist() == [[1, 2, 3], [1, 0, 0]]


def test_a_graph_reads_strings_of_any_number():
    read = tf.function(lambda text: characters(text, 4), input_signature=[tf.TensorSpec([None], tf.string)])
    assert read(tf.constant(["a"])).numpy().tolist() == [[1, 0, 0, 0]]
    assert read(tf.constant(["a", "b c"])).numpy().tolist() == [[1, 0, 0, 0], [2, 69, 3, 0]]
    assert read.get_concrete_function().output_shapes == tf.TensorShape([None, 4])
