"""InfoGAN: the bound by hand on one-pixel images, who learns from it, the codes' priors, appendix C.1."""

import keras
import numpy as np
import pytest
import scipy.stats
import tensorflow as tf
from keras import layers
from PIL import Image
from tiny import affine, cross_entropy, descend, heads, of_type, pixels, softplus, watch, weights

from tfgan_zoo.systems.infogan import networks as infogan
from tfgan_zoo.systems.infogan.infogan import InfoGAN
from tfgan_zoo.utils import pictures

# The pixel is z + OF_CATEGORY[c1] + OF_CONTINUOUS . c.
OF_CATEGORY, OF_CONTINUOUS = np.array([-0.5, 0.25, 1.0]), np.array([0.5, -0.25])
SLOPES, OFFSETS = np.array([1.0, -2.0, 0.5]), np.array([0.0, 0.3, -0.4])
MEANS, AT = np.array([0.7, 0.2]), np.array([0.1, -0.3])
REAL = np.array([0.1, -0.2, 0.3, 0.9])


def generator(of_z=1.0):
    inputs = {
        "z": keras.Input([1], name="z"),
        "category": keras.Input([], dtype="int32", name="category"),
        "continuous": keras.Input([2], name="continuous"),
    }
    one_hot = keras.ops.one_hot(inputs["category"], 3)
    x = layers.Concatenate()([inputs["z"], one_hot, inputs["continuous"]])
    pixel = affine(np.array([[of_z, *OF_CATEGORY, *OF_CONTINUOUS]]).T)(x)
    return keras.Model(inputs, layers.Reshape([1, 1, 1])(pixel), name="generator")


def by_hand(logit=(2.0, 0.5), **arguments):
    discriminator = heads(
        logit=([logit[0]], [logit[1]]),
        category_logits=(SLOPES, OFFSETS),
        continuous_mean=(MEANS, AT),
    )
    return InfoGAN(generator(), discriminator, **arguments)


def batch(*real):
    return {"image": tf.constant(pixels(*(real or REAL)))}


def pixel_of(code):
    return code["z"][:, 0] + OF_CATEGORY[code["category"]] + code["continuous"] @ OF_CONTINUOUS


def unread(x, code):
    """-E log Q(c1 | x) and -E log Q(c2, c3 | x), the latter less log(2 pi)."""
    category = cross_entropy(code["category"], np.outer(x, SLOPES) + OFFSETS).mean()
    missed = np.outer(x, MEANS) + AT - code["continuous"]
    normal = scipy.stats.norm.logpdf(missed).sum(axis=1).mean() + np.log(2 * np.pi)
    return category, -normal


def codes(model):
    return watch(model.generator, lambda inputs: {name: np.asarray(v) for name, v in inputs.items()})


@pytest.mark.parametrize("information", [1.0, 0.3, 0.0])
def test_the_losses_are_equation_6(information):
    model = descend(by_hand(information=information), rate=0.0)
    drawn = codes(model)
    logs = model.train_step(batch())
    x = pixel_of(drawn[0])
    game = softplus(-(2 * REAL + 0.5)).mean() + softplus(2 * x + 0.5).mean()
    np.testing.assert_allclose(logs["discriminator_loss"], game + sum(unread(x, drawn[0])), rtol=1e-5)
    x = pixel_of(drawn[1])
    category, continuous = unread(x, drawn[1])
    game = softplus(-(2 * x + 0.5)).mean()
    expected = game + information * (category + continuous)
    np.testing.assert_allclose(logs["generator_loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(logs["category_bound"], np.log(3) - category, rtol=1e-4)
    np.testing.assert_allclose(logs["continuous_loss"], continuous, rtol=1e-5)


def test_the_bound_is_the_codes_entropy_where_it_is_read_without_fault():
    model = by_hand()
    model.discriminator.get_layer("category_logits").kernel.assign([[0.0, 0.0, 0.0]])
    model.discriminator.get_layer("category_logits").bias.assign([0.0, 0.0, 0.0])
    logs = descend(model, rate=0.0).train_step(batch())
    np.testing.assert_allclose(logs["category_bound"], 0, atol=1e-6)
    # A pixel of -1000, 0 or 1000, and logits in which that of the category leads by far.
    kernel = np.array([[0.0, -1000.0, 0.0, 1000.0, 0.0, 0.0]]).T
    model.generator.layers[-2].layers[-1].kernel.assign(kernel)
    model.discriminator.get_layer("category_logits").kernel.assign([[-1.0, 0.0, 1.0]])
    model.discriminator.get_layer("category_logits").bias.assign([0.0, 500.0, 0.0])
    np.testing.assert_allclose(model.train_step(batch())["category_bound"], np.log(3), rtol=1e-6)


def test_the_generator_learns_its_code_only_with_information():
    """A D that says nothing of the source leaves the code's readers as G's only teacher."""
    moved = {}
    for information in (0.0, 1.0):
        model = descend(by_hand(logit=(0.0, 0.0), information=information), discriminator=0.0)
        before = weights(model.generator)[0]
        model.train_step(batch())
        moved[information] = np.abs(weights(model.generator)[0] - before).max()
        np.testing.assert_array_equal(
            model.discriminator.get_layer("category_logits").bias, OFFSETS.astype(np.float32)
        )
    assert moved[0.0] == 0 and moved[1.0] > 1e-3


def test_a_generator_step_makes_its_code_easier_to_read():
    model = descend(by_hand(logit=(0.0, 0.0)), discriminator=0.0)
    drawn = codes(model)
    before = model.train_step(batch(*[0.0] * 500))
    code = drawn[1]
    after = sum(unread(model.generator(code).numpy().ravel(), code))
    assert after < np.log(3) - float(before["category_bound"]) + float(before["continuous_loss"])


def test_the_readers_learn_without_information_too_and_from_fakes_alone():
    """The paper's baseline; and nobody knows the code of a real image."""
    found = []
    for real in ([0.1, 0.9, 0.3], [-9.0, 2.0, 5.0]):
        model = descend(by_hand(information=0.0), generator=0.0)
        drawn = codes(model)
        model.train_step(batch(*real))
        x, code = pixel_of(drawn[0]), drawn[0]
        logits = np.outer(x, SLOPES) + OFFSETS
        shares = np.exp(logits) / np.exp(logits).sum(axis=1, keepdims=True)
        pull = (shares - np.eye(3)[code["category"]]).mean(axis=0)
        missed = (np.outer(x, MEANS) + AT - code["continuous"]).mean(axis=0)
        heads = [model.discriminator.get_layer(n).bias.numpy() for n in ("category_logits", "continuous_mean")]
        np.testing.assert_allclose(heads[0], OFFSETS - 0.1 * pull, rtol=1e-4)
        np.testing.assert_allclose(heads[1], AT - 0.1 * missed, rtol=1e-4)
        found.append(float(model.discriminator.get_layer("logit").bias[0]))
    assert found[0] != found[1]


def test_the_code_is_given_to_the_generator_alone():
    for network in (by_hand().discriminator, infogan.discriminator(width=2, hidden=2, image_size=8)):
        assert isinstance(network.input, keras.KerasTensor) and len(network.input.shape) == 4


def test_labels_are_not_looked_at():
    model, again = descend(by_hand()), descend(by_hand())
    labels = {"label": tf.constant([0, 1, 2, 3])}
    logs = model.train_step(batch()), again.train_step({**batch(), **labels})
    assert [float(v) for v in logs[0].values()] == [float(v) for v in logs[1].values()]


@pytest.fixture(scope="module")
def many():
    """The codes of both players' updates in a step of 3000 examples."""
    model = descend(by_hand(), rate=0.0)
    drawn = codes(model)
    model.train_step(batch(*[0.0] * 3000))
    return drawn


def test_codes_come_from_their_priors(many):
    for code in many:
        np.testing.assert_allclose(
            np.bincount(code["category"]), [1000] * 3, atol=5 * np.sqrt(3000 * 2 / 9)
        )
        assert code["continuous"].shape == (3000, 2)
        for column in code["continuous"].T:
            assert scipy.stats.kstest(column, "uniform", (-1, 2)).pvalue > 1e-3
        assert scipy.stats.kstest(code["z"][:, 0], "norm").pvalue > 1e-3


def test_parts_of_the_code_and_updates_are_independent(many):
    columns = np.stack(
        [np.column_stack([c["z"], c["category"], c["continuous"]]) for c in many], axis=1
    ).reshape(3000, -1)
    correlations = np.corrcoef(columns.T) - np.eye(8)
    assert np.abs(correlations).max() < 4.5 / np.sqrt(3000)


def test_codes_that_nobody_asks_for_are_drawn_from_the_priors_too():
    drawn = by_hand().sampler.inputs_of(3000, 4)
    np.testing.assert_allclose(np.bincount(drawn["category"]), [1000] * 3, atol=5 * np.sqrt(3000 * 2 / 9))
    for column in drawn["continuous"].T:
        assert scipy.stats.kstest(column, "uniform", (-1, 2)).pvalue > 1e-3
    assert abs(np.corrcoef(drawn["continuous"].T)[0, 1]) < 4.5 / np.sqrt(3000)


def test_some_codes_may_be_given_and_the_others_are_drawn():
    model = by_hand()
    code = {**model.sampler.inputs_of(5, 3), "category": np.full(5, 2)}
    np.testing.assert_allclose(model.generate(5, seed=3, category=2).ravel(), pixel_of(code), rtol=1e-5)
    code["continuous"] = np.array([[1.0, -1.0]] * 5)
    found = model.generate(5, seed=3, category=2, continuous=[1.0, -1.0])
    np.testing.assert_allclose(found.ravel(), pixel_of(code), rtol=1e-5)
    with pytest.raises(ValueError, match="'category' must be integers from 0 to 2"):
        model.generate(5, seed=3, category=3)


def test_the_picture_has_a_row_for_each_category(tmp_path):
    model = by_hand()
    model.picture(tmp_path / "grid.png", None)
    z = model.latents(5, seed=0)
    continuous = np.zeros([10, 2])
    continuous[5:, 0] = [-2, -1, 0, 1, 2]
    rows = [
        pixel_of({"z": np.vstack([z, [z[0]] * 5]), "category": [c] * 10, "continuous": continuous})
        for c in range(3)
    ]
    expected = pictures.grid(pixels(*np.ravel(rows)), columns=10)[::2, ::2, 0]
    found = np.array(Image.open(tmp_path / "grid.png"))[::4, ::4]
    np.testing.assert_allclose(found.astype(int), expected, atol=1)


def test_the_reading_is_served():
    function, specs = by_hand().signatures()["encode"]
    assert specs["image"].shape.as_list() == [None, 1, 1, 1]
    served = function({"image": tf.constant(pixels(*REAL))})
    np.testing.assert_allclose(served["category_logits"], np.outer(REAL, SLOPES) + OFFSETS, rtol=1e-5, atol=1e-6)
    np.testing.assert_allclose(served["continuous_mean"], np.outer(REAL, MEANS) + AT, rtol=1e-5, atol=1e-6)


def test_the_generator_of_appendix_c():
    network = infogan.generator()
    dense = of_type(network, layers.Dense)
    assert [(layer.input.shape[-1], layer.units) for layer in dense] == [(74, 1024), (1024, 7 * 7 * 128)]
    convolutions = of_type(network, layers.Conv2DTranspose)
    assert [layer.filters for layer in convolutions] == [64, 1]
    assert {(layer.kernel_size, layer.strides) for layer in convolutions} == {((4, 4), (2, 2))}
    assert len(of_type(network, layers.BatchNormalization)) == len(of_type(network, layers.ReLU)) == 3
    assert network.output_shape == (None, 28, 28, 1)
    assert [layer.activation.__name__ for layer in of_type(network, layers.Activation)] == ["sigmoid"]


def test_the_discriminator_and_q_of_appendix_c():
    network = infogan.discriminator()
    convolutions = of_type(network, layers.Conv2D)
    assert [layer.filters for layer in convolutions] == [64, 128]
    assert {(layer.kernel_size, layer.strides) for layer in convolutions} == {((4, 4), (2, 2))}
    dense = {(layer.input.shape[-1], layer.units) for layer in of_type(network, layers.Dense)}
    # The trunk and D's head; Q's own layer, its logits and its means.
    assert dense == {(7 * 7 * 128, 1024), (1024, 1), (1024, 128), (128, 10), (128, 2)}
    assert len(of_type(network, layers.BatchNormalization)) == 3
    slopes = [float(layer.negative_slope) for layer in of_type(network, layers.LeakyReLU)]
    np.testing.assert_allclose(slopes, [0.1] * 4)
    assert isinstance(network.layers[2], layers.LeakyReLU)


def test_sizes_that_do_not_double_twice_are_refused():
    with pytest.raises(ValueError, match="image_size=30 is no 4 k"):
        infogan.generator(image_size=30)
