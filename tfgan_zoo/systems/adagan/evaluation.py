"""The paper's coverage: how much of the data lies where a model's density is not low."""

import numpy as np
from sklearn.neighbors import KernelDensity

from tfgan_zoo.evaluation import PROTOCOLS, reference_arrays
from tfgan_zoo.evaluation.needs import draws_points, needs
from tfgan_zoo.evaluation.protocols import Count, Seed
from tfgan_zoo.evaluation.references import stamp


def coverage(fake, real, bandwidth):
    """The share of real points above the density which 95% of fakes are above (section 4.3).

    Args:
        fake, real: points [n, d] and [m, d].
        bandwidth: of the Gaussian kernel estimate of the model's density, on `fake`.
    """
    # One leaf is the plain sum, without the rounding of a tree's bounds.
    density = KernelDensity(bandwidth=bandwidth, leaf_size=len(fake)).fit(fake)
    threshold = np.quantile(density.score_samples(fake), 0.05)
    return float(np.mean(density.score_samples(real) > threshold))


@PROTOCOLS.register
@needs(draws_points)
def density_coverage(
    model,
    config,
    picture,
    samples: Count = 2000,
    bandwidth: float = 0.05,
    seed: Seed = 0,
    split: str = "test",
):
    """The share of held-out points above the 5% quantile of the model's density."""
    references = reference_arrays(config, split)
    real = references["x"]
    protocol = {
        **stamp(config, split, references),
        "n_real": len(real),
        "n_fake": samples,
        "bandwidth": bandwidth,
        "quantile": 0.05,
        "seed": seed,
    }
    value = coverage(model.generate(samples, seed=seed), real, bandwidth)
    return [{"metric": "density_coverage", "value": value, "protocol": protocol}]
