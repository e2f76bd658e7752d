"""AdaGAN: the optimal weights by hand, who learns from what in which stage, and what the mixture draws."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import affine, constant, softplus, take_step, watch, weights

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.models import build
from tfgan_zoo.hub.weights import read_weights, write_weights
from tfgan_zoo.systems.adagan import adagan, networks
from tfgan_zoo.systems.adagan.adagan import AdaGAN, mixture_weights, optimal_weights, top_weights
from tfgan_zoo.training import preflight
from tfgan_zoo.training.run_folder import RunError

RATIOS = np.random.default_rng(0).uniform(0, 3, 50)


def test_a_mixture_that_is_right_everywhere_and_a_component_that_stands_alone_get_equal_weights():
    np.testing.assert_allclose(optimal_weights(np.ones(7), 0.3), np.full(7, 1 / 7))
    np.testing.assert_allclose(optimal_weights(RATIOS, 1.0), np.full(50, 1 / 50))


@pytest.mark.parametrize("order", [[0, 1, 2, 3], [2, 0, 3, 1]])
def test_optimal_weights_of_four_points(order):
    """h = 0, 0.5, 1, 4 and beta = 1/2: lambda is (1/2)(1 + 1.5/4) 4/3 = 11/12, between 1/2 and 4/2."""
    ratios = np.array([0, 0.5, 1, 4])[order]
    expected = np.array([11 / 12, 11 / 12 - 1 / 4, 11 / 12 - 1 / 2, 0]) / 2
    np.testing.assert_allclose(optimal_weights(ratios, 0.5), expected[order], rtol=1e-12)


@pytest.mark.parametrize("beta", [0.1, 0.5, 0.9])
def test_weights_sum_to_one_and_fall_with_the_ratio(beta):
    found = optimal_weights(RATIOS, beta)
    assert found.sum() == pytest.approx(1) and (found >= 0).all()
    assert (np.diff(found[np.argsort(RATIOS)]) <= 0).all()
    # Before they are normalised they sum to one, too, if the ratios' mean is one.
    ratios = RATIOS / RATIOS.mean()
    mixed = (1 - beta) * ratios / 50 + beta * optimal_weights(ratios, beta)
    # What is added levels the mixture over the data, wherever there is not too much already.
    level = mixed[optimal_weights(ratios, beta) > 0]
    np.testing.assert_allclose(level, level[0], rtol=1e-9)


def test_ratios_without_weights_are_told_of():
    assert optimal_weights(np.array([np.nan, 1.0]), 0.5) is None
    with pytest.warns(UserWarning, match="Component 2 has equal weights"):
        found = tiny(classifier=affine([[np.nan]])).weights_of(points(1, 2), 2)
    np.testing.assert_array_equal(found, [0.5, 0.5])


def test_the_top_share_has_equal_weights():
    np.testing.assert_allclose(top_weights(np.array([3.0, 0.1, 2.0, 0.2]), 0.5), [0, 0.5, 0, 0.5])
    np.testing.assert_allclose(top_weights(RATIOS, 1.0), np.full(50, 1 / 50))


def test_the_weights_of_a_mixture():
    for t in range(1, 6):
        np.testing.assert_allclose(mixture_weights(t, None, 5), [1 / t] * t + [0] * (5 - t))
    np.testing.assert_allclose(mixture_weights(3, 0.25, 4), [0.75 * 0.75, 0.25 * 0.75, 0.25, 0])


def points(*values):
    return np.array(values, np.float32)[:, None]


def tiny(components=3, stored=4, classifier=None, **arguments):
    """Generators of 5, discriminators 2 x and classifiers x, those of later components like the first."""
    networks = constant([5.0]), affine([[2.0]], [0.0]), classifier or affine([[1.0]], [0.0])
    model = AdaGAN(*networks, components=components, stored=stored, **arguments)
    for first, *others in (model.generators, model.discriminators, model.classifiers):
        for other in others:
            other.set_weights(first.get_weights())
    return model


def filled(examples, **arguments):
    """A model that has kept some examples."""
    model = tiny(stored=len(examples), **arguments)
    model.store.keep(tf.constant(examples))
    return model


def test_stages_alternate_and_players_are_numbered():
    model = tiny()
    stages = ("component_1", "classifier_2", "component_2", "classifier_3", "component_3")
    assert model.stage_names == stages
    assert list(model.players()) == [
        *(f"generator_{t}" for t in (1, 2, 3)),
        *(f"discriminator_{t}" for t in (1, 2, 3)),
        "classifier_2",
        "classifier_3",
    ]
    model.compile("sgd", stages=[{"name": name, "steps": 1} for name in stages])
    with pytest.raises(ValueError, match="trains in the stages component_1, classifier_2"):
        tiny().compile("sgd")
    with pytest.raises(ValueError, match="two components or more; got components=1"):
        tiny(components=1)


def test_every_component_and_every_classifier_is_a_fresh_network():
    pair = networks.generator(), networks.discriminator()
    model = AdaGAN(*pair, networks.discriminator(), components=3, stored=8)
    for several in (model.generators, model.discriminators, model.classifiers):
        kernels = [weights(network)[0] for network in several]
        assert all(not np.array_equal(one, other) for one, other in zip(kernels, kernels[1:]))
    assert len(model.generators) == 3 and len(model.classifiers) == 2
    names = [variable.path for player in model.players() for variable in model.player_variables(player)]
    assert len(set(names)) == len(names)


def descending(model, stage, **rates):
    stages = [{"name": name, "steps": 1} for name in model.stage_names]
    rates = {player: keras.optimizers.SGD(rates.get(player, 0.0)) for player in model.players()}
    model.compile(rates, stages=stages)
    model.stage = stage
    return model


def test_the_first_component_is_a_gan_on_the_data_as_they_are():
    model = descending(tiny(), "component_1", discriminator_1=0.1)
    logs = take_step(model, {"x": points(1, 2, 3, 4)})
    real, fake = 2 * np.arange(1, 5), 10
    np.testing.assert_allclose(logs["discriminator_loss"], softplus(-real).mean() + softplus(fake), rtol=1e-5)
    slope = 2 - 0.1 * (np.mean(-np.arange(1, 5) / (1 + np.exp(real))) + 5 / (1 + np.exp(-10)))
    np.testing.assert_allclose(weights(model.discriminators[0])[0], [[slope]], rtol=1e-5)
    offset = -0.1 * (np.mean(-1 / (1 + np.exp(real))) + 1 / (1 + np.exp(-10)))
    # The generator meets the discriminator that has moved.
    np.testing.assert_allclose(logs["generator_loss"], softplus(-5 * slope - offset), rtol=1e-4)
    np.testing.assert_array_equal(model.store.held(), points(1, 2, 3, 4))


def test_classifiers_tell_the_data_all_alike_from_the_mixture_of_the_components_before():
    model = filled(points(-9, -9, 7, 7))
    model.generators[0].layers[-1].bias.assign([6.0])
    model.stage = "component_2"
    model.begin_stage()
    assert model.store.weightings.numpy()[2:].sum() > 0.99
    descending(model, "classifier_3")
    seen = watch(model.classifiers[1], lambda x: x.numpy().ravel())
    logs = take_step(model, {"x": points(*range(200))})
    real, fake = seen
    np.testing.assert_array_equal(real, np.arange(200))
    # Both components, half and half, and not the third.
    np.testing.assert_allclose(np.mean(fake == 6), 0.5, atol=5 * np.sqrt(0.25 / 200))
    assert set(fake) == {5, 6}
    expected = softplus(-np.arange(200.0)).mean() + softplus(fake).mean()
    np.testing.assert_allclose(logs["classifier_loss"], expected, rtol=1e-5)


def test_a_later_component_sees_the_data_that_the_classifier_is_sure_of():
    """C = sigmoid(x) is near 1 at 3, where the mixture has nothing; of -9 there is too much already."""
    examples = points(3, 3, -9, 0)
    model = filled(examples)
    descending(model, "component_2")
    model.begin_stage()
    expected = optimal_weights(np.exp(-examples[:, 0]), 0.5)
    np.testing.assert_allclose(model.store.weightings.numpy(), expected, rtol=1e-5)
    assert expected[0] > expected[3] > expected[2] == 0
    seen = watch(model.discriminators[1], lambda x: x.numpy().ravel())
    take_step(model, {"x": np.full([3000, 1], 77, np.float32)})
    shares = [np.mean(seen[0] == value) for value in (3, 0)]
    np.testing.assert_allclose(shares, [2 * expected[0], expected[3]], atol=5 * np.sqrt(0.25 / 3000))
    assert set(seen[0]) == {0, 3}


def test_where_beta_is_constant_so_it_is_in_the_weights():
    examples = points(1, 2, 0, 0)
    model = filled(examples, beta=0.25)
    np.testing.assert_allclose(model.weights_of(examples, 3), optimal_weights(np.exp(-examples[:, 0]), 0.25))
    equal = filled(examples, top_share=1.0)
    np.testing.assert_allclose(equal.weights_of(examples, 3), np.full(4, 0.25))


def test_an_unrolled_generator_foresees_its_discriminator(monkeypatch):
    asked = []
    unroll = adagan.unroll

    def watched(optimizer, variables, loss, steps):
        asked.append((optimizer.name, steps))
        return unroll(optimizer, variables, loss, steps)

    monkeypatch.setattr(adagan, "unroll", watched)
    losses = {}
    for unrolled in (0, 1):
        model = descending(tiny(unrolled=unrolled), "component_1", discriminator_1=0.1)
        losses[unrolled] = float(take_step(model, {"x": points(1, 2, 3, 4)})["generator_loss"])
    assert asked == [("discriminator_1", 1)]
    # One update later the discriminator is surer that 5 is fake.
    assert losses[1] > losses[0]


def test_samples_are_of_the_mixture_or_of_the_component_that_is_asked_for():
    model = tiny()
    for k, generator in enumerate(model.generators):
        generator.layers[-1].bias.assign([float(k)])
        generator.layers[-1].kernel.assign([[0.0]])
    assert set(model.generate(50, seed=0).ravel()) == {0}
    model.mixture.assign(mixture_weights(2, 0.2, 3))
    drawn = model.generate(5000, seed=0).ravel()
    shares = np.bincount(drawn.astype(int)) / 5000
    np.testing.assert_allclose(shares, [0.8, 0.2], atol=5 * np.sqrt(0.16 / 5000))
    assert set(model.generate(5, component=2).ravel()) == {2}
    with pytest.raises(ValueError, match="'component' must be integers from 0 to 2"):
        model.generate(2, component=-1)
    inputs = {"z": tf.zeros([2000, 1]), "component": tf.constant([-1] * 1999 + [2])}
    served = model.call(inputs)["x"].numpy().ravel()
    np.testing.assert_allclose(np.bincount(served.astype(int)[:-1]) / 1999, [0.8, 0.2], atol=0.05)
    assert served[-1] == 2


def test_the_networks_of_the_release():
    generator, discriminator = networks.generator(hidden=400), networks.discriminator(hidden=400)
    assert [kernel.shape for kernel in weights(generator)[::2]] == [(5, 400), (400, 400), (400, 2)]
    assert [kernel.shape for kernel in weights(discriminator)[::2]] == [(2, 400), (400, 400), (400, 1)]
    for network in (generator, discriminator):
        assert weights(network)[2].std() == pytest.approx(0.8, rel=0.01)


def test_points_of_other_dimensions_are_told_with_the_key_to_set():
    config = load_config("adagan/random_gaussians", {"networks.generator.data_dim": 3}, smoke=True)
    with pytest.raises(RunError, match="generator is built for 3 .* Set networks.generator.data_dim=2"):
        preflight.examine(config, build(config))


def test_weights_are_written_without_the_data(tmp_path):
    model = build(load_config("adagan/random_gaussians", smoke=True))
    model.store.keep(tf.ones([32, 2]))
    write_weights(model, tmp_path / "model.weights.h5")
    assert len(model.store.held()) == 32
    read_weights(model, tmp_path / "model.weights.h5")
    assert len(model.store.held()) == 0 and not model.store.slots.numpy().any()


@pytest.mark.parametrize("settings", [{"beta": 0}, {"beta": 1.5}, {"top_share": 0}])
def test_shares_that_are_none_are_refused(settings):
    name, value = next(iter(settings.items()))
    with pytest.raises(ValueError, match=f"0 < {name} <= 1, or None; got {value}"):
        tiny(**settings)
