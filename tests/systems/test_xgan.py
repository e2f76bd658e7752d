"""XGAN: its losses by hand, gradients of the domain loss, what is shared and saved, the teacher."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from tiny import softplus, take_step, watch, weights

from tfgan_zoo.systems.xgan import networks, xgan
from tfgan_zoo.systems.xgan.xgan import XGAN

SIDE, CODE = 16, 6
KEYS = ("image_a", "image_b")


def model_of(rates=0.0, **arguments):
    keras.utils.set_random_seed(0)
    size = {"image_size": SIDE, "width": 2}
    own = {**size, "channels": 1}
    made = {f"encoder_{each}": networks.encoder(**own, name=f"encoder_{each}") for each in "ab"}
    made |= {f"decoder_{each}": networks.decoder(**own, name=f"decoder_{each}") for each in "ab"}
    made |= {f"discriminator_{each}": networks.discriminator(**own, name=f"judge_{each}") for each in "ab"}
    model = XGAN(
        **made,
        shared_encoder=networks.shared_encoder(**size, embedding=CODE),
        shared_decoder=networks.shared_decoder(**size, embedding=CODE),
        domain_classifier=networks.domain_classifier(CODE, 32),
        **arguments,
    )
    rates = rates if isinstance(rates, dict) else dict.fromkeys(model.players(), rates)
    model.compile({player: keras.optimizers.SGD(rates.get(player, 0.0)) for player in model.players()})
    return model


def batch(n=3, seed=0):
    images = np.random.default_rng(seed).uniform(-1, 1, [2, n, SIDE, SIDE, 1]).astype(np.float32)
    return dict(zip(KEYS, images))


def logs(model, given):
    return {name: float(value) for name, value in take_step(model, given).items()}


def cosines(vectors, others):
    return (vectors * others).sum(axis=-1)


def test_losses_by_hand():
    given = batch()
    model = model_of(reconstruction_weight=0.5, domain_weight=2.0, semantic_weight=3.0, gan_weight=0.25)
    a, b = given.values()
    e_a, e_b = model.embed(a, "a"), model.embed(b, "b")
    np.testing.assert_allclose(np.linalg.norm(e_a, axis=-1), 1, rtol=1e-5)
    to_b, to_a = model.translate(a), model.translate(b, direction="b_to_a")
    again = [model.reconstruct(a, "a"), model.reconstruct(b, "b")]
    expected = {
        # Whole images: the sum is within the root.
        "reconstruction_loss": sum(
            np.sqrt(((x - y) ** 2).sum(axis=(1, 2, 3))).mean() for x, y in zip((a, b), again)
        ),
        "domain_loss": softplus(-model.domain_classifier(e_a)).mean()
        + softplus(model.domain_classifier(e_b)).mean(),
        # Embeddings are compared, and those of translations are read by the encoder of their own domain.
        "semantic_loss": (1 - cosines(e_a, model.embed(to_b, "b"))).mean()
        + (1 - cosines(e_b, model.embed(to_a, "a"))).mean(),
        "deceit_loss": softplus(-model.discriminator_b(to_b)).mean()
        + softplus(-model.discriminator_a(to_a)).mean(),
        "discriminator_loss": sum(
            softplus(-judge(real)).mean() + softplus(judge(fake)).mean()
            for judge, real, fake in ((model.discriminator_a, a, to_a), (model.discriminator_b, b, to_b))
        ),
    }
    weighed = zip((0.5, 2.0, 3.0, 0.25), expected.values())
    expected["translator_loss"] = sum(weight * value for weight, value in weighed)
    assert logs(model, given) == pytest.approx(expected, rel=1e-4)


def test_the_papers_semantic_loss_is_a_sum_of_absolute_differences():
    given = batch()
    model = model_of(semantic="l1")
    found = sum(
        np.abs(model.embed(given[f"image_{source}"], source) - model.embed(translated, target))
        .sum(axis=-1)
        .mean()
        for source, target in ("ab", "ba")
        for translated in [model.translate(given[f"image_{source}"], direction=f"{source}_to_{target}")]
    )
    assert logs(model, given)["semantic_loss"] == pytest.approx(found, rel=1e-4)
    with pytest.raises(ValueError, match="are cosine, l1; got semantic='l2'"):
        model_of(semantic="l2")


def test_encoders_ascend_the_domain_loss_and_the_classifier_descends_it():
    given = batch()
    model = model_of(reconstruction_weight=0.0, semantic_weight=0.0, gan_weight=0.0)
    encoders = [v for part in (model.encoder_a, model.shared_encoder) for v in part.trainable_variables]
    classifier = model.domain_classifier.trainable_variables
    real = {domain: tf.constant(given[f"image_{domain}"]) for domain in "ab"}
    gradients, _ = model.gradients("translators", lambda: model._translators_loss(real))
    found = dict(zip([v.path for v in model.player_variables("translators")], gradients["translators"]))
    with tf.GradientTape() as tape:
        logits = {d: model.domain_classifier(model._embedding(d, real[d], True)) for d in "ab"}
        loss = tf.reduce_mean(tf.nn.softplus(-logits["a"])) + tf.reduce_mean(tf.nn.softplus(logits["b"]))
    plain = tape.gradient(loss, [v.value for v in (*encoders, *classifier)])
    for sign, variables, gradient in (
        (-1, encoders, plain[: len(encoders)]),
        (1, classifier, plain[len(encoders) :]),
    ):
        for variable, value in zip(variables, gradient):
            np.testing.assert_allclose(found[variable.path], sign * value, rtol=1e-4, atol=1e-7)
        assert max(np.abs(value).max() for value in gradient) > 1e-4


@pytest.mark.parametrize("half", ["shared_encoder", "shared_decoder"])
def test_a_shared_kernel_moves_what_both_domains_make(half, tmp_path):
    """Also after both kinds of saving: what is shared is one network, not two alike."""
    given, model = batch(), model_of()
    model.save(tmp_path / "model.keras")
    loaded = keras.models.load_model(tmp_path / "model.keras")
    model.save_weights(tmp_path / "model.weights.h5")
    other = model_of()
    other.load_weights(tmp_path / "model.weights.h5")
    made = outputs(model, given)
    for each in (model, loaded, other):
        before = outputs(each, given)
        for name, values in before.items():
            np.testing.assert_allclose(values, made[name], atol=1e-6)
        kernel = getattr(each, half).trainable_variables[0]
        kernel.assign(kernel + 0.5)
        for name, values in outputs(each, given).items():
            assert np.abs(values - before[name]).max() > 1e-4, name


def outputs(model, given):
    return {
        "a_to_b": model.translate(given["image_a"]),
        "b_to_a": model.translate(given["image_b"], direction="b_to_a"),
        "a": model.reconstruct(given["image_a"], "a"),
        "b": model.reconstruct(given["image_b"], "b"),
    }


def test_half_of_each_autoencoder_is_its_domains_own():
    given, model = batch(), model_of()
    before = outputs(model, given)
    for network in (model.encoder_a, model.decoder_a):
        kernel = network.trainable_variables[0]
        kernel.assign(kernel + 0.5)
    after = outputs(model, given)
    changed = {name for name in before if np.abs(after[name] - before[name]).max() > 1e-4}
    assert changed == {"a_to_b", "b_to_a", "a"}
    assert {id(v) for v in model.encoder_a.variables}.isdisjoint(id(v) for v in model.encoder_b.variables)


def test_each_player_moves_what_is_its_own():
    given = batch()
    model = model_of({"translators": 1e-3})
    judges = [weights(network) for network in (model.discriminator_a, model.discriminator_b)]
    before = {part.name: weights(part) for part in model.players()["translators"]}
    seen = watch(model.discriminator_b)
    model.train_step(model.batch(given))
    for network, values in zip((model.discriminator_a, model.discriminator_b), judges):
        assert all(np.array_equal(x, y) for x, y in zip(weights(network), values))
    for part in model.players()["translators"]:
        assert any(np.abs(x - y).max() > 0 for x, y in zip(weights(part), before[part.name])), part.name
    # The translations of before the step, then the reals and the same translations.
    np.testing.assert_array_equal(seen[1], given["image_b"])
    np.testing.assert_array_equal(seen[0], seen[2])


def test_a_teacher_is_imitated_in_a_and_does_not_learn():
    given = batch()
    teacher = keras.Sequential(
        [keras.Input([SIDE, SIDE, 1]), keras.layers.Flatten(), keras.layers.Dense(CODE)]
    )
    model = model_of({"translators": 0.1}, teacher=teacher, teacher_weight=2.0)
    taught = teacher(given["image_a"]).numpy()
    taught /= np.linalg.norm(taught, axis=-1, keepdims=True)
    expected = np.abs(taught - model.embed(given["image_a"], "a")).sum(axis=-1).mean()
    before = teacher.get_weights()
    found = logs(model, given)
    assert found["teacher_loss"] == pytest.approx(expected, rel=1e-4)
    rest = sum(found[f"{name}_loss"] for name in ("reconstruction", "domain", "semantic", "deceit"))
    assert found["translator_loss"] == pytest.approx(rest + 2 * expected, rel=1e-4)
    assert all(np.array_equal(x, y) for x, y in zip(before, teacher.get_weights()))
    assert "teacher_loss" not in logs(model_of(), given)


def test_a_teacher_has_the_size_of_embeddings():
    image = keras.Input([SIDE, SIDE, 1])
    teacher = keras.Model(image, keras.layers.MaxPooling2D(4)(image))
    with pytest.raises(ValueError, match="an embedding has, 6; this one gives 16"):
        model_of(teacher=teacher)


def test_embeddings_do_not_shrink():
    """However small its kernels are, the embedding is of length 1, so that making it small meets no loss."""
    model, given = model_of(), batch()
    before = model.embed(given["image_a"])
    last = [layer for layer in model.shared_encoder.layers if isinstance(layer, keras.layers.Dense)][-1]
    last.kernel.assign(last.kernel * 1e-3)
    np.testing.assert_allclose(model.embed(given["image_a"]), before, atol=1e-5)


def test_equal_images_have_a_gradient():
    x = tf.zeros([2, 1, 1, 1])
    with tf.GradientTape() as tape:
        tape.watch(x)
        length = xgan._length(x)
    assert float(length) < 1e-5 and np.array_equal(tape.gradient(length, x), x)


def test_what_is_served():
    model, given = model_of(), batch()
    served = {
        name: function(
            {"image": tf.constant(given["image_b" if name in ("b_to_a", "embed_b") else "image_a"])}
        )
        for name, (function, _) in model.signatures().items()
    }
    made = outputs(model, given)
    for name in ("a_to_b", "b_to_a"):
        np.testing.assert_allclose(served[name]["image"], made[name], atol=1e-6)
    for domain in "ab":
        expected = model.embed(given[f"image_{domain}"], domain)
        np.testing.assert_allclose(served[f"embed_{domain}"]["embedding"], expected, atol=1e-6)
    with pytest.raises(ValueError, match="domains are a and b; got 'c'"):
        model.embed(given["image_a"], "c")


def test_the_picture_shows_reconstructions_and_translations_both_ways(tmp_path, monkeypatch):
    shown = []
    monkeypatch.setattr("tfgan_zoo.utils.pictures.save_columns", lambda columns, path: shown.extend(columns))
    model, given = model_of(), batch()
    made = outputs(model, given)
    model.picture(tmp_path / "x.png", {key: tf.constant(values) for key, values in given.items()})
    expected = [given["image_a"], made["a"], made["a_to_b"], given["image_b"], made["b"], made["b_to_a"]]
    for column, images in zip(shown, expected, strict=True):
        np.testing.assert_allclose(column, images, atol=1e-6)


def test_the_papers_maps():
    sizes = [
        (networks.encoder(), (16, 16, 64)),
        (networks.shared_encoder(), (1024,)),
        (networks.shared_decoder(), (8, 8, 256)),
        (networks.decoder(), (64, 64, 3)),
        (networks.discriminator(), (1,)),
        (networks.domain_classifier(), (1,)),
    ]
    assert all(network.output_shape[1:] == shape for network, shape in sizes)

    def filters(network):
        return [layer.filters for layer in network.layers if hasattr(layer, "filters")]

    assert [filters(network) for network, _ in sizes[:-1]] == [
        [32, 64],
        [128, 256],
        [512, 256],
        [128, 64, 3],
        [16, 32, 32, 32],
    ]
    with pytest.raises(ValueError, match="image_size is 16 k; got 24"):
        networks.shared_encoder(image_size=24)
