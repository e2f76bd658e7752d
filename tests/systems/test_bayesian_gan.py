"""BayesianGAN: its losses and prior by hand, chains apart, and predictions by samples that are kept."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from scipy import special
from tiny import cross_entropy, heads, pixel_generator, pixels, softplus, watch, weights

from tfgan_zoo.core.optimizers import SGHMC
from tfgan_zoo.systems.bayesian_gan.bayesian_gan import DESCENT, SAMPLING, BayesianGAN

SLOPES, OFFSETS = np.array([1.0, -2.0, 0.5]), np.array([0.0, 0.3, -0.4])
FEATURE = np.array([3.0]), np.array([0.2])
REAL = np.array([0.1, -0.2, 0.3, 0.9])
LABELLED, LABEL = np.array([0.5, -0.7, 0.2, 0.5]), np.array([2, 0, 0, -1])
FAKES = np.array([0.6, -0.3, 0.8])


def by_hand(generator_rate=0.0, sampler=None, examples=20, **arguments):
    """Three generators, each of which always makes one of `FAKES`, and discriminators of linear logits."""
    discriminator = heads(logit=(SLOPES, OFFSETS), features=FEATURE)
    model = BayesianGAN(
        pixel_generator(0.0, 0.0),
        discriminator,
        examples,
        **{"generator_chains": 3, "discriminator_chains": 1, **arguments},
    )
    for generator, fake in zip(model.generators, FAKES):
        set_weights(generator, [[[0.0]], [fake]])
    for each in model.discriminators[1:]:
        set_weights(each, weights(discriminator))
    sgd = {"discriminator": keras.optimizers.SGD(0.0), "generator": keras.optimizers.SGD(generator_rate)}
    stages = [{"name": DESCENT, "steps": 2}, {"name": SAMPLING, "steps": 20, "optimizers": sampler or {}}]
    model.compile(sgd, stages=stages)
    return model


def set_weights(network, values):
    for variable, value in zip(network.trainable_variables, values, strict=True):
        variable.assign(value)


def batch():
    values = {
        "image": pixels(*REAL),
        "labelled_image": pixels(*LABELLED),
        "labelled_label": np.array(LABEL, np.int32),
    }
    return {key: tf.convert_to_tensor(value) for key, value in values.items()}


def logits(x):
    return np.outer(x, SLOPES) + OFFSETS


def real_logit(x):
    return special.logsumexp(logits(np.atleast_1d(x)), axis=1)


def energy(networks, examples, deviation):
    squares = sum(np.sum(value**2) for network in networks for value in weights(network))
    return squares / (2 * deviation**2 * examples)


@pytest.mark.parametrize("weight, factor", [(None, 3), (0.4, 0.4)])
@pytest.mark.parametrize("chains", [1, 2])
def test_the_discriminators_loss(weight, factor, chains):
    model = by_hand(unlabelled_weight=weight, discriminator_chains=chains, prior_deviation=0.7)
    logs = model.train_step(batch())
    labelled = cross_entropy(LABEL[:3], logits(LABELLED[:3])).mean()
    unlabelled = softplus(-real_logit(REAL)).mean() + softplus(real_logit(FAKES)).mean()
    expected = chains * (labelled + factor * unlabelled) + energy(model.discriminators, 20, 0.7)
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    found = [logs["labelled_loss"], logs["unlabelled_loss"]]
    np.testing.assert_allclose(found, [labelled, unlabelled], rtol=1e-5)


@pytest.mark.parametrize("feature_match", [0.0, 2.0])
@pytest.mark.parametrize("chains", [1, 2])
def test_the_generators_loss_is_the_sum_over_both_kinds_of_chains(feature_match, chains):
    model = by_hand(feature_match=feature_match, discriminator_chains=chains)
    logs = model.train_step(batch())
    deceit = softplus(-real_logit(FAKES)).sum()
    # Of the mean features, 3 x + 0.2; a difference is below 1, two are above.
    differences = np.abs(3 * (REAL.mean() - FAKES))
    distance = np.where(differences < 1, differences**2 / 2, differences - 0.5).sum()
    assert sorted(differences > 1) == [False, True, True]
    expected = chains * (deceit + feature_match * distance) + energy(model.generators, 20, 1.0)
    np.testing.assert_allclose(logs["generator_loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(logs["deceit_loss"], deceit / 3, rtol=1e-5)


def test_each_generator_follows_its_own_fakes_and_prior():
    model = by_hand(generator_rate=0.1, feature_match=0.0, discriminator_chains=2)
    model.train_step(batch())
    moved = [weights(generator)[1][0] for generator in model.generators]
    p = special.softmax(logits(FAKES), axis=1) @ SLOPES
    gradient = -2 * special.expit(-real_logit(FAKES)) * p + FAKES / 20
    np.testing.assert_allclose(moved, FAKES - 0.1 * gradient, rtol=1e-5)


def test_the_generators_see_latents_of_their_own():
    model = by_hand()
    seen = [watch(generator, lambda z: z.numpy().ravel()) for generator in model.generators]
    model.train_step(batch())
    drawn = [z for of_generator in seen for z in of_generator]
    assert len(drawn) == 6 and len(np.unique(np.concatenate(drawn))) == 24


def test_the_baseline_sees_nothing_but_the_labelled_and_keeps_the_prior():
    model = by_hand(supervised_only=True)
    shown = watch(model.discriminator, lambda image: image.numpy().ravel())
    logs = model.train_step(batch())
    [seen] = shown
    np.testing.assert_allclose(seen, LABELLED, rtol=1e-6)
    labelled = cross_entropy(LABEL[:3], logits(LABELLED[:3])).mean()
    expected = labelled + energy(model.discriminators, 20, 1.0)
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)


def probs(model, x=REAL):
    found = model.classify({"image": tf.constant(pixels(*x))})
    return found["class_probs"].numpy(), found["class_std"].numpy()


def shift(model, offset):
    """Gives class 0 of the first discriminator another offset; the probabilities that it then has, [B, K]."""
    offsets = np.array([offset, *OFFSETS[1:]])
    set_weights(model.discriminator, [FEATURE[0][None], FEATURE[1], SLOPES[None], offsets])
    return special.softmax(np.outer(REAL, SLOPES) + offsets, axis=1)


def step(model):
    model.enter_stage()
    model._train_once(batch())


def test_predictions_are_means_over_the_present_weights_and_the_samples_kept_while_it_samples():
    """Samples are those before steps 3, 6 and 9, and two are kept; those of descent are none."""
    model, expected = by_hand(samples=2, sample_every=3), {}
    for number in range(10):
        expected[number] = shift(model, float(number))
        step(model)
        there = [expected[each] for each in (9, 6, 3) if each <= number][:2] + [expected[number]]
        mean, deviation = probs(model)
        np.testing.assert_allclose(mean, np.mean(there, axis=0), rtol=1e-4)
        np.testing.assert_allclose(deviation, np.std(there, axis=0), atol=1e-5)


def test_without_kept_samples_the_chains_alone_predict():
    model = by_hand(samples=0, discriminator_chains=2, sample_every=1)
    moved = shift(model, 4.0)
    for _ in range(3):
        step(model)
    other = special.softmax(logits(REAL), axis=1)
    np.testing.assert_allclose(probs(model)[0], (moved + other) / 2, rtol=1e-4)


def test_permuted_chains_permute_outputs_and_leave_predictions():
    model = by_hand(discriminator_chains=2)
    shift(model, 2.0)
    z, numbers = model.latents(3, seed=0), np.arange(3)
    made, predicted = model.decode(z, generator_index=numbers), probs(model)
    np.testing.assert_allclose(made.ravel(), FAKES, rtol=1e-6)
    for chains in (model.generators, model.discriminators):
        values = [weights(each) for each in chains]
        for each, value in zip(chains, values[1:] + values[:1]):
            set_weights(each, value)
    np.testing.assert_allclose(model.decode(z, generator_index=(numbers - 1) % 3), made, rtol=1e-6)
    np.testing.assert_allclose(probs(model), predicted, atol=1e-6)


def test_the_stage_of_sampling_has_its_own_optimisers_whose_velocities_start_at_zero():
    sghmc = {player: SGHMC(20, 0.01, temperature=0.0) for player in ("discriminator", "generator")}
    model = by_hand(sampler=sghmc)
    for number in range(3):
        assert int(sghmc["generator"].iterations) == 0
        step(model)
    assert int(sghmc["generator"].iterations) == int(sghmc["discriminator"].iterations) == 1


@pytest.mark.parametrize("name, value", [("examples", 0), ("generator_chains", 0), ("samples", -1)])
def test_numbers_out_of_range_are_refused(name, value):
    with pytest.raises(ValueError, match=f"BayesianGAN needs {name} of .* got {value}"):
        by_hand(**{name: value})


def test_a_distance_of_features_takes_features():
    with pytest.raises(ValueError, match="feature_match=0"):
        BayesianGAN(pixel_generator(), heads(logit=(SLOPES, OFFSETS)), 20)
