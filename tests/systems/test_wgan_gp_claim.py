"""What the claim of WGAN-GP counts, and the six hard architectures."""

from types import SimpleNamespace

import keras
import numpy as np
import pytest
from keras import layers

from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.networks import hard
from tfgan_zoo.systems.wgan_gp import claim as wgan_gp
from tfgan_zoo.training.callbacks import TrainingDiverged

NORMS = (layers.BatchNormalization, layers.GroupNormalization)


def table(**columns):
    """(loss, architecture, seed 0) -> FID-C, of six values a loss."""
    return {
        (loss, name, 0): value
        for loss, values in columns.items()
        for name, value in zip(wgan_gp.ARCHITECTURES, values, strict=True)
    }


def test_successes_are_counted_up_to_the_bound_and_what_diverged_is_none():
    scores = table(
        wgan_gp=[1, 2, 3, 9, 10, 10.01],
        wgan=[1, 2, 10, 11, float("nan"), 99],
        gan=[5, None, 5, 5, None, 12],
    )
    found = wgan_gp.counted(scores, 10)
    assert found.pop("nearest_to_bound") == 0
    assert found == {
        "trained": 5, "lead_over_clipping": 2, "lead_over_gan": (2, None), "undecided": 0, "diverged": 2
    }  # fmt: skip


def test_an_architecture_counts_by_the_median_of_its_seeds():
    """Above the bound of 10 in one of three seeds, then in two, then in one beside one that diverged."""
    scores = table(wgan_gp=[1] * 6, wgan=[21] * 6, gan=[21] * 6)
    for name, values in [("tanh", (11, 9, 10)), ("mlp_g", (11, 9, 10.5)), ("no_norm", (9, None, 11))]:
        scores |= {("gan", name, seed): value for seed, value in enumerate(values)}
    found = wgan_gp.counted(scores, 10)
    assert found["lead_over_gan"][0] == 5 and found["diverged"] == 1 and found["nearest_to_bound"] == 0


def test_what_lies_nearer_to_the_bound_than_its_seeds_to_one_another_is_undecided():
    """Medians of 10.5, 9.5, 12 and 10.5; of the seeds, the deviations are 1.04, 0.76, 1 and 0.1."""
    scores = table(wgan_gp=[1] * 6, wgan=[21] * 6, gan=[21] * 6)
    cases = {
        "tanh": (11, 9, 10.5),
        "no_norm": (9.5, 9, 10.5),
        "mlp_g": (11, 12, 13),
        "deep_critic": (10.4, 10.5, 10.6),
    }
    for name, values in cases.items():
        scores |= {("gan", name, seed): value for seed, value in enumerate(values)}
    found = wgan_gp.counted(scores, 10)
    assert found["lead_over_gan"] == (5, 2) and found["undecided"] == 2
    assert found["nearest_to_bound"] == 0.5


def test_weights_at_the_walls_are_counted_in_kernels():
    x = keras.Input([2])
    network = keras.Model(x, layers.Dense(4)(x))
    kernel, bias = network.trainable_variables
    # c is 0.1, so that the walls reach from 0.095 to 0.105 on either side.
    kernel.assign([[0.1, -0.1, 0.0951, -0.1049], [0.0949, 0.1051, 0.0, -1.0]])
    bias.assign([0.1] * 4)
    assert wgan_gp.share_at_walls(network, 0.1) == 4 / 8
    assert wgan_gp.share_at_walls(network, 1.0) == 1 / 8
    # Clipped, what was beyond lies at the wall.
    assert wgan_gp.share_beyond(network, 0.1) == 6 / 8


def pair(loss, architecture, image_size=32):
    """The generator and the critic as the claim's overrides give them."""
    config_id, critic, norm = wgan_gp.LOSSES[loss]
    overrides = wgan_gp._pair(architecture, norm, critic, image_size, width=4, latent_dim=8)
    # WGAN-GP refuses batch norm.
    model = models.build(load_config(config_id, {**overrides, "data.image_size": image_size}))
    return model.generator, getattr(model, critic)


def layers_of(network, kind):
    return [layer for layer in network.layers if isinstance(layer, kind)]


def norms(network):
    return [type(layer).__name__ for layer in layers_of(network, NORMS)]


def activations(network):
    """The nonlinearities in order, less the generator's last."""
    kinds = (layers.ReLU, layers.LeakyReLU, layers.Activation)
    found = [getattr(layer, "activation", layer) for layer in layers_of(network, kinds)]
    return [getattr(each, "__name__", type(each).__name__) for each in found]


# Norms in G, norms in D, activations of G before its last tanh, of D; at 32 pixels, 8 times 4.
STRUCTURES = {
    "no_norm_in_g": (0, 2, ["ReLU"] * 3, ["LeakyReLU"] * 3),
    "tanh": (3, 2, ["tanh"] * 3, ["tanh"] * 3),
    "mlp_g": (0, 2, [], ["LeakyReLU"] * 3),
    "constant_width": (3, 2, ["ReLU"] * 3, ["LeakyReLU"] * 3),
    "deep_critic": (3, 7, ["ReLU"] * 3, ["LeakyReLU"] * 8),
    "no_norm": (0, 0, ["ReLU"] * 3, ["LeakyReLU"] * 3),
}


@pytest.mark.parametrize("loss, norm", [("wgan_gp", "GroupNormalization"), ("gan", "BatchNormalization")])
@pytest.mark.parametrize("architecture", STRUCTURES)
def test_the_six_architectures(architecture, loss, norm):
    generator, critic = pair(loss, architecture)
    of_g, of_d, in_g, in_d = STRUCTURES[architecture]
    assert norms(generator) == ["BatchNormalization"] * of_g and norms(critic) == [norm] * of_d
    assert activations(generator)[:-1] == in_g and activations(critic) == in_d
    assert generator.input_shape == (None, 8) and critic.output_shape == (None, 1)
    assert generator.output_shape == critic.input_shape == (None, 32, 32, 1)


def test_maps_and_strides():
    """At 32 pixels, three halvings from 4, whose maps are 4, 8 and 16."""
    up, down = layers.Conv2DTranspose, layers.Conv2D
    generator, critic = pair("gan", "no_norm_in_g")
    assert [layer.filters for layer in layers_of(generator, up)] == [8, 4, 1]
    assert generator.layers[1].units == 4 * 4 * 16
    assert [layer.filters for layer in layers_of(critic, down)] == [4, 8, 16]
    generator, _ = pair("gan", "constant_width")
    assert [layer.filters for layer in layers_of(generator, up)] == [4, 4, 1]
    assert generator.layers[1].units == 4 * 4 * 4
    _, critic = pair("gan", "deep_critic")
    convolutions = [(layer.strides[0], layer.filters) for layer in layers_of(critic, down)]
    assert convolutions == [(2, 4), (1, 4), (1, 4), (2, 8), (1, 8), (1, 8), (2, 16), (1, 16)]
    generator, _ = pair("gan", "mlp_g")
    assert [layer.units for layer in layers_of(generator, layers.Dense)] == [512] * 4 + [32 * 32]
    assert layers_of(generator, up) == []


def test_a_layer_norm_does_not_tie_images_together():
    critic = hard.critic(image_size=8, width=2, channels=1, norm="layer", depth=3)
    images = np.random.default_rng(0).normal(size=(4, 8, 8, 1)).astype(np.float32)
    together = critic(images, training=True).numpy()
    alone = [critic(images[i : i + 1], training=True).numpy()[0] for i in range(4)]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


@pytest.mark.parametrize("build", [hard.generator, hard.critic])
def test_unknown_choices_are_refused(build):
    with pytest.raises(ValueError, match="norm 'instance'; the known ones are batch, layer"):
        build(image_size=16, width=2, norm="instance")
    with pytest.raises(ValueError, match="activation 'elu'"):
        build(image_size=16, width=2, activation="elu")


def test_a_critic_must_reach_four_pixels():
    with pytest.raises(ValueError, match="takes 3 convolutions; got depth=2"):
        hard.critic(image_size=32, depth=2)


def settings():
    claim = load_config("wgan_gp/mnist").claim
    return {name: value for name, value in claim.items() if name != "targets"}


def test_a_run_that_diverges_does_not_stop_the_claim():
    """Every critic has half of its weights at c; one run of the GAN and one of WGAN-GP diverge."""
    x = keras.Input([2])
    critic = keras.Model(x, layers.Dense(1, use_bias=False)(x))
    critic.trainable_variables[0].assign([[0.01], [0.5]])
    trained, said = {}, []

    def train(name, config_id, overrides, seed):
        trained[name] = load_config(config_id, overrides)
        if name in ("gan_tanh", "wgan_gp_no_norm"):
            raise TrainingDiverged("The loss was not finite.")
        return SimpleNamespace(
            model=SimpleNamespace(critic=critic),
            config=trained[name],
            card={"scores": [{"value": claim["bound"]}]},
            note=lambda name, value: value,
        )

    claim = settings() | {"seeds": dict.fromkeys(wgan_gp.LOSSES, [0])}
    found = wgan_gp.measure(SimpleNamespace(train=train, say=said.append), **claim)
    assert len(trained) == 18 and len(said) == 2 and found["diverged"] == 2
    assert found["lead_over_clipping"] == 5 - 6 and found["lead_over_gan"][0] == 0
    assert found["clipped_at_walls"] == found["penalised_at_walls"] == 0.5
    assert set(found) == {check.key for check in wgan_gp.CHECKS}


def test_all_generators_have_as_many_updates_and_each_loss_its_papers_optimiser():
    trained = {}

    def train(name, config_id, overrides, seed):
        trained[name, seed] = load_config(config_id, overrides)
        raise TrainingDiverged("Enough seen.")

    claim = settings()
    wgan_gp.measure(SimpleNamespace(train=train, say=lambda line: None), **claim)
    assert {config.train.steps for config in trained.values()} == {claim["steps"]}
    expected = {
        (f"{loss}_{architecture}", seed)
        for loss in wgan_gp.LOSSES
        for architecture in wgan_gp.ARCHITECTURES
        for seed in claim["seeds"][loss]
    }
    assert set(trained) == expected
    turns = {_loss_of(name): config.system_args.get("n_critic") for (name, _), config in trained.items()}
    assert turns == {"wgan_gp": 5, "wgan": 5, "gan": None}
    rates = claim["rates"]
    assert (rates["wgan_gp"], rates["gan"]) == (1e-4, 2e-4)
    expected = {
        "wgan_gp": ("Adam", {"learning_rate": rates["wgan_gp"], "beta_1": 0.0, "beta_2": 0.9}),
        # Keras adds epsilon under the root, the released code 1e-8 outside it.
        "wgan": ("RMSprop", {"learning_rate": rates["wgan"], "rho": 0.99, "epsilon": 1e-16}),
        "gan": ("Adam", {"learning_rate": rates["gan"], "beta_1": 0.5}),
    }
    for (name, _), config in trained.items():
        for optimizer in config.optimizers.values():
            assert (optimizer.class_name, optimizer.arguments) == expected[_loss_of(name)], name


def _loss_of(name):
    """The loss whose name a run's begins with, the longest of them."""
    return max((loss for loss in wgan_gp.LOSSES if name.startswith(f"{loss}_")), key=len)
