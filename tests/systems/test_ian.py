"""IAN: losses by hand, which losses move which player, the masked flow, and photo editing by its algebra."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers
from scipy.ndimage import gaussian_filter
from tiny import cross_entropy, descend, watch, weights

from tfgan_zoo.systems.ian import editing, networks
from tfgan_zoo.systems.ian.ian import IAN

SIZE = 4


def tiny(rate=0.0, rates=None, **settings):
    keras.utils.set_random_seed(3)
    size = {"image_size": SIZE, "width": 3, "levels": 1}
    model = IAN(
        networks.discriminator(**size, channels=3, minibatch_kernels=2),
        networks.encoder(3, hidden=5, **size),
        networks.flow(3, hidden=7),
        networks.generator(3, channels=3, **size),
        **settings,
    )
    # Far enough from the identity, and from images that are all alike.
    rng = np.random.default_rng(0)
    for network in (model.flow, model.generator, model.encoder):
        for variable in network.trainable_variables:
            variable.assign_add(0.4 * rng.normal(size=variable.shape))
    return descend(model, rate, **(rates or {}))


def photos(n=4):
    return np.random.default_rng(1).uniform(-1, 1, [n, SIZE, SIZE, 3]).astype(np.float32)


def step(model, images=None):
    return model.train_step({"image": tf.constant(photos(8) if images is None else images)})


def values_of(network):
    return np.concatenate([value.ravel() for value in weights(network)])


def test_every_loss_by_hand():
    model = tiny(adversarial_weight=0.5, kl_weight=2.0, decay_weight=0.1, orthogonal_weight=0.0)
    judged, read, made = [], [], []
    for network, seen in ((model.discriminator, judged), (model.encoder, read), (model.generator, made)):
        call = network.call
        network.call = lambda x, c=call, s=seen, **kw: (s.append((x, c(x, **kw))), s[-1][1])[1]
    logs = step(model)
    assert len(judged) == 6 and len(read) == 2 and len(made) == 4
    # The first batch is the discriminator's, of the even rows; the second the decoder's.
    np.testing.assert_array_equal(judged[0][0], photos(8)[0::2])
    logits = [seen[1]["logit"].numpy() for seen in judged]
    expected = sum(cross_entropy([label] * 4, logits[label]).mean() for label in range(3))
    np.testing.assert_allclose(logs["discriminator_loss"], expected, rtol=1e-5)
    again = made[2][1].numpy()
    np.testing.assert_array_equal(judged[4][0], again)
    adversarial = sum(cross_entropy([0] * 4, logits[place]).mean() for place in (4, 5))
    pixel = 2 * np.abs(again - photos(8)[1::2]).mean()
    maps = [judged[place][1]["features"][0].numpy() for place in (3, 4)]
    feature = ((maps[0] - maps[1]) ** 2).mean()
    np.testing.assert_allclose(logs["pixel_loss"], pixel, rtol=1e-5)
    np.testing.assert_allclose(logs["feature_loss"], feature, rtol=1e-5)
    decoder = 0.5 * adversarial + 3 * pixel + feature
    np.testing.assert_allclose(logs["generator_loss"], decoder, rtol=1e-5)
    mu, logvar = (read[1][1][name].numpy() for name in ("mu", "logvar"))
    divergence = 0.5 * (mu**2 + np.exp(logvar) - 1 - logvar).mean()
    decay = sum((value**2).sum() for part in (model.encoder, model.flow) for value in weights(part))
    np.testing.assert_allclose(logs["encoder_loss"], decoder + 2 * divergence + 0.1 * decay, rtol=1e-5)


def test_only_its_own_cross_entropy_moves_the_trunk():
    heavy = {"pixel_weight": 300.0, "feature_weight": 90.0, "kl_weight": 70.0, "adversarial_weight": 50.0}
    found = []
    for settings in ({}, heavy):
        model = tiny(rates={"discriminator": 0.1}, **settings)
        before = values_of(model.discriminator)
        step(model)
        found.append(values_of(model.discriminator))
    np.testing.assert_array_equal(found[0], found[1])
    assert np.abs(found[0] - before).max() > 1e-3


def test_reconstructions_are_a_constant_of_the_discriminators_step():
    """Its gradient is that of three cross entropies at given images."""
    model = tiny(orthogonal_weight=0.0)
    epsilon, z = np.random.default_rng(0).normal(size=[2, 4, 3]).astype(np.float32)
    seen = watch(model.discriminator)
    players = ["discriminator", "encoder"]
    gradients, _ = model.gradients(
        players, lambda: model._objectives(tf.constant(photos()), epsilon, z, players)
    )
    images = [tf.constant(image.numpy()) for image in seen]
    variables = model.discriminator.trainable_variables
    with tf.GradientTape() as tape:
        loss = tf.add_n([model._judged(model.discriminator(each, training=True), k) for k, each in enumerate(images)])
    for found, expected in zip(gradients["discriminator"], tape.gradient(loss, [v.value for v in variables])):
        np.testing.assert_allclose(found, expected, rtol=1e-4, atol=1e-6)


def test_a_vae_of_the_same_networks_has_two_players_and_moves_the_trunk():
    model = tiny(introspective=False, adversarial_weight=0.0, feature_weight=0.0, rates={"encoder": 0.1})
    before = values_of(model.discriminator)
    logs = step(model)
    # The decoder moves as often as that of an IAN.
    assert [int(model.optimizers[player].iterations) for player in ("encoder", "generator")] == [2, 1]
    assert set(model.players()) == {"encoder", "generator"} and "discriminator_loss" not in logs
    assert np.abs(values_of(model.discriminator) - before).max() > 1e-4


def test_means_and_variances_of_codes_have_batch_norm():
    network = networks.encoder(3, image_size=SIZE, width=3, levels=1, hidden=50)
    maps = np.random.default_rng(0).normal(size=[200, 2, 2, 3]).astype(np.float32)
    for values in network({"maps": maps}, training=True).values():
        np.testing.assert_allclose(np.mean(values, axis=0), 0, atol=1e-4)
        np.testing.assert_allclose(np.std(values, axis=0), 1, atol=0.02)


def test_the_flow_reads_none_but_earlier_latents():
    model = tiny()
    z = tf.constant(np.random.default_rng(0).normal(size=[5, 3]).astype(np.float32))
    order = np.array(model.flow.get_layer("shift").ranks)
    for name in ("shift", "log_scale"):
        with tf.GradientTape() as tape:
            tape.watch(z)
            output = model.flow(z)[name]
        jacobian = tape.batch_jacobian(output, z).numpy()
        assert (jacobian[:, order[:, None] <= order[None]] == 0).all()
        assert (np.abs(jacobian[:, order[:, None] > order[None]]).max(axis=0) > 0).any()
    shift, log_scale = (model.flow(z)[name].numpy() for name in ("shift", "log_scale"))
    code = model.flowed(z)
    assert np.abs(code - z).max() > 0.1
    np.testing.assert_allclose(code, (z - shift) / np.exp(log_scale), rtol=1e-5)


def test_masks_are_those_of_the_seed():
    masks = [networks.flow(6, 9, seed=seed).layers[1].mask.numpy() for seed in (0, 0, 1)]
    np.testing.assert_array_equal(masks[0], masks[1])
    assert (masks[0] != masks[2]).any()


def test_samples_enter_before_the_flow():
    model = tiny()
    z = model.latents(3, 0)
    expected = model.generator(model.flowed(z))
    np.testing.assert_allclose(model.decode(z), expected, atol=1e-6)
    code = model.encode(photos())
    np.testing.assert_allclose(model.reconstruct(photos()), model.decode(code["z"]), atol=1e-6)
    np.testing.assert_allclose(model.reconstruct(photos()), model.generator(code["code"]), atol=1e-6)


# A box two rows high and three columns wide.
STROKE = {"box": [0, 1, 3, 3], "color": [255, 0, 51], "steps": 5}
RGB = [1, -1, -0.6]


def test_after_no_step_a_photo_stays_as_it_is():
    model = tiny()
    found = model.edit(photos(), [STROKE | {"steps": 0}])
    np.testing.assert_allclose(found["edited"], photos(), atol=1e-6)
    np.testing.assert_array_equal(found["mask"], 0)
    assert set(found) == {"edited", "decoded", "reconstruction", "code", "mask"}
    np.testing.assert_allclose(found["reconstruction"], model.reconstruct(photos()), atol=1e-6)


def test_each_photo_may_have_a_stroke_of_its_own():
    model, images = tiny(), photos(2)
    boxes, colors = [[0, 1, 3, 3], [2, 0, 4, 2]], np.float32([RGB, [0, 0.5, 1]])
    codes = model.encode(images)["code"]
    both = model.paint(images, codes, boxes, colors, 3)
    for row in range(2):
        one = slice(row, row + 1)
        alone = model.paint(images[one], codes[one], boxes[one], colors[one], 3)
        np.testing.assert_allclose(both["edited"][one], alone["edited"], atol=1e-5)
    first = model.edit(images[:1], [STROKE | {"steps": 3}])
    np.testing.assert_allclose(both["edited"][:1], first["edited"], atol=1e-5)


def test_strokes_change_a_photo_where_its_decoding_changed_since_it_was_encoded():
    model, images = tiny(), photos()
    found = model.edit(images, [STROKE, {"box": [2, 0, 4, 2], "color": [0, 200, 90], "steps": 3}])
    made, again = model.generator(found["code"]).numpy(), model.reconstruct(images)
    np.testing.assert_allclose(found["decoded"], made, atol=1e-6)
    np.testing.assert_allclose(found["edited"] - images, found["mask"] * (made - images), atol=1e-4)
    size = np.minimum(np.abs(made - again).mean(axis=-1), 1)
    blurred = np.stack([gaussian_filter(each, 0.7, radius=3) for each in size])
    np.testing.assert_allclose(found["mask"][..., 0], blurred, atol=1e-4)
    assert found["mask"].max() > 0.01


def test_a_stroke_descends_the_error_of_its_box_alone():
    """Images of 2 x 2 that are their codes: a pixel in the box goes to the colour by its own share of the mean."""
    box, colour = np.int32([[0, 0, 2, 1]]), np.float32([[1.0]])
    code = np.float32([[0.0, 0.5, -1.0, 0.25]])
    inputs = {"box": tf.constant(box), "rgb": tf.constant(colour), "steps": tf.constant(2)}
    found = editing.stroke(lambda z: tf.reshape(z, [-1, 2, 2, 1]), tf.constant(code), inputs, 0.05).numpy()
    # The rate is 0.05 (1 + 2), and the gradient of the mean over two pixels their difference.
    kept = (1 - 0.15) ** 2
    np.testing.assert_allclose(found, [[1 - kept, 1 - 0.5 * kept, -1, 0.25]], rtol=1e-5)


def test_a_stroke_brings_the_box_nearer_to_its_colour():
    model, images = tiny(brush_rate=1.0), photos()
    grey = STROKE | {"color": [127.5, 127.5, 127.5]}
    made = [model.edit(images, [grey | {"steps": steps}])["decoded"] for steps in (0, 80)]
    errors = [np.abs(editing.mean_colours(each, STROKE["box"])).mean() for each in made]
    assert errors[1] < 0.9 * errors[0]


@pytest.mark.parametrize(
    "change, complaint",
    [
        ({"colour": [1, 1, 1]}, "unknown key 'colour'.*color"),
        ({"box": [3, 0, 5, 2]}, r"image of 4 x 4; got \[3, 0, 5, 2\]"),
        ({"box": [0, 0, 0, 2]}, "image of 4 x 4"),
        ({"color": [1, 1]}, "list of 3 numbers"),
        ({"color": [1, 2, 256]}, "from 0 to 255"),
        ({"steps": -1}, "whole number from 0 on; got -1"),
    ],
)
def test_wrong_strokes_are_refused(change, complaint):
    with pytest.raises(ValueError, match=complaint):
        editing.checked([{**STROKE, **change}], (4, 4, 3))


def test_strokes_that_lack_a_key_are_refused():
    with pytest.raises(ValueError, match=r"a stroke is \{box, color, \[steps\]\}"):
        editing.checked([{"box": [0, 0, 1, 1]}], (4, 4, 3))


def test_the_papers_decoder_draws_channels_one_after_another():
    made = networks.multiscale_generator(latent_dim=3, image_size=16, width=4, levels=2, dilations=[0, 1, 2])
    assert made.output_shape == (None, 16, 16, 3)
    image = made(np.random.default_rng(0).normal(size=[2, 3]).astype(np.float32)).numpy()
    assert np.abs(image).max() <= 1
    convolutions = [layer for layer in made.layers if type(layer) is layers.Conv2D]
    assert [layer.kernel.shape[2] for layer in convolutions] == [4, 6, 8]


def test_wrong_settings_are_refused():
    with pytest.raises(ValueError, match="at least 0"):
        tiny(kl_weight=-1.0)
