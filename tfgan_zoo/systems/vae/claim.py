"""The VAE's claim: the bound rises fast, spare latents do no harm, and its terms trade as they should.

Beside two GANs of the zoo it is held to what lectures say of it: blurrier, with more of the data's variety.
"""

import numpy as np
from scipy.ndimage import laplace

from tfgan_zoo.evaluation.references import extractor_of, reference_arrays
from tfgan_zoo.metrics import precision_recall
from tfgan_zoo.reproduce import at_least, reported
from tfgan_zoo.reproduce.bench import halfway_constant
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = "The evidence bound is reached in a few epochs, and superfluous latents do not overfit."
PAPER = "Figure 2: bounds on MNIST for 3 to 200 latents against examples seen (no table)"


def check(
    bench, steps, wide, betas, target, slack, importance_samples, examples, beside, split="test", seed=0
):
    """Trains the MNIST model, one with many more latents, and one for each weight of the divergence.

    Args:
        steps: updates of each run.
        wide: the larger number of latents.
        betas: list of weights of the divergence, rising, with 1 among them.
        target: the least bound, in nats.
        slack: how many nats the wide model's bound may lie below.
        importance_samples, examples: of the importance-weighted bound, and of the evidence bound
            that it is compared with.
        beside: arguments of `beside_gans`.
        split: of the images of all bounds and comparisons.
    """
    common = {"train.seed": seed, "eval": None, **halfway_constant(steps, ["autoencoder"])}
    latents = {f"networks.{name}.latent_dim": wide for name in ("encoder", "generator")}
    wider = bench.train("wide", "vae/mnist", {**common, **latents})
    weighted = [
        bench.train(f"beta_{beta}", "vae/mnist", {**common, "system_args.beta": beta})
        for beta in betas
    ]
    plain = weighted[betas.index(1)]
    gain = _gain(plain, importance_samples, {"split": split, "examples": examples})
    for variant in (wider, *weighted):
        variant.score("evidence_bound", split=split)
    bound, wide_bound = (variant.values["evidence_bound"] for variant in (plain, wider))
    errors, divergences = (
        [variant.values[f"evidence_bound/{name}"] for variant in weighted]
        for name in ("reconstruction", "divergence")
    )
    return [
        at_least("evidence bound on test images in nats", bound, target),
        at_least(f"bound with {wide} latents, less that", wide_bound - bound, -slack),
        at_least("importance-weighted bound, less the evidence bound", gain, 0),
        at_least(f"least fall of the divergence along beta {betas}", -np.diff(divergences).max(), 1e-3),
        at_least("least rise of the reconstruction error", np.diff(errors).min(), 1e-3),
        *(reported(f"divergence, beta {beta}", value) for beta, value in zip(betas, divergences)),
        *(reported(f"reconstruction error, beta {beta}", value) for beta, value in zip(betas, errors)),
        *beside_gans(bench, split=split, seed=seed, **beside),
    ]


def _gain(variant, importance_samples, held_out):
    """How far the importance-weighted bound lies above the evidence bound, on the same images."""
    tighter = variant.score(
        "importance_weighted_bound", importance_samples=importance_samples, **held_out
    )
    return tighter - variant.score("evidence_bound", **held_out)


def beside_gans(bench, steps, gan_steps, extractor, samples, split, seed):
    """Sharpness and recall of a VAE, the GAN of MLPs and the DCGAN that ships, all on Fashion-MNIST.

    Args:
        steps, gan_steps: updates of the VAE, and of the GAN's players.
        extractor: whose features tell the share of reals that samples cover.
        samples: of each model, and as many reals.
    """
    common = {"train.seed": seed, "eval": None}
    vae = bench.train("fashion", "vae/fashion_mnist", {**common, **halfway_constant(steps, ["autoencoder"])})
    data = vae.config.data
    size = {f"networks.{player}.image_size": data.image_size for player in ("generator", "discriminator")}
    same_data = {f"data.{name}": getattr(data, name) for name in ("name", "image_size", "fit")}
    gan = bench.train("fashion_gan", "gan/mnist", {**common, **size, **same_data, "train.steps": gan_steps})
    dcgan = bench.shipped("fashion_dcgan", "dcgan/fashion_mnist")
    reals = reference_arrays(vae.config, split)["image"][:samples]
    features = extractor_of(extractor)
    of_reals = features(reals)["features"]
    sharp, covered = {}, {}
    for name, variant in {"VAE": vae, "GAN": gan, "DCGAN": dcgan}.items():
        fakes = to_uint8(variant.model.generate(len(reals), seed=seed))
        sharp[name] = variant.note("sharpness", sharpness(fakes))
        covered[name] = variant.note("recall", precision_recall(of_reals, features(fakes)["features"])[1])
    blunter, better = min(sharp["GAN"], sharp["DCGAN"]), max(covered["GAN"], covered["DCGAN"])
    return [
        at_least("sharpness, the blunter GAN's less the VAE's", blunter - sharp["VAE"], 1e-9),
        at_least("recall, the VAE's less the better GAN's", covered["VAE"] - better, 1e-9),
        *(reported(f"sharpness, {name}", value) for name, value in sharp.items()),
        reported("sharpness of reals", sharpness(reals)),
        *(reported(f"recall, {name}", value) for name, value in covered.items()),
    ]


def sharpness(images):
    """The variance of the Laplacian of a grey image in [0, 1], the mean over uint8 images [n, H, W, 1]."""
    return float(np.mean([laplace(image[..., 0] / 255).var() for image in images]))
