"""StyleGAN2-ADA: what the discriminator is shown, its regularisers, styles, noise and what is served."""

import contracts
import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from PIL import Image
from tiny import descend, of_type, softplus, take_step, watch

from tfgan_zoo.evaluation import PROTOCOLS
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.models import build
from tfgan_zoo.layers.adaptive_augmentation import AdaptiveAugmentation
from tfgan_zoo.layers.modulated import ModulatedConv2D
from tfgan_zoo.layers.noise_injection import NoiseInjection
from tfgan_zoo.layers.style_truncation import StyleTruncation
from tfgan_zoo.systems.stylegan2_ada import networks
from tfgan_zoo.systems.stylegan2_ada.evaluation import overfitting_of
from tfgan_zoo.systems.stylegan2_ada.stylegan2_ada import StyleGAN2ADA
from tfgan_zoo.systems.stylegan2_ada.styles import mixed

REAL = np.random.default_rng(0).uniform(-1, 1, (8, 1, 1, 1)).astype(np.float32)


def mapping():
    """w = 2 z."""
    z, psi = keras.Input([2], name="z"), keras.Input([], name="truncation_psi")
    dense = layers.Dense(2, use_bias=False)
    w = StyleTruncation(0.5)([dense(z), psi])
    dense.kernel.assign(2 * np.eye(2))
    return keras.Model({"z": z, "truncation_psi": psi}, w, name="mapping")


def synthesis():
    """An image of one pixel: a . w of the first layer + b . w of the second + 0.1 noise."""
    w, noise = keras.Input([2, 2], name="w"), keras.Input([1], name="noise")
    dense = layers.Dense(1, use_bias=False)
    x = dense(layers.Concatenate()([layers.Flatten()(w), noise]))
    dense.kernel.assign(np.reshape([*SLOPES, 0.1], [-1, 1]))
    return keras.Model({"w": w, "noise": noise}, layers.Reshape([1, 1, 1])(x), name="synthesis")


SLOPES = np.array([0.3, -0.2, 0.1, 0.4])


def judge(slope=2.0, offset=0.5):
    image = keras.Input([1, 1, 1], name="image")
    dense = layers.Dense(1)
    logit = dense(layers.Flatten()(image))
    dense.kernel.assign([[slope]])
    dense.bias.assign([offset])
    return keras.Model(image, logit, name="discriminator")


class Negative(AdaptiveAugmentation):
    """Turns every pixel's sign, whatever the numbers."""

    def call(self, images, numbers=None, training=False):
        return -images if training else images


def by_hand(augmentation=None, **arguments):
    settings = {"path_weight": 0.0, "style_mixing": 0.0, "r1_weight": 0.0} | arguments
    augmentation = augmentation or AdaptiveAugmentation(adjust_over=0)
    return StyleGAN2ADA(mapping(), synthesis(), judge(), augmentation, **settings)


def test_reals_and_fakes_are_judged_as_they_are_changed_and_so_is_what_moves_p():
    augmentation = Negative(adjust_over=80, interval=1, window=1)
    model = descend(by_hand(augmentation), rate=0.0)
    made, shown = [], watch(model.discriminator, lambda images: images.numpy().ravel())
    call = model.synthesis.call
    model.synthesis.call = lambda inputs, **options: made.append(call(inputs, **options)) or made[-1]
    logs = take_step(model, {"image": REAL})
    for_d, for_g = (image.numpy().ravel() for image in made)
    np.testing.assert_allclose(shown[0], -REAL.ravel(), rtol=1e-6)
    np.testing.assert_allclose(shown[1], -for_d, rtol=1e-6)
    np.testing.assert_allclose(shown[-1], -for_g, rtol=1e-6)
    logits = -2 * REAL.ravel() + 0.5
    loss = softplus(-logits).mean() + softplus(-2 * for_d + 0.5).mean()
    np.testing.assert_allclose(logs["discriminator_loss"], loss, rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], softplus(2 * for_g - 0.5).mean(), rtol=1e-5)
    np.testing.assert_allclose(logs["real_sign"], np.sign(logits).mean(), atol=1e-6)
    expected = 0.1 if np.sign(logits).mean() > 0.6 else 0.0
    assert float(model.augmentation.p) == pytest.approx(expected)


def test_a_generator_learns_through_the_changes():
    model = descend(by_hand(Negative(adjust_over=0)), rate=0.1, discriminator=0.0)
    before = model.synthesis.trainable_variables[0].numpy().ravel()
    seen = watch(
        model.synthesis, lambda inputs: np.concatenate([inputs["w"].numpy().reshape(8, 4), inputs["noise"]], axis=1)
    )
    take_step(model, {"image": REAL})
    inputs = seen[1]
    # The logit of an image x is -2 x + 0.5.
    logits = -2 * inputs @ before + 0.5
    slope = np.mean(-1 / (1 + np.exp(logits))[:, None] * -2 * inputs, axis=0)
    moved = model.synthesis.trainable_variables[0].numpy().ravel() - before
    np.testing.assert_allclose(moved, -0.1 * slope, rtol=1e-4, atol=1e-6)


def test_r1_is_of_the_images_as_they_were_and_is_taken_every_k_steps_k_times():
    class Doubled(AdaptiveAugmentation):
        def call(self, images, numbers=None, training=False):
            return 2 * images

    model = descend(by_hand(Doubled(adjust_over=0), r1_weight=0.5, r1_every=2), rate=0.01, generator=0.0)
    updates = []
    apply = model.apply
    model.apply = lambda gradients, when=None: updates.append((gradients, when)) or apply(gradients, when)
    logs = take_step(model, {"image": REAL})
    (main, _), (regular, due), _ = updates
    slope = float(model.discriminator.layers[-1].kernel[0, 0].numpy())
    before = slope + 0.01 * float(regular["discriminator"][0][0, 0])
    # The logit's slope by x is 2 w; R1 is (2 w)^2 / 2, and its gradient 4 w.
    assert bool(due)
    np.testing.assert_allclose(float(logs["r1_penalty"]), 2 * (2 * before) ** 2 / 2, rtol=1e-4)
    np.testing.assert_allclose(regular["discriminator"][0], [[2 * 0.5 * 4 * before]], rtol=1e-4)
    assert float(take_step(model, {"image": REAL})["r1_penalty"]) == 0 and not bool(updates[4][1])
    assert int(model.optimizers["discriminator"].iterations) == 3


def test_gamma_is_by_default_the_papers_rule():
    model = by_hand(r1_weight=None)
    assert float(model._gamma(tf.zeros([32, 16, 16, 3]))) == pytest.approx(0.0002 * 256 / 32)


def test_paths_are_held_to_their_running_mean():
    model = descend(by_hand(path_weight=2.0, path_every=4), rate=0.0)
    directions = []
    latents = model.noise().__class__.latents

    def noted(self, prior, shape):
        directions.append(latents(self, prior, shape))
        return directions[-1]

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("tfgan_zoo.random.noise.StepNoise.latents", noted)
        logs = take_step(model, {"image": REAL})
    # Half a batch; the Jacobian is SLOPES whatever w, its root mean square over two layers |SLOPES| / sqrt(2).
    assert directions[-1].shape == (4, 1, 1, 1)
    lengths = np.abs(directions[-1].numpy().ravel()) * np.sqrt(SLOPES @ SLOPES / 2)
    np.testing.assert_allclose(float(logs["path_length"]), 4 * lengths.mean(), rtol=1e-4)
    np.testing.assert_allclose(float(model.path_mean), 0.01 * lengths.mean(), rtol=1e-4)
    take_step(model, {"image": REAL})
    np.testing.assert_allclose(float(model.path_mean), 0.01 * lengths.mean(), rtol=1e-4)


def test_styles_are_mixed_from_a_layer_on_in_training_and_never_after_it():
    styles, others = np.zeros([3, 4, 2], np.float32), np.ones([3, 4, 2], np.float32)
    found = mixed(styles, others, np.array([1, 3, 4])).numpy()[..., 0]
    np.testing.assert_array_equal(found, [[0, 1, 1, 1], [0, 0, 0, 1], [0, 0, 0, 0]])
    model = descend(by_hand(style_mixing=0.5), rate=0.0)
    seen = watch(model.synthesis, lambda inputs: inputs["w"])
    take_step(model, {"image": np.zeros([2000, 1, 1, 1], np.float32)})
    share = np.mean(np.any(seen[0][:, 0] != seen[0][:, 1], axis=1))
    assert abs(share - 0.5) < 5 * np.sqrt(0.25 / 2000)
    seen.clear()
    model.generate(50, seed=0)
    model.call({"z": tf.zeros([2, 2])})
    assert all(np.array_equal(w[:, 0], w[:, 1]) for w in seen if not keras.backend.is_keras_tensor(w))


def test_the_mean_style_runs_in_training_alone():
    model = descend(by_hand(), rate=0.0)
    mean = of_type(model.mapping, StyleTruncation)[0].mean
    take_step(model, {"image": REAL})
    moved = mean.numpy()
    assert np.abs(moved).max() > 0
    model.generate(4, seed=0)
    np.testing.assert_array_equal(mean.numpy(), moved)


def test_what_is_served():
    model = by_hand()
    of_type(model.mapping, StyleTruncation)[0].mean.assign([1.0, -1.0])
    served = {name: function for name, (function, _) in model.signatures().items()}
    specs = model.signatures()["serving_default"][1]
    assert {name: spec.shape.as_list() for name, spec in specs.items()} == {
        "z": [None, 2],
        "truncation_psi": [],
        "noise_seed": [],
    }
    z = model.latents(6, 0) / 4
    noise = [model.noise_of(seed).numpy().item() for seed in (0, 5)]
    w = np.array([1.0, -1.0]) + 0.5 * (2 * z - [1.0, -1.0])
    whole = SLOPES[:2] + SLOPES[2:]
    made = served["serving_default"](
        {"z": tf.constant(z), "truncation_psi": tf.constant(0.5), "noise_seed": tf.constant(5)}
    )
    np.testing.assert_allclose(made["image"].numpy().ravel(), np.clip(w @ whole + 0.1 * noise[1], -1, 1), atol=1e-5)
    styles = served["map"]({"z": tf.constant(z)})["w"]
    np.testing.assert_allclose(styles, 2 * z, rtol=1e-6)
    again = served["synthesize"]({"w": styles})["image"]
    np.testing.assert_allclose(again, model.call({"z": tf.constant(z)})["image"], atol=1e-6)
    np.testing.assert_allclose(again, model.decode(z), atol=1e-6)
    np.testing.assert_allclose(model.decode(z, truncation_psi=0.0), model.decode(0 * z, truncation_psi=0.0), atol=1e-6)


def tiny():
    return build(load_config("stylegan2_ada/avatars", smoke=True))


def test_noise_of_a_seed_repeats_and_differs_between_seeds():
    model = tiny()
    first, second = (model.noise_of(seed).numpy() for seed in (1, 2))
    np.testing.assert_array_equal(first, model.noise_of(1))
    assert abs(np.corrcoef(first[0], second[0])[0, 1]) < 0.3
    np.testing.assert_array_equal(np.sort(first), np.sort(second))


def test_walks_in_either_space_begin_and_end_at_the_latents_and_keep_their_noise():
    model = tiny()
    for layer in of_type(model.synthesis, NoiseInjection):
        layer.gain.assign(0.5)
    ends = model.latents(4, 3)
    noise = model.sampler.inputs_of(2, 3)["noise"]
    for space in ("z", "w"):
        walk = model.interpolate(2, 3, seed=3, space=space).reshape(2, 3, 8, 8, 3)
        np.testing.assert_allclose(walk[:, 0], model.decode(ends[:2], noise=noise), atol=1e-5)
        np.testing.assert_allclose(walk[:, 2], model.decode(ends[2:], noise=noise), atol=1e-5)
    with pytest.raises(ValueError, match='space "z" or "w"; got \'x\''):
        model.interpolate(2, 3, space="x")


def test_the_picture_has_truncated_rows_and_mixed_ones(tmp_path):
    model = tiny()
    model.save_samples(tmp_path / "samples.png", 80, 0, None)
    picture = np.asarray(Image.open(tmp_path / "samples.png"))
    assert picture.shape == (2 * (8 * 9 - 1), 2 * (10 * 9 - 1), 3)
    # At psi = 0 all columns show the mean style.
    row = picture[2 * 27 : 2 * 35, : 2 * 89].astype(int)
    cells = [row[:, 18 * k : 18 * k + 16] for k in range(10)]
    assert np.abs(cells[0] - cells[9]).max() == 0


def test_the_papers_sizes():
    network = networks.synthesis(style_dim=8, image_size=16, base=64, largest=8)
    assert network.input["w"].shape == (None, 6, 8) and network.input["noise"].shape == (None, 16 + 2 * 64 + 2 * 256)
    convolutions = of_type(network, ModulatedConv2D)
    assert [layer.demodulate for layer in convolutions].count(False) == 3
    assert [layer.filters for layer in convolutions if layer.demodulate] == [8, 8, 8, 4, 4]
    assert [layer.start for layer in of_type(network, NoiseInjection)] == [0, 16, 80, 144, 400]
    config = load_config("stylegan2_ada/avatars")
    built = build(config)
    count = sum(int(np.prod(v.shape)) for player in built.players() for v in built.player_variables(player))
    assert 380_000 < count < 400_000
    maps = networks.mapping(latent_dim=3, style_dim=4, depth=2)
    assert [layer.rate_multiplier for layer in maps.layers if hasattr(layer, "rate_multiplier")] == [0.01, 0.01]


def test_each_layer_has_the_style_of_its_place():
    """With a gain on one layer's style alone, the image hangs on that layer; images on the next convolution's."""
    network = networks.synthesis(style_dim=2, image_size=8, base=16, largest=4)
    noise = np.zeros([1, network.input["noise"].shape[-1]], np.float32)
    w = np.random.default_rng(0).normal(size=(1, 4, 2)).astype(np.float32)
    plain = network({"w": w, "noise": noise})
    for place in range(4):
        other = w.copy()
        other[:, place] += 1
        assert np.abs(network({"w": other, "noise": noise}) - plain).max() > 1e-4


def test_the_discriminator_keeps_variances_and_may_leave_out_what_it_adds():
    for residual in (True, False):
        keras.utils.set_random_seed(0)
        network = networks.discriminator(image_size=16, base=512, largest=64, group=0, residual=residual)
        logits = network(np.random.default_rng(0).normal(size=(64, 16, 16, 3)).astype(np.float32))
        assert 0.1 < np.sqrt(np.mean(np.square(logits))) < 10


def test_overfitting_by_hand():
    assert overfitting_of([3.0, 1.0], [1.0, 1.0], [-2.0]) == pytest.approx(0.25)


def test_overfitting_is_measured_through_the_changes_on_weights_that_train():
    model = by_hand(Negative(adjust_over=0))
    images = np.linspace(-1, 1, 5, dtype=np.float32).reshape(5, 1, 1, 1)
    np.testing.assert_allclose(model.judge(images, 0), -2 * images.ravel() + 0.5, rtol=1e-5)
    config = load_config("stylegan2_ada/avatars", smoke=True)
    scores = PROTOCOLS["overfitting"](tiny(), config, None, samples=8, changes=2, split="train")
    values = {score["metric"]: score["value"] for score in scores}
    assert values["overfitting"] == 0 and values["augmentation_probability"] == 0.5
    assert scores[0]["protocol"]["n_train"] == 8
    plain = build(load_config("dcgan/fashion_mnist_10k", smoke=True))
    [condition] = PROTOCOLS["overfitting"].needs
    with pytest.raises(ValueError, match="DCGAN has no discriminator of augmented images"):
        condition(plain, config, {})


def test_the_training_images_are_250_and_the_held_out_ones_others():
    config = load_config("stylegan2_ada/avatars")
    assert (config.data.split, config.data.take) == ("train[:125]", None)


def test_rates_are_those_of_lazy_regularisation():
    model = build(load_config("stylegan2_ada/avatars"))
    for player, every in (("discriminator", 16), ("generator", 4)):
        optimizer, share = model.optimizers[player], every / (every + 1)
        assert float(optimizer.learning_rate) == pytest.approx(0.0025 * share)
        assert (optimizer.beta_1, optimizer.beta_2) == (0, pytest.approx(0.99**share))
    assert model.r1_every == model.optimizers["discriminator"].every
    assert ops.convert_to_numpy(model.optimizers["generator"].ema_half_life) * 32 == 20_000


def test_path_lengths_and_mixed_styles_are_the_same_on_two_replicas():
    """What the configs leave out, and their contracts with it."""
    asked = {"path_weight": 2.0, "path_every": 1, "style_mixing": 0.9}
    overrides = {f"system_args.{name}": value for name, value in asked.items()}
    contracts.replicas_agree(load_config("stylegan2_ada/avatars", overrides, smoke=True))
