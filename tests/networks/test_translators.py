"""The papers' translators and discriminator: their sizes, what a logit sees, where noise and skips go."""

from functools import partial

import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.networks import patchgan, resnet_translator, unet


def weights(network):
    return sum(int(np.prod(v.shape)) for v in network.trainable_variables)


def conv(size, inputs, outputs, norm=True):
    """Kernel, and scale and shift of the norm or else a bias."""
    return size * size * inputs * outputs + outputs * (2 if norm else 1)


@pytest.mark.parametrize("levels, field", [(1, 16), (2, 34), (3, 70)])
def test_a_logit_sees_its_patch_and_no_more(levels, field):
    # By gradient, not by rule; instance norm ties all pixels together, so it is taken out.
    network = patchgan.discriminator(image_size=128, width=1, levels=levels, channels=1)
    for layer in network.layers:
        if "kernel" in {v.name for v in layer.trainable_variables}:
            layer.kernel.assign(tf.ones(layer.kernel.shape))
    image = tf.Variable(tf.ones([1, 128, 128, 1]))
    with tf.GradientTape() as tape:
        x = image.value()
        for layer in network.layers[1:]:
            x = x if "group_norm" in layer.name else layer(x)
        middle = x[0, x.shape[1] // 2, x.shape[2] // 2, 0]
    seen = np.abs(tape.gradient(middle, image).numpy()[0, :, :, 0]) > 0
    assert seen.any(axis=1).sum() == seen.any(axis=0).sum() == field


def test_the_paper_discriminator_has_its_sizes():
    network = patchgan.discriminator(condition_channels=3)
    assert network({"condition": tf.zeros([1, 256, 256, 3]), "image": tf.zeros([1, 256, 256, 3])}).shape == (
        1,
        30,
        30,
        1,
    )
    expected = conv(4, 6, 64, norm=False) + conv(4, 64, 128) + conv(4, 128, 256) + conv(4, 256, 512)
    assert weights(network) == expected + conv(4, 512, 1, norm=False)


def test_the_paper_u_net_has_its_sizes():
    network = unet.generator()
    assert network.input["noise"].shape[-1] == 512 * (2 * 2 + 4 * 4 + 8 * 8)
    down = conv(4, 3, 64, norm=False) + conv(4, 64, 128) + conv(4, 128, 256) + conv(4, 256, 512)
    down += 3 * conv(4, 512, 512) + conv(4, 512, 512, norm=False)
    # Every level of the decoder but the first takes as many maps again from the encoder.
    up = conv(4, 512, 512) + 3 * conv(4, 1024, 512) + conv(4, 1024, 256) + conv(4, 512, 128)
    up += conv(4, 256, 64) + conv(4, 128, 3, norm=False)
    assert weights(network) == down + up


def test_with_levels_of_colour_both_networks_see_each_colour_of_the_palette_alone():
    sizes = {"image_size": 16, "levels": 2, "width": 2, "channels": 1, "condition_channels": 3}
    builders = {partial(unet.generator, dropouts=1): 0, patchgan.discriminator: 1}
    for build, image_channels in builders.items():
        plain, lifted = (build(**sizes, colour_levels=levels) for levels in (0, 3))
        assert {name: x.shape for name, x in plain.input.items()} == {
            name: x.shape for name, x in lifted.input.items()
        }
        shapes = [network.trainable_variables[0].shape for network in (plain, lifted)]
        assert shapes == [(4, 4, 3 + image_channels, 2), (4, 4, 27 + image_channels, 2)]


def test_the_paper_translator_has_its_sizes():
    network = resnet_translator.generator()
    assert network.output_shape == (None, 256, 256, 3)
    expected = conv(7, 3, 64) + conv(3, 64, 128) + conv(3, 128, 256) + 18 * conv(3, 256, 256)
    expected += conv(3, 256, 128) + conv(3, 128, 64) + conv(7, 64, 3, norm=False)
    assert weights(network) == expected


def small_unet(**settings):
    network = unet.generator(image_size=16, levels=4, width=4, channels=1, condition_channels=1, **settings)
    for variable in network.trainable_variables:
        # Larger weights than the paper's start, so that what matters can be seen in the output.
        if variable.name == "kernel":
            variable.assign(10 * variable)
    return network


def translated(network, condition, noise):
    return network({"condition": tf.constant(condition), "noise": tf.constant(noise)}).numpy()


def test_every_dropout_has_noise_of_its_own():
    network = small_unet()
    rng = np.random.default_rng(0)
    condition = rng.uniform(-1, 1, [1, 16, 16, 1]).astype(np.float32)
    # 2x2 of 32 maps, 4x4 of 16, 8x8 of 8; 16x16 is the image.
    ends = np.cumsum([0, 2 * 2 * 16, 4 * 4 * 8, 8 * 8 * 4])
    size = network.input["noise"].shape[-1]
    assert size == ends[-1]
    kept = np.full([1, size], 0.9, np.float32)
    reference = translated(network, condition, kept)
    for start, end in zip(ends, ends[1:]):
        dropped = kept.copy()
        dropped[:, start:end] = 0.1
        assert np.abs(translated(network, condition, dropped) - reference).max() > 1e-3


def test_without_skips_all_goes_through_the_bottom():
    noise = np.full([1, 448], 0.9, np.float32)
    rng = np.random.default_rng(0)
    one, other = rng.uniform(-1, 1, [2, 1, 16, 16, 1]).astype(np.float32)
    for skips in (True, False):
        network = small_unet(skips=skips)
        bottom = [layer for layer in network.layers if layer.name.startswith("conv2d")][3]
        bottom.kernel.assign(tf.zeros(bottom.kernel.shape))
        difference = np.abs(translated(network, one, noise) - translated(network, other, noise)).max()
        assert difference > 1e-3 if skips else difference == 0


def test_sizes_that_cannot_be_halved_are_refused():
    with pytest.raises(ValueError, match="multiple of 64"):
        unet.generator(image_size=48, levels=6)
    with pytest.raises(ValueError, match="1 to 2 dropouts"):
        unet.generator(image_size=64, levels=3, dropouts=3)
    with pytest.raises(ValueError, match="multiple of 4; got 30"):
        resnet_translator.generator(image_size=30)
