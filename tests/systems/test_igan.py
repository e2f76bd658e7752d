"""iGAN: the predictor's step by hand, bounded searches, edges, the motion of an edit and what strokes ask for."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from scipy.ndimage import gaussian_filter, shift
from tiny import affine, weights

from tfgan_zoo import metrics
from tfgan_zoo.systems.igan import hog, projection, transfer
from tfgan_zoo.systems.igan.igan import GAN, IGAN, PREDICTOR
from tfgan_zoo.systems.igan.strokes import constraints


def halves(slope=1.0):
    """z [B, 2] -> images 4 x 4: slope z_0 in the left half, slope z_1 in the right."""
    z = keras.Input([2], name="z")
    row = np.repeat(slope * np.eye(2), 2, axis=1)
    return keras.Model(z, layers.Reshape([4, 4, 1])(affine(np.tile(row, (1, 4)))(z)), name="generator")


def of_mean(kernel, bias, name):
    """Images -> mean x kernel + bias."""
    image = keras.Input([4, 4, 1], name="image")
    return keras.Model(image, affine(kernel, bias)(layers.GlobalAveragePooling2D()(image)), name=name)


def igan(slope=1.0, predictor=([[0.5, 0.5]], [0.1, 0.1]), **arguments):
    discriminator = of_mean([[3.0]], [0.0], "discriminator")
    return IGAN(halves(slope), discriminator, of_mean(*predictor, "predictor"), **arguments)


def plain(*values):
    """Images 4 x 4 of one value each."""
    return np.ones([len(values), 4, 4, 1], np.float32) * np.reshape(values, [-1, 1, 1, 1]).astype(np.float32)


def pattern(columns=0.0, size=32):
    """A smooth random image [1, size, size, 1], moved to the right."""
    image = gaussian_filter(np.random.default_rng(0).normal(size=[size, size]), 3)
    return shift(image / np.abs(image).max(), (0, columns), mode="nearest")[None, ..., None].astype(np.float32)


def test_the_predictor_descends_the_error_through_the_generator_and_its_decay():
    """G makes 2 z; of the image 0.6 P makes 0.5 * 0.6 + 0.1 = 0.4, whose image is off by 0.2."""
    model = igan(slope=2.0, l2=0.01)
    stages = [{"name": name, "steps": 1} for name in (GAN, PREDICTOR)]
    model.compile({player: keras.optimizers.SGD(0.1) for player in model.players()}, stages=stages)
    model.stage = PREDICTOR
    logs = model.train_step({"image": tf.constant(plain(0.6))})
    assert float(logs["projection_error"]) == pytest.approx(0.2**2, rel=1e-4)
    # Half of the pixels hang on each latent: d error / d z_k = 2 * 0.2 * 2 / 2.
    kernel, bias = weights(model.predictor)
    np.testing.assert_allclose(kernel, 0.5 - 0.1 * (0.4 * 0.6 + 0.01 * np.array([[0.5, 0.5]])), rtol=1e-5)
    np.testing.assert_allclose(bias, 0.1 - 0.1 * (0.4 + 0.01 * 0.1), rtol=1e-5)
    np.testing.assert_array_equal(weights(model.generator)[0], weights(halves(2.0))[0])


def test_a_search_ends_at_the_least_error_within_the_prior():
    model = igan(slope=0.5, projection_steps=300, projection_rate=0.1)
    code = model.encode(np.concatenate([plain(0.3), plain(2.0)]))
    np.testing.assert_allclose(code["z"][0], 0.6, atol=1e-2)
    assert 0.9 < code["z"][1].min() and np.abs(code["z"]).max() < 1
    assert code["error"][1] == pytest.approx(1.5**2, rel=0.1)


def test_a_search_is_never_worse_than_its_start_and_minds_no_other_image():
    model, images = igan(), np.concatenate([plain(0.4), plain(-0.7)])
    start = tf.constant([[0.4, 0.4], [0.1, -0.2]])
    both = model.search(images, start, 3)
    assert float(both.loss[0]) == pytest.approx(0, abs=1e-9) and both.loss[1] < model.error(images)(start)[1]
    alone = model.search(images[1:], start[1:], 3)
    np.testing.assert_allclose(alone.z[0], both.z[1], atol=1e-6)
    assert np.abs(projection.to_latent(tf.constant([-50.0, 50.0]))).max() < 1


def asked(color=0.0, place=slice(0, 0)):
    mask = np.zeros([1, 4, 4, 1], np.float32)
    mask[:, :, place] = 1
    nothing = np.zeros([1, 4, 4, 1], np.float32)
    return {"color": plain(color), "color_mask": mask, "edge": nothing, "edge_mask": nothing}


def test_an_edit_moves_what_is_asked_for_as_far_as_closeness_allows():
    model = igan(closeness_weight=1.0)
    model.edit_steps, model.edit_rate = 300, 0.02
    move = tf.function(model.move)
    start = tf.constant([[0.2, -0.3]])
    moved = move({"z": start, **asked(0.8, slice(0, 2))})
    # The least of (z - 0.8)^2 + (z - 0.2)^2 / 2 in the left half; nothing is asked of the right.
    np.testing.assert_allclose(moved["z"], [[0.6, -0.3]], atol=5e-3)
    frames = moved["frames"].numpy()
    assert frames.shape == (1, 8, 4, 4, 1)
    np.testing.assert_allclose(frames[0, :, 0, 0, 0], np.linspace(0.2, moved["z"][0, 0], 8), atol=1e-5)
    np.testing.assert_allclose(move({"z": start, **asked()})["z"], start, atol=1e-6)


def test_realism_is_the_generators_loss():
    loss = igan(realism_weight=2.0)._edit_loss({"z": tf.zeros([1, 2]), **asked()})
    assert float(loss(tf.zeros([1, 2]))[0]) == pytest.approx(2 * np.log(2), rel=1e-5)
    # D's logit of a mean of 0.5 is 1.5; closeness adds 5 * 0.25.
    assert float(loss(tf.fill([1, 2], 0.5))[0]) == pytest.approx(2 * np.log1p(np.exp(-1.5)) + 1.25, rel=1e-4)


def test_a_bar_turned_by_a_bin_moves_one_bin():
    y, x = np.meshgrid(np.arange(16) - 7.5, np.arange(16) - 7.5, indexing="ij")
    for bin in range(hog.BINS):
        across = x * np.cos(bin * np.pi / 8) + y * np.sin(bin * np.pi / 8)
        bar = (2 * np.exp(-(across**2) / 8) - 1).astype(np.float32)
        found = hog.histograms(tf.constant(bar[None, ..., None]), 8).numpy()
        assert found.shape == (1, 2, 2, 8)
        shares = found.sum((0, 1, 2)) / found.sum()
        assert shares.argmax() == bin and shares[bin] > 0.9
    assert not hog.histograms(tf.fill([1, 16, 16, 1], 0.3), 4).numpy().any()


def test_no_change_keeps_every_pixel():
    flow, color = transfer.along(tf.constant(np.stack([pattern()] * 4, axis=1)))
    np.testing.assert_array_equal(flow, np.zeros([1, 32, 32, 2]))
    np.testing.assert_array_equal(color, np.tile([1.0, 0.0], [1, 32, 32, 1, 1]))
    photograph = np.random.default_rng(1).uniform(-1, 1, [1, 32, 32, 1]).astype(np.float32)
    assert metrics.psnr(transfer.applied(photograph, flow, color).numpy(), photograph)[0] >= 40


def test_motion_is_followed_from_frame_to_frame():
    frames = np.stack([pattern(columns) for columns in (0, 1, 2, 3, 4)], axis=1)
    flow, color = transfer.along(tf.constant(frames))
    inside = flow.numpy()[0, 6:-6, 6:-6]
    # What comes to a place lay to its left.
    assert -4.5 < inside[..., 0].mean() < -2.5 and abs(inside[..., 1].mean()) < 0.2
    made = transfer.applied(frames[:, 0], flow, color).numpy()
    assert np.abs(made - frames[:, -1]).mean() < 0.1 * np.abs(frames[:, 0] - frames[:, -1]).mean()


def test_a_change_of_colour_is_found_and_composed_in_order():
    first = tf.constant(pattern())
    darker = first * 0.9 - 0.1
    made = transfer.applied(first, *transfer.along(tf.stack([first, first * 0.9, darker], axis=1)))
    assert np.abs(made - darker).mean() < 0.1 * np.abs(first - darker).mean()
    halved, moved = (tf.constant(values, tf.float32) for values in ([[0.5, 0.0]], [[1.0, 0.2]]))
    np.testing.assert_allclose(transfer._composed(moved, halved), [[0.5, 0.2]])
    np.testing.assert_allclose(transfer._composed(halved, moved), [[0.5, 0.1]])


def test_a_larger_photograph_moves_by_as_many_of_its_own_pixels():
    photograph = np.random.default_rng(1).uniform(-1, 1, [1, 16, 16, 3]).astype(np.float32)
    flow = np.tile(np.float32([-1, 0]), [1, 8, 8, 1])
    color = np.tile(np.eye(3, 4, dtype=np.float32), [1, 8, 8, 1, 1])
    made = transfer.applied(photograph, tf.constant(flow), tf.constant(color)).numpy()
    np.testing.assert_allclose(made[:, :, 2:], photograph[:, :, :-2], atol=1e-6)


def test_strokes_say_where_and_what():
    images = np.tile(np.linspace(-1, 1, 16, dtype=np.float32)[:, None], [2, 16, 1, 1])
    strokes = [
        {"color": [255, 255, 255], "box": [1, 2, 4, 6]},
        {"color": [0, 0, 0], "brush": [[10.5, 0.5], [10.5, 4.5]], "radius": 0.6},
        {"edge": [[0.5, 8.5], [15.5, 8.5]]},
    ]
    found = constraints(strokes, images, cell=4)
    rows, columns = np.nonzero(found["color_mask"][1, ..., 0])
    assert {*zip(rows, columns)} == {(y, x) for y in range(2, 6) for x in range(1, 4)} | {(y, 10) for y in range(5)}
    assert (found["color"][:, 2:6, 1:4] == 1).all() and (found["color"][:, :5, 10] == -1).all()
    assert (found["edge_mask"].sum(axis=(2, 3))[0] == 16 * (np.arange(16) == 8)).all()
    warped = constraints([{"warp": [2, 3, 5, 6], "by": [6, 1]}], images, cell=4)
    np.testing.assert_array_equal(warped["color"][:, 4:7, 8:11], images[:, 3:6, 2:5])
    assert warped["color_mask"].sum() == warped["edge_mask"].sum() == 2 * 9


@pytest.mark.parametrize(
    ("strokes", "message"),
    [
        ([], "a list of one dict or more"),
        ([{"colour": [0, 0, 0], "box": [0, 0, 1, 1]}], "unknown key 'colour'. Did you mean color"),
        ([{"color": [0, 0, 0]}], "Stroke 1 has the keys color; a stroke is"),
        ([{"color": [0, 0, 300], "box": [0, 0, 1, 1]}], "from 0 to 255"),
        ([{"color": [0, 0, 0], "box": [0, 0, 17, 1]}], "whole pixels of an image of 16 x 16"),
        ([{"warp": [0, 0, 4, 4], "by": [1.5, 0]}], "whole pixels"),
        ([{"edge": [[90, 90]]}], "passes no pixel"),
        ([{"edge": [[1, 1]], "radius": 0}], "a number above 0"),
    ],
)
def test_strokes_that_cannot_be_read_are_refused(strokes, message):
    with pytest.raises(ValueError, match=message):
        constraints(strokes, np.zeros([1, 16, 16, 1], np.float32), cell=4)


def test_edges_need_whole_cells():
    image = keras.Input([6, 6, 1])
    network = keras.Model(image, layers.Dense(1)(layers.Flatten()(image)))
    z = keras.Input([2])
    generator = keras.Model(z, layers.Reshape([6, 6, 1])(layers.Dense(36)(z)))
    with pytest.raises(ValueError, match="cells of 4 pixels; images are 6 x 6"):
        IGAN(generator, network, network)
