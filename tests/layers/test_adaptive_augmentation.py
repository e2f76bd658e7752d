"""Augmentation: what each transformation does, how often, and how its probability follows the signs of logits."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.layers.adaptive_augmentation import AdaptiveAugmentation
from tfgan_zoo.layers.augmentation import NUMBERS, augmented
from tfgan_zoo.random.noise import StepNoise

SIDE = 8
RNG = np.random.default_rng(0)
IMAGES = tf.constant(RNG.uniform(-1, 1, (5, SIDE, SIDE, 3)), tf.float32)

# The places of numbers: for each transformation those of what it draws, and last that of its gate.
FLIP, TURN, SHIFT, SCALE, FIRST_ROTATION = (0,), (2,), (4, 5), (7,), (9,)
STRETCH, FRACTION, BRIGHTNESS, CONTRAST = (11,), (15, 16), (18,), (20,)
LUMA, HUE, SATURATION = (22,), (24,), (26,)


def only(where, *values):
    """Numbers of which the gate of one transformation is open at any p > 0, with what it draws."""
    numbers = np.ones([len(IMAGES), NUMBERS], np.float32)
    numbers[:, where[-1] + 1] = 1e-6
    for place, value in zip(where, values):
        numbers[:, place] = value
    return tf.constant(numbers)


def quantile(normal):
    from scipy import stats

    return stats.norm.cdf(normal)


def one(where, *values, images=IMAGES):
    return augmented(images, only(where, *values), 0.01).numpy()


def test_at_probability_0_every_image_is_what_it_was():
    numbers = tf.constant(RNG.uniform(1e-6, 1, (5, NUMBERS)), tf.float32)
    np.testing.assert_array_equal(augmented(IMAGES, numbers, 0.0), IMAGES)
    np.testing.assert_array_equal(augmented(IMAGES[..., :1], numbers, 0.0), IMAGES[..., :1])


def test_flips_turns_and_whole_shifts_keep_every_pixel():
    np.testing.assert_array_equal(one(FLIP, 0.4), IMAGES)
    np.testing.assert_allclose(one(FLIP, 0.6), IMAGES[:, :, ::-1], atol=1e-6)
    for quarter in range(4):
        turned = one(TURN, (quarter + 0.5) / 4)
        np.testing.assert_allclose(turned, np.rot90(IMAGES, quarter, axes=(1, 2)), atol=1e-5)
    # Up to an eighth of the side, to whole pixels: here by one; beyond the edge lies the mirrored image.
    shifted = one(SHIFT, 0.9, 0.5)
    np.testing.assert_allclose(shifted[:, :, :-1], IMAGES[:, :, 1:], atol=1e-6)
    np.testing.assert_allclose(shifted[:, :, -1], IMAGES[:, :, -2], atol=1e-6)


def test_scales_are_powers_of_two_about_the_centre():
    ramp = np.broadcast_to(np.arange(SIDE, dtype=np.float32)[:, None] - 3.5, (5, SIDE, SIDE))
    ramps = tf.constant(np.stack([ramp, ramp.swapaxes(1, 2), 0 * ramp], axis=-1))
    inner = slice(2, 6)
    scaled = one(SCALE, quantile(-0.5), images=ramps)
    np.testing.assert_allclose(scaled[:, inner, inner], ramps[:, inner, inner] * 2**-0.1, atol=1e-4)
    stretched = one(STRETCH, quantile(0.5), images=ramps)
    np.testing.assert_allclose(stretched[:, inner, inner, 0], ramps[:, inner, inner, 0] * 2**-0.1, atol=1e-4)
    np.testing.assert_allclose(stretched[:, inner, inner, 1], ramps[:, inner, inner, 1] * 2**0.1, atol=1e-4)
    moved = one(FRACTION, quantile(0.3), 0.5, images=ramps)
    np.testing.assert_allclose(moved[:, inner, inner, 1], ramps[:, inner, inner, 1] + 0.3, atol=1e-4)
    np.testing.assert_allclose(moved[:, inner, inner, 0], ramps[:, inner, inner, 0], atol=1e-4)


def test_a_rotation_by_a_quarter_is_a_turn():
    np.testing.assert_allclose(one(FIRST_ROTATION, 0.75), one(TURN, 0.3), atol=1e-4)


def test_colours():
    grey = np.mean(IMAGES, axis=-1, keepdims=True)
    np.testing.assert_allclose(one(BRIGHTNESS, quantile(1.5)), IMAGES + 0.3, atol=1e-5)
    np.testing.assert_allclose(one(CONTRAST, quantile(1.0)), IMAGES * 2**0.5, atol=1e-5)
    np.testing.assert_allclose(one(LUMA, 0.6), IMAGES - 2 * grey, atol=1e-5)
    np.testing.assert_allclose(one(SATURATION, quantile(1.0)), grey + 2 * (IMAGES - grey), atol=1e-5)
    # A third of the circle of hues is a cycle of the channels, one way or the other.
    third = one(HUE, 0.5 + 1 / 3)
    assert min(np.abs(third - np.roll(IMAGES, k, axis=-1)).max() for k in (1, 2)) < 1e-5


def test_grey_images_have_the_mean_of_what_colours_become():
    greys = IMAGES[..., :1]
    np.testing.assert_allclose(one(BRIGHTNESS, quantile(1.5), images=greys), greys + 0.3, atol=1e-5)
    np.testing.assert_allclose(one(LUMA, 0.6, images=greys), -greys, atol=1e-5)
    np.testing.assert_allclose(one(SATURATION, quantile(1.0), images=greys), greys, atol=1e-5)


def test_each_image_is_changed_on_its_own_with_probability_p():
    images = tf.tile(IMAGES[:1], [2000, 1, 1, 1])
    numbers = np.ones([2000, NUMBERS], np.float32)
    numbers[:, BRIGHTNESS[0]] = 0.9
    numbers[:, BRIGHTNESS[0] + 1] = RNG.uniform(size=2000)
    changed = np.abs(augmented(images, tf.constant(numbers), 0.3) - images).max(axis=(1, 2, 3)) > 0
    assert abs(changed.mean() - 0.3) < 5 * np.sqrt(0.3 * 0.7 / 2000)


def test_gradients_reach_the_images():
    numbers = tf.constant(RNG.uniform(1e-6, 1, (5, NUMBERS)), tf.float32)
    weights = tf.constant(RNG.normal(size=IMAGES.shape), tf.float32)
    direction = tf.constant(RNG.normal(size=IMAGES.shape), tf.float32)
    with tf.GradientTape() as tape:
        tape.watch(IMAGES)
        value = tf.reduce_sum(weights * augmented(IMAGES, numbers, 1.0))
    gradient = tape.gradient(value, IMAGES)
    # It is affine in the images.
    moved = tf.reduce_sum(weights * augmented(IMAGES + direction, numbers, 1.0)) - value
    np.testing.assert_allclose(tf.reduce_sum(gradient * direction), moved, rtol=1e-3)


def test_other_numbers_of_channels_are_refused():
    with pytest.raises(ValueError, match="1 or 3 channels; these have 2"):
        augmented(IMAGES[..., :2], tf.ones([5, NUMBERS]), 0.5)


def observe(layer, *batches):
    """p after each batch of logits."""
    return [float(layer.observe(tf.constant(logits)[:, None])["augmentation_probability"]) for logits in batches]


OVERFITTED, GUESSED = [2.0, 1.0, 0.5, 3.0], [2.0, -1.0, -0.5, 3.0]


def test_p_moves_after_each_interval_by_the_images_of_it_and_towards_the_target():
    layer = AdaptiveAugmentation(adjust_over=100, interval=2, window=2)
    found = observe(layer, OVERFITTED, OVERFITTED, OVERFITTED, OVERFITTED, GUESSED, GUESSED)
    np.testing.assert_allclose(found, [0, 0.08, 0.08, 0.16, 0.16, 0.08], rtol=1e-5)


def test_p_never_falls_below_0_and_signs_count_not_sizes():
    layer = AdaptiveAugmentation(adjust_over=100, interval=1, window=1)
    assert observe(layer, GUESSED, GUESSED) == [0, 0]
    # Three of four: a mean sign of 0.5, below the target, though the mean logit is large.
    assert observe(layer, [100.0, 100.0, 100.0, -0.1]) == [0]


def test_the_measure_is_the_mean_of_the_last_batches():
    layer = AdaptiveAugmentation(interval=1, window=4)
    signs = [float(layer.observe(tf.constant([[value]]))["real_sign"]) for value in (1.0, -1.0, 1.0, 1.0, 1.0, 1.0)]
    np.testing.assert_allclose(signs, [1, 0, 1 / 3, 0.5, 0.5, 1], rtol=1e-6)


def test_p_stays_where_it_is_told_to():
    layer = AdaptiveAugmentation(initial=0.25, adjust_over=0, interval=1)
    assert observe(layer, OVERFITTED, GUESSED) == [0.25, 0.25]


def test_as_a_layer_it_changes_images_in_training_alone_and_each_time_anew():
    layer = AdaptiveAugmentation(initial=1.0, seed=3)
    np.testing.assert_array_equal(layer(IMAGES), IMAGES)
    first, second = layer(IMAGES, training=True), layer(IMAGES, training=True)
    assert np.abs(first - IMAGES).max() > 0.1 < np.abs(first - second).max()
    again = AdaptiveAugmentation.from_config(layer.get_config())
    np.testing.assert_array_equal(again(IMAGES, training=True), first)
    numbers = layer.numbers(StepNoise(0, 1), 5)
    np.testing.assert_array_equal(layer(IMAGES, numbers, training=True), augmented(IMAGES, numbers, 1.0))


def test_it_is_saved_with_what_it_has_observed(tmp_path):
    image = keras.Input([SIDE, SIDE, 3])
    network = keras.Model(image, keras.layers.Flatten()(AdaptiveAugmentation(adjust_over=10, interval=1)(image)))
    observe(network.layers[1], OVERFITTED)
    network.save(tmp_path / "network.keras")
    loaded = keras.models.load_model(tmp_path / "network.keras").layers[1]
    assert float(loaded.p) == pytest.approx(0.4) and int(loaded.batches) == 1


@pytest.mark.parametrize("wrong", [{"initial": 1.5}, {"adjust_over": -1}, {"interval": 0}, {"window": 0}])
def test_settings_out_of_range_are_refused(wrong):
    with pytest.raises(ValueError, match="Adaptive augmentation needs 0 <= initial <= 1"):
        AdaptiveAugmentation(**wrong)
