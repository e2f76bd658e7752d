"""Crops and flips: where they lie, what goes together, and what none of them changes."""

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.core.augmentation import Jitter
from tfgan_zoo.random.noise import StepNoise

SIDE = 8


def noise():
    return StepNoise(0, 0)


def images(n, channels=1):
    shape = [n, SIDE, SIDE, channels]
    return tf.constant(np.random.default_rng(0).uniform(-1, 1, shape), tf.float32)


def test_crops_of_the_enlarged_image_lie_everywhere_and_half_are_mirrored():
    rows, columns = np.meshgrid(np.arange(SIDE), np.arange(SIDE), indexing="ij")
    ramps = np.stack([rows, columns], -1)[None].repeat(400, 0).astype(np.float32)
    [moved] = Jitter(2, mirror=True)(noise(), tf.constant(ramps))
    moved = moved.numpy()
    turned = moved[:, 0, 0, 1] > moved[:, 0, -1, 1]
    assert 150 < turned.sum() < 250
    # Enlarged from 8 to 10, a ramp grows by 0.8 a pixel, so that each of three offsets has its start.
    starts = np.round((moved[:, 4, 0, 0] - 3.5 * 0.8 - 0.3) / 0.8).astype(int)
    assert len(set(starts)) == 3
    straight = moved[~turned]
    np.testing.assert_allclose(np.diff(straight[:, 2:-2, 2:-2, 0], axis=1), 0.8, rtol=1e-4)
    np.testing.assert_allclose(np.diff(straight[:, 2:-2, 2:-2, 1], axis=2), 0.8, rtol=1e-4)


def test_images_given_together_are_changed_alike_and_each_call_anew():
    given, both = images(64), noise()
    first, second = Jitter(2, mirror=True)(both, given, given)
    np.testing.assert_array_equal(first, second)
    [third] = Jitter(2, mirror=True)(both, given)
    assert np.abs(first - third).max() > 0


def test_flips_alone_keep_every_pixel():
    given = images(200).numpy()
    [moved] = Jitter(mirror=True)(noise(), tf.constant(given))
    turned = (moved != given).numpy().any(axis=(1, 2, 3))
    assert 70 < turned.sum() < 130
    np.testing.assert_array_equal(moved.numpy()[turned], given[turned][:, :, ::-1])


def test_crops_alone_turn_nothing():
    ramp = np.broadcast_to(np.arange(SIDE, dtype=np.float32)[:, None], (50, SIDE, SIDE, 1))
    [moved] = Jitter(2)(noise(), tf.constant(ramp.copy()))
    assert (np.diff(moved.numpy(), axis=1) >= 0).all()


def test_none_of_them_draws_nothing_and_changes_nothing():
    class Silent:
        pass

    given = images(3)
    [same] = Jitter()(Silent(), given)
    assert same is given


def test_a_batch_may_have_no_fixed_size():
    @tf.function(input_signature=[tf.TensorSpec([None, SIDE, SIDE, 1])])
    def jittered(given):
        return Jitter(2, mirror=True)(noise(), given)[0]

    given = images(5)
    np.testing.assert_allclose(jittered(given), Jitter(2, mirror=True)(noise(), given)[0], rtol=1e-6)


def test_a_negative_jitter_is_refused():
    with pytest.raises(ValueError, match="jitter >= 0"):
        Jitter(-1)
