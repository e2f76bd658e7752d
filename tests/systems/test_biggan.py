"""BigGAN: hinge losses and the penalty by hand, steps of the power method, truncation, statistics."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers, ops
from PIL import Image
from tiny import descend, images_by_label, of_type, pixels, watch

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.models import build
from tfgan_zoo.layers import spectral
from tfgan_zoo.layers.attention import SelfAttention
from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.spectral import SpectralDense
from tfgan_zoo.random.truncation import truncated
from tfgan_zoo.systems.biggan import networks
from tfgan_zoo.systems.biggan.biggan import BigGAN

VALUES = np.array([-0.5, 0.25, 1.0])
OF_CLASS = np.array([0.0, -3.0, 0.5])
REAL, LABEL = np.array([0.1, -0.2, 0.3, 0.9]), np.array([2, 0, 0, 1])


def judge(slope=2.0, offset=0.5):
    """{"image": one pixel x, "label"} -> slope x + offset + OF_CLASS[label] x."""
    image, label = keras.Input([1, 1, 1], name="image"), keras.Input([], dtype="int32", name="label")
    x = layers.Flatten()(image)
    of_class = layers.Dense(1, use_bias=False, name="of_class")
    plain = layers.Dense(1, name="plain")
    logit = plain(x) + of_class(ops.one_hot(label, 3)) * x
    plain.kernel.assign([[slope]])
    plain.bias.assign([offset])
    of_class.kernel.assign(OF_CLASS[:, None])
    return keras.Model({"image": image, "label": label}, logit, name="discriminator")


def logits(x, label):
    return 2 * x + 0.5 + OF_CLASS[label] * x


def by_hand(d_steps=1, **arguments):
    return BigGAN(
        images_by_label(VALUES), judge(), d_steps=d_steps, classes=3, standing_batches=1, **arguments
    )


def batch(real=REAL, label=LABEL):
    return {"image": tf.constant(pixels(*real)), "label": tf.constant(label, tf.int32)}


def hinge(real, fake):
    return np.maximum(1 - real, 0).mean() + np.maximum(1 + fake, 0).mean()


def test_the_losses_are_hinges_of_logits_that_know_the_class():
    model = descend(by_hand(), rate=0.0)
    asked = watch(model.generator, lambda inputs: inputs["label"].numpy())
    logs = model.train_step(batch())
    in_d, in_g = asked
    expected = hinge(logits(REAL, LABEL), logits(VALUES[in_d], in_d))
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    np.testing.assert_allclose(logs["generator_loss"], -logits(VALUES[in_g], in_g).mean(), rtol=1e-5)


def test_each_step_of_the_discriminator_has_reals_of_its_own_and_fakes_with_their_labels():
    model = descend(by_hand(d_steps=2), rate=0.0)
    asked = watch(model.generator, lambda inputs: inputs["label"].numpy())
    shown = watch(
        model.discriminator, lambda inputs: (inputs["image"].numpy().ravel(), inputs["label"].numpy())
    )
    model.train_step(batch())
    assert model.batches_per_step == 2 and len(shown) == 3
    for place in (0, 1):
        images, labels = shown[place]
        expected = np.concatenate([REAL[place::2], VALUES[asked[place]]])
        np.testing.assert_allclose(images, expected, rtol=1e-6)
        np.testing.assert_array_equal(labels, [*LABEL[place::2], *asked[place]])
    np.testing.assert_allclose(shown[2][0], VALUES[asked[2]], rtol=1e-6)
    assert len({tuple(labels) for labels in asked}) > 1


def test_the_classes_of_fakes_are_uniform_whatever_the_reals_are():
    model = descend(by_hand(), rate=0.0)
    asked = watch(model.generator, lambda inputs: inputs["label"].numpy())
    model.train_step(batch(np.zeros(3000), np.zeros(3000)))
    for labels in asked:
        np.testing.assert_allclose(np.bincount(labels), [1000] * 3, atol=5 * np.sqrt(3000 * 2 / 9))


def spectral_generator():
    """{"z": [B, 2], "label": [B]} -> a pixel, by way of two spectral outputs that are nearly alike."""
    z, label = keras.Input([2], name="z"), keras.Input([], dtype="int32", name="label")
    of_class = layers.Dense(2, use_bias=False, name="shared_embedding")(ops.one_hot(label, 3))
    hidden = SpectralDense(2, use_bias=False, name="hidden")
    x = layers.Reshape([1, 1, 1])(ops.sum(hidden(z + of_class), axis=1, keepdims=True))
    hidden.kernel.assign([[1.0, 3.0], [2.0, -1.0]])
    return keras.Model({"z": z, "label": label}, x, name="generator")


def test_the_generator_alone_pays_for_kernels_that_are_not_orthogonal_and_not_for_its_embedding():
    model = BigGAN(spectral_generator(), judge(0.0, 5.0), d_steps=1, orthogonal_weight=0.01, classes=3)
    model.discriminator.get_layer("of_class").kernel.assign(np.zeros([3, 1]))
    embedding = model.generator.get_layer("shared_embedding").kernel.numpy()
    descend(model, discriminator=0.0)
    logs = model.train_step(batch())
    # The product of the outputs' rows (1, 2) and (3, -1) is 1, either way round.
    assert float(logs["orthogonal_penalty"]) == 2
    assert float(logs["generator_loss"]) == -5
    # Logits that are always 5 give no other gradient than 4 beta (W W' * (1 - I)) W.
    expected = np.array([[1.0, 2.0], [3.0, -1.0]]) - 0.1 * 0.01 * 4 * np.array([[3.0, -1.0], [1.0, 2.0]])
    np.testing.assert_allclose(model.generator.get_layer("hidden").kernel.numpy().T, expected, rtol=1e-5)
    np.testing.assert_array_equal(model.generator.get_layer("shared_embedding").kernel.numpy(), embedding)


def tiny(**system):
    overrides = {f"system_args.{name}": value for name, value in system.items()}
    return build(load_config("biggan/fashion_mnist", overrides, smoke=True))


@pytest.mark.parametrize("d_steps", [1, 3])
def test_a_step_of_the_power_method_goes_before_each_update_of_the_discriminator_and_nowhere_else(d_steps):
    model = tiny(d_steps=d_steps)
    layer = spectral.layers_of(model.discriminator)[0]
    steps, applied = [], []
    for each in (*spectral.layers_of(model.discriminator), *spectral.layers_of(model.generator)):
        each.power_step = lambda each=each: steps.append((each, len(applied)))
    apply = model.apply
    model.apply = lambda gradients, when=None: (applied.append(*gradients), apply(gradients, when))
    rng = np.random.default_rng(0)
    data = {
        "image": rng.uniform(-1, 1, (2 * d_steps, 8, 8, 1)).astype(np.float32),
        "label": np.zeros(2 * d_steps),
    }
    model.train_step(model.batch(data))
    assert applied == ["discriminator"] * d_steps + ["generator"]
    assert [count for each, count in steps if each is layer] == list(range(d_steps))
    taken = len(steps)
    assert taken == d_steps * sum(len(spectral.layers_of(n)) for n in (model.discriminator, model.generator))
    model.generate(2, seed=0)
    model.call({"z": tf.zeros([1, 4]), "label": tf.zeros([1], tf.int32)})
    assert len(steps) == taken


def test_the_logit_is_a_linear_function_of_the_sum_over_positions_and_a_projection_on_the_class():
    network = networks.discriminator(image_size=16, width=4, attention=8, channels=1, classes=3)
    images = np.random.default_rng(0).uniform(-1, 1, (3, 16, 16, 1)).astype(np.float32)
    labels = np.array([2, 0, 2])
    *_, last = of_type(network, layers.ReLU)
    maps = keras.Model(network.input, last.output)({"image": images, "label": labels}).numpy()
    assert maps.shape == (3, 4, 4, 8)
    of_class, psi = of_type(network, SpectralDense)
    assert (of_class.use_bias, psi.units) == (False, 1)
    psi.bias.assign([0.7])
    h = maps.sum(axis=(1, 2))
    vectors = of_class.kernel.numpy() / float(of_class.sigma())
    expected = h @ psi.kernel.numpy() / float(psi.sigma()) + 0.7
    expected += np.sum(vectors[labels] * h, axis=1, keepdims=True)
    np.testing.assert_allclose(network({"image": images, "label": labels}), expected, rtol=1e-4, atol=1e-5)


def test_the_generator_gives_each_block_its_chunk_of_z_beside_the_class():
    network = networks.generator(
        latent_dim=6, image_size=16, width=2, shared=5, attention=8, channels=1, classes=3
    )
    # Of the first dense layer, and of gain and bias of two norms in each of two blocks.
    dense = of_type(network, SpectralDense)
    assert [(layer.kernel.shape[0], layer.use_bias) for layer in dense] == [(2, True)] + [(7, False)] * 8
    assert network.get_layer("shared_embedding").kernel.shape == (3, 5)
    assert [layer.output.shape[1] for layer in of_type(network, SelfAttention)] == [8]
    norms = of_type(network, BatchNormalization)
    assert [norm.scale for norm in norms] == [False] * 4 + [True]
    kernels = [layer.kernel.numpy() for layer in spectral.layers_of(network)]
    for kernel in kernels:
        values = np.linalg.svd(kernel.reshape(-1, kernel.shape[-1]), compute_uv=False)
        np.testing.assert_allclose(values, 1, atol=1e-5)
    assert network.layers[-1].activation is keras.activations.tanh


@pytest.mark.parametrize(
    "size, blocks, halvings", [(16, [4, 8, 8], 2), (32, [16, 16, 16, 16], 2), (64, [4, 8, 16, 32, 64], 4)]
)
def test_the_tables_of_the_discriminator(size, blocks, halvings):
    network = networks.discriminator(image_size=size, width=4, attention=0)
    sums = of_type(network, layers.Add)[: len(blocks)]
    assert [layer.output.shape[-1] for layer in sums] == blocks
    assert sums[-1].output.shape[1] == size // 2**halvings


def test_the_papers_generator_at_128_has_six_chunks_and_attends_at_64():
    network = networks.generator(latent_dim=120, image_size=128, width=1)
    assert [layer.output.shape[1:3] for layer in of_type(network, SelfAttention)] == [(64, 64)]
    maps = [layer.output.shape[-1] for layer in of_type(network, layers.Add)]
    assert maps == [16, 8, 4, 2, 1]
    assert of_type(network, SpectralDense)[0].kernel.shape == (20, 4 * 4 * 16)


def test_sizes_and_latents_that_do_not_fit_are_refused():
    with pytest.raises(ValueError, match="images of 8, 16, 32, 64, 128, 256 pixels; got image_size=28"):
        networks.generator(image_size=28)
    with pytest.raises(ValueError, match="into 3 chunks here; latent_dim=50"):
        networks.generator(latent_dim=50, image_size=16)
    with pytest.raises(ValueError, match="standing_batches >= 1; got 0 and 1"):
        by_hand(d_steps=0)
    with pytest.raises(ValueError, match="got 2 and 0"):
        BigGAN(images_by_label(VALUES), judge(), classes=3, standing_batches=0)


def test_latents_are_truncated_where_they_are_served():
    model = BigGAN(images_by_label(VALUES, of_z=(1.0, 10.0)), judge(), classes=3)
    function, specs = model.signatures()["serving_default"]
    assert {name: spec.shape.as_list() for name, spec in specs.items()} == {
        "z": [None, 2],
        "label": [None],
        "truncation": [],
    }
    z, label = model.latents(50, 0), np.arange(50) % 3
    served = function({"z": tf.constant(z), "label": tf.constant(label), "truncation": tf.constant(0.5)})
    expected = VALUES[label] + truncated(z, 0.5).numpy() @ [1.0, 10.0]
    np.testing.assert_allclose(served["image"].numpy().ravel(), expected, rtol=1e-4, atol=1e-5)
    made = model.generate(50, seed=0, label=label, truncation=0.5)
    np.testing.assert_allclose(made, served["image"], atol=1e-5)


def test_a_picture_shows_the_same_latents_at_falling_truncation(tmp_path):
    model = BigGAN(images_by_label(np.zeros(3), of_z=(0.2, 0.2)), judge(), classes=3)
    model.save_samples(tmp_path / "samples.png", 2 * 3 * 4, 0, None)
    grid = np.asarray(Image.open(tmp_path / "samples.png")).astype(int)
    # Eight rows of three pixels, two wide each, and a border.
    found = np.abs(grid[::4, ::4] - 127.5)
    assert found.shape == (8, 3)
    spread = found.reshape(4, 6).mean(axis=1)
    assert (np.diff(spread) < 0).all() and spread[3] < spread[0] / 3


def test_samples_have_the_statistics_of_the_weights_that_make_them():
    """Averaged weights with the moving statistics of others would be badly normalised."""
    model = tiny()
    norm = of_type(model.generator, BatchNormalization)[0]
    moving = norm.moving_mean.numpy()
    with model.averaged():
        np.testing.assert_array_equal(norm.moving_mean.numpy(), moving)
    model.optimizers["generator"].iterations.assign(1)
    inputs = model.sampler.inputs_of(64, seed=model.seed)
    maps = keras.Model(model.generator.input, norm.input)(inputs).numpy()
    with model.averaged():
        np.testing.assert_allclose(norm.moving_mean.numpy(), maps.mean(axis=(0, 1, 2)), atol=1e-5)
        np.testing.assert_allclose(norm.moving_variance.numpy(), maps.var(axis=(0, 1, 2)), atol=1e-5)
    np.testing.assert_array_equal(norm.moving_mean.numpy(), moving)


def test_batches_need_labels():
    with pytest.raises(KeyError, match="the key 'label'; this one has image"):
        descend(by_hand()).train_on_batch({"image": batch()["image"]})
