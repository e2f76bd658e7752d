"""The VAE's claim: spare latents do no harm to the bound, and its two terms trade as they should."""

import numpy as np
from scipy.ndimage import laplace

from tfgan_zoo.evaluation.references import extractor_of, reference_arrays
from tfgan_zoo.metrics import precision_recall
from tfgan_zoo.reproduce import Check
from tfgan_zoo.reproduce.bench import halfway_constant
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = "The evidence bound is reached in a few epochs, and superfluous latents do not overfit."
PAPER = "Figure 2: bounds on MNIST for 3 to 200 latents against examples seen (no table)"

CHECKS = [
    Check("bound", "Evidence bound of binarised MNIST test images, 20 latents, in nats", headline=True),
    Check(
        "bound_of_more_latents",
        "Evidence bound with 200 latents less that with 20, in nats",
        paper="not below (figure 2)",
        headline=True,
    ),
    Check("importance_gain", "Importance-weighted bound less the evidence bound of the same images, in nats"),
    Check("divergence_fall", "Least fall of the divergence where it weighs more, in nats"),
    Check(
        "reconstruction_rise",
        "Least rise of the reconstruction error where the divergence weighs more, in nats",
    ),
    Check("sharpness", "Sharpness of the VAE's samples: mean variance of the Laplacian"),
    Check("sharpness_gan", "Sharpness of samples of a GAN of the same networks"),
    Check("sharpness_real", "Sharpness of real images"),
    Check("recall", "Share of real images that the VAE's samples cover"),
    Check("recall_gan", "Share of real images that samples of a GAN of the same networks cover"),
]


def measure(bench, steps, wide, betas, importance_samples, examples, beside, split="test", seed=0):
    """Measures the weights that ship, and trains one with many more latents and others of other beta.

    Args:
        steps: updates of each run.
        wide: the larger number of latents.
        betas: list of weights of the divergence, rising, with 1 among them.
        importance_samples, examples: of the importance-weighted bound, and of the evidence bound
            that it is compared with.
        beside: arguments of `beside_a_gan`.
        split: of the images of all bounds.
    """
    common = {"eval": None, **halfway_constant(steps, ["autoencoder"])}
    latents = {f"networks.{name}.latent_dim": wide for name in ("encoder", "generator")}
    plain = bench.shipped("beta_1", "vae/mnist", seed)
    wider = bench.train("wide", "vae/mnist", {**common, **latents}, seed)

    def of_weight(beta):
        if beta == 1:
            return plain
        return bench.train(f"beta_{beta}", "vae/mnist", {**common, "system_args.beta": beta}, seed)

    weighted = [of_weight(beta) for beta in betas]
    held_out = {"split": split, "examples": examples}
    tighter = plain.score("importance_weighted_bound", importance_samples=importance_samples, **held_out)
    gain = tighter - plain.score("evidence_bound", **held_out)
    for variant in (wider, *weighted):
        variant.score("evidence_bound", split=split)
    divergences, errors = (
        [variant.values[f"evidence_bound/{term}"] for variant in weighted]
        for term in ("divergence", "reconstruction")
    )
    return {
        "bound": plain.values["evidence_bound"],
        "bound_of_more_latents": wider.values["evidence_bound"] - plain.values["evidence_bound"],
        "importance_gain": gain,
        "divergence_fall": -np.diff(divergences).max(),
        "reconstruction_rise": np.diff(errors).min(),
        **beside_a_gan(bench, plain, split=split, seed=seed, **beside),
    }


def beside_a_gan(bench, vae, steps, optimizer, extractor, samples, split, seed):
    """Sharpness and recall of the VAE, and of a GAN with its decoder as G and its encoder's trunk in D.

    Lectures, not the paper, say that a VAE is blurrier and covers more.

    Args:
        steps, optimizer: updates of the GAN's players, and the optimiser of both.
        extractor: whose features tell the share of reals that samples cover.
        samples: of each model, and as many reals.
    """
    of_decoder = vae.config.networks["generator"].arguments
    of_trunk = {name: value for name, value in of_decoder.items() if name != "latent_dim"}
    gan = bench.train(
        "gan",
        "gan/mnist",
        {
            "networks.generator": {"builder": "vae.mlp_generator", **of_decoder},
            "networks.discriminator": {"builder": "vae.mlp_discriminator", **of_trunk},
            "system_args.prior": "normal",
            **{f"optimizers.{player}": optimizer for player in ("generator", "discriminator")},
            "train.steps": steps,
            "train.score_every": steps,
            "eval": None,
        },
        seed,
    )
    reals = reference_arrays(vae.config, split)["image"][:samples]
    features = extractor_of(extractor)
    of_reals = features(reals)["features"]
    found = {"sharpness_real": sharpness(reals)}
    for name, variant in {"": vae, "_gan": gan}.items():
        fakes = to_uint8(variant.model.generate(len(reals), seed=seed))
        found[f"sharpness{name}"] = variant.note("sharpness", sharpness(fakes))
        covered = precision_recall(of_reals, features(fakes)["features"])[1]
        found[f"recall{name}"] = variant.note("recall", covered)
    return found


def sharpness(images):
    """The variance of the Laplacian of a grey image in [0, 1], the mean over uint8 images [n, H, W, 1]."""
    return float(np.mean([laplace(image[..., 0] / 255).var() for image in images]))
