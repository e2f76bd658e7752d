"""pix2pix: equation 4 by hand, who sees the condition, jitter of a pair as one, noise at test time."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import watch

from tfgan_zoo.networks import patchgan, unet
from tfgan_zoo.systems.pix2pix.pix2pix import Pix2Pix

SIDE = 8


def pix2pix(conditional=True, **arguments):
    generator = unet.generator(
        image_size=SIDE, width=2, levels=2, channels=1, condition_channels=1, dropouts=1
    )
    discriminator = patchgan.discriminator(
        image_size=SIDE, width=2, levels=1, channels=1, condition_channels=int(conditional)
    )
    model = Pix2Pix(generator, discriminator, **{"jitter": 0, "mirror": False, **arguments})
    model.compile({player: keras.optimizers.SGD(0.0) for player in model.players()})
    return model


def pairs(n=4, seed=0):
    condition, image = np.random.default_rng(seed).uniform(-1, 1, [2, n, SIDE, SIDE, 1])
    return {"condition": tf.constant(condition, tf.float32), "image": tf.constant(image, tf.float32)}


def logs(model, batch):
    return {name: float(value) for name, value in model.train_step(batch).items()}


def test_the_losses_by_hand():
    """With logits of 0 both players are at log 2; L1 is a mean over all pixels."""
    model = pix2pix(l1_weight=7.0, gan_weight=3.0)
    for variable in model.discriminator.trainable_variables[-2:]:
        variable.assign(tf.zeros(variable.shape))
    bias = model.generator.trainable_variables[-1]
    model.generator.trainable_variables[-2].assign(tf.zeros(model.generator.trainable_variables[-2].shape))
    bias.assign([np.arctanh(0.25)])
    batch = pairs()
    found = logs(model, batch)
    l1 = np.abs(batch["image"].numpy() - 0.25).mean()
    np.testing.assert_allclose(found["l1"], l1, rtol=1e-5)
    np.testing.assert_allclose(found["discriminator_loss"], np.log(2), rtol=1e-5)
    np.testing.assert_allclose(found["generator_loss"], 3 * np.log(2) + 7 * l1, rtol=1e-5)


@pytest.mark.parametrize("conditional", [True, False])
def test_the_condition_reaches_a_conditional_discriminator(conditional):
    model = pix2pix(conditional)
    batch = pairs()
    own = model._judge(batch["condition"], batch["image"])
    foreign = model._judge(pairs(seed=1)["condition"], batch["image"])
    assert (np.abs(own - foreign).max() > 0) == conditional


def test_each_player_moves_alone():
    for mover in ("discriminator", "generator"):
        model = pix2pix()
        model.optimizers[mover].learning_rate = 0.1
        before = {p: [v.numpy() for v in model.player_variables(p)] for p in model.players()}
        model.train_step(pairs())
        for player, values in before.items():
            moved = max(np.abs(a - v.numpy()).max() for a, v in zip(values, model.player_variables(player)))
            assert (moved > 0) == (player == mover)


def test_a_pair_is_jittered_as_one():
    """What both networks see is the batch as one draw of the augmentation changes it."""
    model = pix2pix(jitter=2, mirror=True)
    batch = pairs(n=16)
    model.train_step(batch)
    judged = watch(model.discriminator)
    model.train_step(batch)
    condition, image = model.augment(model.noise(), batch["condition"], batch["image"])
    np.testing.assert_array_equal(judged[0]["condition"], condition)
    np.testing.assert_array_equal(judged[0]["image"], image)
    assert np.abs(image - batch["image"]).max() > 0


def test_dropout_stays_on_after_training_and_is_served_by_noise():
    model = pix2pix()
    condition = pairs(n=1)["condition"].numpy().repeat(2, axis=0)
    size = model.sampler.sources["noise"].size
    assert size == 4 * 4 * 2
    fixed = model({"condition": tf.constant(condition)})["image"].numpy()
    np.testing.assert_array_equal(fixed[0], fixed[1])
    noise = np.random.default_rng(0).uniform(size=[2, size]).astype(np.float32)
    drawn = model({"condition": tf.constant(condition), "noise": tf.constant(noise)})["image"].numpy()
    assert np.abs(drawn[0] - drawn[1]).max() > 0


def test_a_negative_jitter_is_refused():
    with pytest.raises(ValueError, match="jitter >= 0"):
        pix2pix(jitter=-1)
