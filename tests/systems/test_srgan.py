"""SRGAN: both stages by hand, what the second starts from, the residual paths, ranges, and sizes."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import of_type

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.layers.batch_norm import BatchNormalization
from tfgan_zoo.layers.frozen_features import FrozenFeatures
from tfgan_zoo.networks import features
from tfgan_zoo.systems.srgan import networks
from tfgan_zoo.systems.srgan.srgan import ADVERSARIAL, PRETRAINING, SRGAN, enlarged

SGD = keras.optimizers.SGD


def srgan(features=None, rates=(0.0, 0.0), blocks=1, **arguments):
    """Tiny networks for images of one channel, with the rates of the first stage and of the second."""
    generator = networks.generator(width=4, blocks=blocks, channels=1, last_size=3)
    discriminator = networks.discriminator(image_size=32, width=2, levels=1, hidden=4, channels=1)
    model = SRGAN(generator, discriminator, features, **arguments)
    first, second = rates
    stages = [
        {"name": PRETRAINING, "steps": 2},
        {"name": ADVERSARIAL, "steps": 2, "optimizers": {"generator": SGD(second)}},
    ]
    model.compile({"generator": SGD(first), "discriminator": SGD(second)}, stages=stages)
    return model


def pairs(n=4, seed=0):
    rng = np.random.default_rng(seed)
    condition, image = rng.uniform(0, 1, [n, 8, 8, 1]), rng.uniform(-1, 1, [n, 32, 32, 1])
    return {"condition": tf.constant(condition, tf.float32), "image": tf.constant(image, tf.float32)}


def logs(model, stage, batch):
    model.stage = stage
    return {name: float(value) for name, value in model.train_step(batch).items()}


def flat(model, value):
    """Makes the generator give one value everywhere."""
    kernel, bias = model.generator.trainable_variables[-2:]
    kernel.assign(tf.zeros(kernel.shape))
    bias.assign([value])


def blind(model):
    for variable in model.discriminator.trainable_variables[-2:]:
        variable.assign(tf.zeros(variable.shape))


def test_the_squared_error_by_hand():
    model, batch = srgan(), pairs()
    flat(model, 0.25)
    found = logs(model, PRETRAINING, batch)
    expected = np.mean((batch["image"].numpy() - 0.25) ** 2)
    assert found == {"generator_loss": pytest.approx(expected, rel=1e-5)}


def test_the_losses_of_the_second_stage_by_hand():
    """With logits of 0 both players are at log 2; without features the content is the squared error."""
    model, batch = srgan(adversarial_weight=0.5), pairs()
    flat(model, -0.5)
    blind(model)
    found = logs(model, ADVERSARIAL, batch)
    content = np.mean((batch["image"].numpy() + 0.5) ** 2)
    assert found == pytest.approx(
        {
            "discriminator_loss": 2 * np.log(2),
            "content_loss": content,
            "adversarial_loss": np.log(2),
            "generator_loss": content + 0.5 * np.log(2),
        },
        rel=1e-5,
    )


def test_content_is_compared_in_features_whose_unit_is_that_of_the_first_step():
    phi = FrozenFeatures("classifier/mnist", "relu_2")
    model, first, second = srgan(phi), pairs(), pairs(seed=1)
    flat(model, 0.25)
    image, fake = first["image"], tf.fill([4, 32, 32, 1], 0.25)
    squared = np.mean((image - fake) ** 2)
    assert logs(model, ADVERSARIAL, first)["content_loss"] == pytest.approx(squared, rel=1e-4)
    unit = squared / np.mean((phi(image) - phi(fake)) ** 2)
    expected = unit * np.mean((phi(second["image"]) - phi(fake)) ** 2)
    assert logs(model, ADVERSARIAL, second)["content_loss"] == pytest.approx(expected, rel=1e-4)


def test_an_image_has_no_distance_from_itself():
    image = pairs()["image"]
    for phi in (None, FrozenFeatures("classifier/mnist", "relu_2")):
        assert float(srgan(phi)._content(image, image)) == 0


def test_features_are_maps_after_their_activation():
    """Those before it are ESRGAN's."""
    spec = load_config("srgan/cifar10").networks["features"]
    phi = features.frozen(**spec.arguments)
    maps = phi(np.random.default_rng(0).uniform(-1, 1, [2, 32, 32, 3]).astype(np.float32)).numpy()
    assert maps.shape[1:3] == (16, 16) and maps.min() == 0 < maps.max()


def test_the_second_stage_starts_from_the_weights_of_the_first():
    model, data = srgan(rates=(0.1, 0.0)), tf.data.Dataset.from_tensors(pairs()).repeat()
    fresh = [v.numpy() for v in model.generator.trainable_variables]
    model.fit(data, steps_per_epoch=2, verbose=0)
    trained = [v.numpy() for v in model.generator.trainable_variables]
    assert all(np.abs(a - b).max() > 0 for a, b in zip(fresh, trained))
    model.fit(data, steps_per_epoch=2, verbose=0)
    assert model.stage == ADVERSARIAL
    # The rate of the second stage is 0, so that what it was given is what it has.
    for value, now in zip(trained, model.generator.trainable_variables):
        np.testing.assert_array_equal(value, now.numpy())


def test_srresnet_is_kept_as_the_first_stage_left_it():
    model = srgan(rates=(0.1, 0.1))
    data = tf.data.Dataset.from_tensors(pairs()).repeat()
    model.fit(data, steps_per_epoch=2, verbose=0)
    left = [value.copy() for value in model.generator.get_weights()]
    model.fit(data, steps_per_epoch=2, verbose=0)
    for value, kept in zip(left, model.srresnet.get_weights(), strict=True):
        np.testing.assert_array_equal(value, kept)
    assert any(np.abs(a - b).max() > 0 for a, b in zip(left, model.generator.get_weights()))
    # It belongs to no player, and shows as the generator itself before the second stage.
    assert not model.srresnet.trainable_variables


def test_without_its_residuals_a_generator_is_its_straight_path():
    """With the norms' scales at 0, what is added to the first maps is nothing."""
    model = srgan(blocks=2)
    straight = srgan(blocks=0)
    for each in (model, straight):
        for norm in of_type(each.generator, BatchNormalization):
            norm.gamma.assign(tf.zeros(norm.gamma.shape))
    outside = [layer for layer in model.generator.layers if layer.weights and layer not in _residual(model)]
    for layer, other in zip(outside, [x for x in straight.generator.layers if x.weights], strict=True):
        other.set_weights(layer.get_weights())
    small = pairs()["condition"]
    np.testing.assert_allclose(model.generator(small), straight.generator(small), atol=1e-6)
    # The long skip alone would give the same for any input of the blocks, so the first maps must go through.
    assert np.std(model.generator(small)) > 1e-4


def _residual(model):
    """The layers with weights of the residual blocks: two convolutions, two norms and a PReLU each."""
    return [layer for layer in model.generator.layers if layer.weights][2:-7]


def test_sizes_are_any_and_images_in_range():
    model = srgan()
    flat(model, 3.0)
    small = np.random.default_rng(0).uniform(0, 1, [2, 5, 7, 1]).astype(np.float32)
    assert model.translate(small).shape == (2, 20, 28, 1)
    served = model({"condition": small})["image"].numpy()
    assert served.shape == (2, 20, 28, 1) and (served == 1).all()
    assert model.signatures()["serving_default"][1]["condition"].shape.as_list() == [None, None, None, 1]
    assert model.example_shapes == {"condition": (8, 8, 1), "image": (32, 32, 1)}
    with pytest.raises(ValueError, match=r"shape \[n, any, any, 1\]"):
        model.translate(np.zeros([1, 8, 8, 3]))


def test_bytes_become_0_to_1_where_they_are_small_images_and_minus_1_to_1_else():
    model = srgan()
    batch = {"condition": np.full([1, 8, 8, 1], 255, np.uint8), "image": np.zeros([1, 32, 32, 1], np.uint8)}
    found = model.batch(batch)
    assert float(found["condition"][0, 0, 0, 0]) == 1 and float(found["image"][0, 0, 0, 0]) == -1
    batch["condition"][:] = 0
    assert float(model.batch(batch)["condition"][0, 0, 0, 0]) == 0


def test_translating_moves_no_statistics():
    model = srgan()
    before = model.generator.get_weights()
    model.translate(pairs()["condition"])
    for value, now in zip(before, model.generator.get_weights()):
        np.testing.assert_array_equal(value, now)


def test_networks_are_those_of_figure_4():
    generator, discriminator = networks.generator(), networks.discriminator()
    assert len(of_type(generator, keras.layers.Conv2D)) == 1 + 2 * 16 + 1 + 2 + 1
    assert len(of_type(generator, BatchNormalization)) == 2 * 16 + 1
    # Table of parameters: SRResNet has about 1.5 million.
    assert 1.4e6 < generator.count_params() < 1.6e6
    convolutions = [layer for layer in discriminator.layers if isinstance(layer, keras.layers.Conv2D)]
    assert [layer.filters for layer in convolutions] == [64, 64, 128, 128, 256, 256, 512, 512]
    assert [layer.strides[0] for layer in convolutions] == [1, 2] * 4
    assert len(of_type(discriminator, BatchNormalization)) == 7


def test_bicubic_enlargement_of_a_flat_image():
    small = np.full([1, 2, 2, 3], 0.2, np.float32)
    np.testing.assert_allclose(enlarged(small, (8, 8)), np.full([1, 8, 8, 3], 51 / 127.5 - 1), atol=1e-6)
