"""The VAE's claim: the bound rises fast, spare latents do no harm, and its terms trade as they should."""

import numpy as np

from tfgan_zoo.claims import at_least, reported
from tfgan_zoo.claims.bench import halfway_constant

CLAIM = "The evidence bound is reached in a few epochs, and superfluous latents do not overfit."
PAPER = "Figure 2: bounds on MNIST for 3 to 200 latents against examples seen (no table)"


def check(bench, steps, wide, betas, target, slack, importance_samples, examples, split="test", seed=0):
    """Trains the MNIST model, one with many more latents, and one for each weight of the divergence.

    Args:
        steps: updates of each run.
        wide: the larger number of latents.
        betas: list of weights of the divergence, rising, with 1 among them.
        target: the least bound, in nats.
        slack: how many nats the wide model's bound may lie below.
        importance_samples, examples: of the importance-weighted bound, and of the evidence bound
            that it is compared with.
        split: of the images of all bounds.
    """
    common = {"train.seed": seed, "eval": {}, **halfway_constant(steps, ["autoencoder"])}
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
    ]


def _gain(variant, importance_samples, held_out):
    """How far the importance-weighted bound lies above the evidence bound, on the same images."""
    tighter = variant.score(
        "importance_weighted_bound", importance_samples=importance_samples, **held_out
    )
    return tighter - variant.score("evidence_bound", **held_out)
