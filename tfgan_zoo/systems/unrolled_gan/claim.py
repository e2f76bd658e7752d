"""Unrolled GAN's claim: a generator that foresees the discriminator's reaction keeps all modes."""

import numpy as np

from tfgan_zoo.reproduce import Check

CLAIM = "Unrolling the discriminator's updates keeps the generator from collapsing on a few modes."
PAPER = (
    "Figure 1: on a ring of eight Gaussians the generator of the unrolled GAN covers all, that of "
    "the same GAN without unrolling rotates among them and never converges"
)


CHECKS = [
    Check(
        "modes",
        "Modes of eight covered with unrolling, median of the seeds",
        paper="8 (figure 1)",
        headline=True,
    ),
    Check("modes_lead", "Modes of eight covered with unrolling, less those without, medians of the seeds"),
    Check("quality", "Share of samples near a mode (3 standard deviations), median of the seeds"),
    Check("quality_without", "Share of samples near a mode without unrolling, median of the seeds"),
    Check("fewest_modes", "Modes covered with unrolling in the worst seed"),
    Check("most_modes_without", "Modes covered without unrolling in the best seed"),
]


def measure(bench, steps, seeds, unrolled):
    """Trains the ring of appendix A for each seed with `unrolled` foreseen updates and with none.

    Args:
        steps: updates of each player.
        seeds: list of seeds; medians over them are judged.
        unrolled: K.
    """
    hit, good = {}, {}
    for k in (unrolled, 0):
        runs = [_ring(bench, k, steps, seed) for seed in seeds]
        hit[k], good[k] = (np.array(column) for column in zip(*runs))
    found, collapsed = hit[unrolled], hit[0]
    return {
        "modes": np.median(found),
        "modes_lead": np.median(found) - np.median(collapsed),
        "quality": np.median(good[unrolled]),
        "quality_without": np.median(good[0]),
        "fewest_modes": found.min(),
        "most_modes_without": collapsed.max(),
    }


def _ring(bench, k, steps, seed):
    """(modes hit, share of high quality) of one trained ring."""
    overrides = {"system_args.unrolled": k, "train.steps": steps}
    variant = bench.train(f"k{k}", "unrolled_gan/ring8_paper", overrides, seed)
    scores = {score["metric"]: score["value"] for score in variant.card["scores"]}
    return scores["modes"], scores["high_quality_share"]
