"""How much of a toy density with known modes the samples reach."""

import numpy as np
from scipy.spatial import cKDTree

from tfgan_zoo.metrics._checks import as_vectors, check_same_dimension


def mode_coverage(samples, centres, std, share=20 / 2500, radius=3):
    """Modes hit and the share of samples of high quality: (modes, quality).

        quality = share of x with min_c |x - c| <= radius std
        modes   = number of c that are nearest to at least share n such samples

    The rule of the 8-Gaussian ring, 20 of 2,500 samples within 3 standard deviations, after Metz
    et al. 2017 (arXiv:1611.02163), section 3.1, and Srivastava et al. 2017 (arXiv:1705.07761).
    samples [n, d], centres [modes, d], std: a number. A perfect generator in the plane
    hits every mode with quality 1 - exp(-radius^2 / 2) = 0.989; a collapsed one hits 1 or 0.
    """
    samples, centres = as_vectors(samples, "samples"), as_vectors(centres, "centres")
    check_same_dimension(centres.shape[1], samples.shape[1])
    if std <= 0 or radius <= 0 or not 0 < share <= 1:
        raise ValueError(
            f"std and radius must be above 0 and share in (0, 1]; got {std}, {radius}, {share}"
        )
    distance, nearest = nearest_modes(samples, centres)
    good = distance <= radius * std
    counts = np.bincount(nearest[good], minlength=len(centres))
    needed = np.ceil(share * len(samples) - 1e-9)
    return int((counts >= max(1, needed)).sum()), float(good.mean())


def nearest_modes(points, centres):
    """(distance, index) of the centre [modes, d] that is nearest to each point [n, d], each [n]."""
    return cKDTree(centres).query(points)
