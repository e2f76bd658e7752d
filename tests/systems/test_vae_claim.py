"""The VAE's claim: which bounds are compared, what counts as sharp, and the GAN of the same networks."""

from types import SimpleNamespace

import numpy as np
import pytest

from tfgan_zoo.systems.vae import claim, networks

# Evidence bound of all images, its divergence and reconstruction error, by the name of the run.
BOUNDS = {
    "beta_0.5": (-12.0, 9.0, 3.0),
    "beta_1": (-10.0, 6.0, 4.0),
    "beta_4": (-14.0, 1.0, 13.0),
    "wide": (-11.5, 6.5, 5.0),
}


class Run:
    """A variant whose scores are known; on the few examples of the tighter bound both bounds are 3 higher."""

    def __init__(self, name):
        self.name, self.values = name, {}

    def score(self, protocol, split, examples=None, importance_samples=None):
        assert split == "test"
        if protocol == "importance_weighted_bound":
            assert (examples, importance_samples) == (9, 50)
            return BOUNDS[self.name][0] + 3 + 4.5
        bound, divergence, error = BOUNDS[self.name]
        names = ("evidence_bound", "evidence_bound/divergence", "evidence_bound/reconstruction")
        self.values |= dict(zip(names, (bound + (3 if examples else 0), divergence, error)))
        return self.values["evidence_bound"]


def test_bounds_are_compared_with_that_of_the_weights_that_ship(monkeypatch):
    monkeypatch.setattr(claim, "beside_a_gan", lambda bench, vae, **settings: {"of": vae.name, **settings})
    trained = {}

    def train(name, config_id, overrides, seed):
        assert config_id == "vae/mnist" and seed == 0
        trained[name] = overrides
        return Run(name)

    bench = SimpleNamespace(train=train, shipped=lambda name, config_id, seed: Run(name))
    found = claim.measure(
        bench, 8, 200, [0.5, 1, 4], importance_samples=50, examples=9, beside={"samples": 2}
    )
    assert found == pytest.approx(
        {
            "bound": -10.0,
            "bound_of_more_latents": -1.5,
            "importance_gain": 4.5,
            "divergence_fall": 3.0,
            "reconstruction_rise": 1.0,
            "of": "beta_1", "split": "test", "seed": 0, "samples": 2,
        }
    )  # fmt: skip
    assert set(trained) == {"wide", "beta_0.5", "beta_4"}
    assert all(trained["wide"][f"networks.{name}.latent_dim"] == 200 for name in ("encoder", "generator"))
    assert trained["beta_4"]["system_args.beta"] == 4 and trained["beta_4"]["train.steps"] == 8


def test_the_gan_has_the_networks_of_the_vae():
    decoder, generator = networks.mlp_decoder(3, 5, 4), networks.mlp_generator(3, 5, 4)
    generator.set_weights(decoder.get_weights())
    z = np.random.default_rng(0).normal(size=(6, 3)).astype(np.float32)
    mean = 1 / (1 + np.exp(-decoder(z).numpy()))
    np.testing.assert_allclose(generator(z).numpy(), 2 * mean - 1, atol=1e-6)
    encoder, discriminator = networks.mlp_encoder(3, 5, 4), networks.mlp_discriminator(5, 4)
    assert discriminator.layers[2].get_config()["units"] == encoder.layers[2].get_config()["units"] == 5
    assert [w.shape for w in discriminator.get_weights()[:2]] == [w.shape for w in encoder.get_weights()[:2]]
    assert discriminator.layers[2].activation is encoder.layers[2].activation
    assert discriminator.output_shape == (None, 1)


def test_sharpness_is_the_variance_of_the_laplacian():
    images = np.zeros([2, 3, 3, 1], np.uint8)
    assert claim.sharpness(images) == 0
    # Its Laplacian is -4 at the dot, 1 at the four pixels beside it and 0 at the corners: mean 0.
    images[1, 1, 1] = 255
    assert claim.sharpness(images) == pytest.approx((16 + 4) / 9 / 2)
