"""Unrolled GAN's claim: a generator that foresees the discriminator's reaction keeps all modes."""

import numpy as np

from tfgan_zoo.reproduce import at_least, reported

CLAIM = "Unrolling the discriminator's updates keeps the generator from collapsing on a few modes."
PAPER = (
    "Figure 1: on a ring of eight Gaussians the generator of the unrolled GAN covers all, that of "
    "the same GAN without unrolling rotates among them and never converges"
)


def check(bench, steps, seeds, unrolled, modes, lead, quality):
    """Trains the ring of appendix A for each seed with `unrolled` foreseen updates and with none.

    Args:
        steps: updates of each player.
        seeds: list of seeds; medians over them are judged.
        unrolled: K.
        modes, lead, quality: targets: modes hit, more of them than without unrolling, and the share
            of samples of high quality.
    """
    hit, good = {}, {}
    for k in (unrolled, 0):
        runs = [_ring(bench, k, steps, seed) for seed in seeds]
        hit[k], good[k] = (np.array(column) for column in zip(*runs))
    found, collapsed = hit[unrolled], hit[0]
    return [
        at_least(f"modes hit with K={unrolled}, median of {len(seeds)} seeds", np.median(found), modes),
        at_least("its lead over K=0", np.median(found) - np.median(collapsed), lead),
        at_least("share of samples of high quality", np.median(good[unrolled]), quality),
        reported("the same with K=0", np.median(good[0])),
        reported(f"fewest modes of a seed with K={unrolled}", found.min()),
        reported("most modes of a seed with K=0", collapsed.max()),
    ]


def _ring(bench, k, steps, seed):
    """(modes hit, share of high quality) of one trained ring."""
    overrides = {"system_args.unrolled": k, "train.steps": steps}
    variant = bench.train(f"k{k}", "unrolled_gan/ring8_paper", overrides, seed)
    scores = {score["metric"]: score["value"] for score in variant.card["scores"]}
    return scores["modes"], scores["high_quality_share"]
