"""GoGAN: the ranking loss by hand, who moves in which stage and from where, the margin, what is served."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import affine, constant, take_step, watch, weights

from tfgan_zoo.systems.gogan.gogan import GoGAN


def points(*values):
    return np.array(values, np.float32)[:, None]


def tiny(fake=5.0, slope=2.0, **arguments):
    """Generators that always make `fake` against critics slope x + 1."""
    settings = {"n_critic": 1, "clip": 100.0, **arguments}
    model = GoGAN(constant([fake]), affine([[slope]], [1.0]), **settings)
    for first, *others in (model.generators, model.critics):
        for other in others:
            other.set_weights(first.get_weights())
    return model


def descending(model, stage, **rates):
    stages = [{"name": name, "steps": 1} for name in model.stage_names]
    rates = {player: keras.optimizers.SGD(rates.get(player, 0.0)) for player in model.players()}
    model.compile(rates, stages=stages)
    model.stage = stage
    return model


def test_the_warm_up_is_a_wgan_and_half_its_mean_gap_is_the_margin():
    model = descending(tiny(fake=1.0, measure_margin=True), "warm_up", critic_1=0.1)
    logs = take_step(model, {"x": points(2, 4)})
    # Scores of 5 and 9 on average 7, and of 3.
    assert float(logs["critic_loss"]) == -4 and float(logs["gap"]) == 4
    assert float(model.epsilon.numpy()) == 2
    slope = 2 + 0.1 * (3 - 1)
    np.testing.assert_allclose(weights(model.critics[0])[0], [[slope]], rtol=1e-6)
    np.testing.assert_allclose(logs["generator_loss"], -(slope + 1), rtol=1e-6)
    logs = take_step(model, {"x": points(7, 7)})
    np.testing.assert_allclose(logs["gap"], 6 * slope, rtol=1e-6)
    np.testing.assert_allclose(model.epsilon.numpy(), (4 + 6 * slope) / 4, rtol=1e-6)
    # After the warm-up it stays.
    model.stage = "stage_1"
    take_step(model, {"x": points(2, 4)})
    np.testing.assert_allclose(model.epsilon.numpy(), (4 + 6 * slope) / 4, rtol=1e-6)


def test_every_critic_step_of_the_warm_up_counts_and_older_ones_fade():
    model = descending(tiny(fake=0.0, slope=1.0, n_critic=2, measure_margin=True), "warm_up")
    take_step(model, {"x": points(1, 5, 1, 5)})
    take_step(model, {"x": points(3, 9, 3, 9)})
    mean = (1 + 5 + 3 + 9) / 4
    assert float(model.epsilon.numpy()) == pytest.approx(mean / 2)
    model.step.assign(5000)
    take_step(model, {"x": points(1000, 1000)})
    assert float(model.epsilon.numpy()) == pytest.approx((0.999**2 * mean + (0.999 + 1) * 1) / 2)


def test_the_first_stage_by_hand():
    """Scores of 5, 9 and 13 for reals, 3 for the sample and a margin of 6: pairs lack 4, 0 and -4."""
    model = descending(tiny(fake=1.0, margin=6.0), "stage_1", critic_1=0.1, generator_1=0.1)
    logs = take_step(model, {"x": points(2, 4, 6)})
    assert float(logs["critic_loss"]) == pytest.approx(4 / 3)
    # Only the pair of the real 2 has a gradient, (1 - 2) / 3 by the slope; that of 4 lies just on its margin.
    slope = 2 + 0.1 * (2 - 1) / 3
    np.testing.assert_allclose(weights(model.critics[0])[0], [[slope]], rtol=1e-6)
    np.testing.assert_allclose(logs["generator_loss"], -(slope + 1), rtol=1e-6)
    np.testing.assert_allclose(weights(model.generators[0])[1], [1 + 0.1 * slope], rtol=1e-6)


def test_a_later_stage_ranks_reals_above_new_samples_above_old_ones():
    """Reals 2 and 6 score 5 and 13, new samples of 2 score 5, old ones of -1 score -1; margins of 4 and 8."""
    model = tiny(fake=-1.0, margin=4.0)
    model.generators[1].layers[-1].bias.assign([2.0])
    # The old critic has no say.
    model.critics[0].layers[-1].kernel.assign([[50.0]])
    descending(model, "stage_2", critic_2=0.1)
    logs = take_step(model, {"x": points(2, 6)})
    of_new, of_old = [4, 0], [2, 0]
    assert float(logs["critic_loss"]) == pytest.approx(np.mean(of_new) + np.mean(of_old) / 2)
    assert float(logs["gap"]) == 4 and float(logs["gap_before"]) == 10
    # By the slope: (2 - 2) / 2 of the new pair, half of (-1 - 2) / 2 of the old one.
    slope = 2 + 0.1 * 3 / 4
    np.testing.assert_allclose(weights(model.critics[1])[0], [[slope]], rtol=1e-6)


def test_pairs_beyond_their_margins_move_nothing():
    model = tiny(fake=-1.0, margin=1.0)
    model.generators[1].layers[-1].bias.assign([2.0])
    descending(model, "stage_2", critic_2=0.1)
    logs = take_step(model, {"x": points(3, 4, 50)})
    assert float(logs["critic_loss"]) == 0
    np.testing.assert_array_equal(weights(model.critics[1])[0], [[2.0]])


def test_a_stage_goes_on_from_the_one_before_which_stays_as_it_is():
    networks = affine([[0.7]], [0.1], name="generator"), affine([[0.3]], [0.2], name="critic")
    model = descending(GoGAN(*networks, margin=1.0, n_critic=1), "stage_2", critic_2=0.1, generator_2=0.1)
    assert not np.array_equal(weights(model.generators[1])[0], weights(model.generators[0])[0])
    model.begin_stage()
    assert model.latest.numpy() == 2
    for several in (model.generators, model.critics):
        np.testing.assert_array_equal(*[weights(network)[0] for network in several])
    before = [value for network in networks for value in weights(network)]
    take_step(model, {"x": points(20, 30)})
    for value, now in zip(before, [value for network in networks for value in weights(network)], strict=True):
        np.testing.assert_array_equal(value, now)
    assert not np.array_equal(*[weights(network)[0] for network in model.generators])


def test_both_generators_read_the_same_latents_and_each_critic_step_its_own():
    model = descending(GoGAN(affine([[1.0]]), affine([[1.0]]), margin=1.0, n_critic=2), "stage_2")
    model.begin_stage()
    seen = watch(model.critics[1], lambda x: x.numpy().ravel().tolist())
    take_step(model, {"x": points(0, 1, 2, 3)})
    (real, new, old), (next_real, next_new, next_old) = seen[:3], seen[3:6]
    assert (real, next_real) == ([0, 2], [1, 3]) and new == old and next_new == next_old
    assert len({tuple(each) for each in (new, next_new, seen[6])}) == 3
    assert model.batches_per_step == 2


def test_every_critic_step_ends_within_the_box():
    model = descending(tiny(fake=0.0, slope=0.5, margin=9.0, clip=0.1), "stage_1", critic_1=1.0)
    take_step(model, {"x": points(3, 5)})
    np.testing.assert_allclose([weights(model.critics[0])[k].item() for k in (0, 1)], [0.1, 0.1])


def test_stages_and_players():
    model = tiny(stage_count=3, measure_margin=True)
    assert model.stage_names == ("warm_up", "stage_1", "stage_2", "stage_3")
    assert tiny().stage_names == ("stage_1", "stage_2")
    assert list(model.players()) == [*(f"critic_{i}" for i in (1, 2, 3)), *(f"generator_{i}" for i in (1, 2, 3))]
    port = GoGAN(constant([0.0]), affine([[1.0]]))
    assert (port.margin, port.clip, port.n_critic) == (1, 0.1, 5)


def test_a_warm_up_that_gives_no_margin_is_told_of():
    model = descending(tiny(measure_margin=True), "stage_1")
    with pytest.warns(UserWarning, match="give warm_up more steps, or set margin"):
        model.begin_stage()


def test_samples_are_of_the_latest_stage_or_of_the_one_that_is_asked_for():
    model = tiny()
    for value, generator in enumerate(model.generators, 1):
        generator.layers[-1].bias.assign([float(value)])
    assert set(model.generate(5, seed=0).ravel()) == {1}
    with pytest.raises(ValueError, match="'stage' must be integers from 1 to 1"):
        model.generate(2, stage=2)
    model.latest.assign(2)
    assert set(model.generate(5, seed=0).ravel()) == {2}
    assert set(model.generate(5, seed=0, stage=1).ravel()) == {1}
    served = model.call({"z": tf.zeros([3, 1]), "stage": tf.constant([1, 2, 0])})["x"]
    np.testing.assert_array_equal(served, points(1, 2, 2))


def test_the_critics_of_all_stages_are_served():
    model = tiny()
    model.critics[1].layers[-1].kernel.assign([[3.0]])
    function, specs = model.signatures()["critics"]
    assert specs["x"].shape.as_list() == [None, 1]
    np.testing.assert_allclose(function({"x": tf.constant(points(0, 2))})["scores"], [[1, 1], [5, 7]])


@pytest.mark.parametrize("name", ["stage_count", "margin", "n_critic", "clip"])
def test_settings_without_sense_are_refused(name):
    with pytest.raises(ValueError, match=f"{name} > 0; got 0"):
        tiny(**{name: 0})
