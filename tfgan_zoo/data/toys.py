"""Mixtures of Gaussians whose density is known exactly, to see what a GAN learns and what it drops."""

import functools
import itertools
from dataclasses import dataclass

import numpy as np
from scipy.special import logsumexp

from tfgan_zoo.data.source import OPERATORS, SOURCES, in_memory
from tfgan_zoo.utils.registry import look_up

TRAIN, TEST = 50_000, 10_000


@dataclass(frozen=True, eq=False)
class Mixture:
    """A mixture of K isotropic Gaussians in d dimensions.

    Attributes:
        name: the name after "toy/".
        centres: float64 [K, d].
        std: a float, or float64 [K] where the modes differ.
        weights: float64 [K], summing to 1.
        train: how many examples its data set has to train on.
    """

    name: str
    centres: np.ndarray
    std: float | np.ndarray
    weights: np.ndarray
    train: int = TRAIN

    @property
    def sizes(self):
        """{split: how many examples}."""
        return {"train": self.train, "test": TEST}

    @property
    def dims(self):
        """d, the number of dimensions."""
        return self.centres.shape[1]

    def sample(self, n, seed):
        """`n` samples, float32 [n, d]; the same for the same `seed` (an int, or a sequence of ints)."""
        rng = np.random.default_rng(seed)
        modes = rng.choice(len(self.weights), size=n, p=self.weights)
        noise = rng.standard_normal((n, self.dims))
        return (self.centres[modes] + self._stds()[modes, None] * noise).astype(np.float32)

    def log_prob(self, x):
        """The exact log-density (natural logarithm) at `x` [..., d], float64 [...].

        Raises ValueError if the last dimension of `x` is not d.
        """
        x = np.asarray(x, np.float64)
        if x.ndim == 0 or x.shape[-1] != self.dims:
            raise ValueError(f"toy/{self.name} has points of {self.dims} dimensions; got shape {x.shape}")
        std = self._stds()
        squares = np.square((x[..., None, :] - self.centres) / std[:, None]).sum(-1)
        log_modes = -0.5 * squares - self.dims * (np.log(std) + 0.5 * np.log(2 * np.pi))
        return logsumexp(log_modes, axis=-1, b=self.weights)

    def examples(self, split):
        """The data set's own samples, float32 [n, d]; those of "test" are others than those of "train"."""
        # The first word keeps these streams apart from those of a caller's `sample(n, seed)`.
        return self.sample(self.sizes[split], [0x746F79, list(self.sizes).index(split)])

    def _stds(self):
        return np.broadcast_to(np.asarray(self.std, np.float64), len(self.centres))


def _mixture(name, centres, std, weights=None, train=TRAIN):
    centres = np.asarray(centres, np.float64)
    weights = np.full(len(centres), 1 / len(centres)) if weights is None else np.asarray(weights)
    return Mixture(name, centres, std, weights, train)


_ANGLES = 2 * np.pi * np.arange(8) / 8
_GRID = np.array(list(itertools.product((-4.0, -2.0, 0.0, 2.0, 4.0), repeat=2)))

TOYS = {
    toy.name: toy
    for toy in (
        _mixture("gaussian_1d", [[4.0]], 0.5),
        _mixture("normal_1d", [[0.0]], 1.0),
        _mixture("mixture_1d", [[-3.0], [0.5], [4.0]], np.array([0.5, 0.3, 1.0]), [0.5, 0.2, 0.3]),
        _mixture("pair_1d", [[-1.0], [2.0]], np.array([0.7, 1.0]), [0.6, 0.4]),
        _mixture("ring8", 2 * np.stack([np.cos(_ANGLES), np.sin(_ANGLES)], -1), 0.02),
        _mixture("grid25", _GRID, 0.05),
        # As Gulrajani et al. 2017 (arXiv:1704.00028) scale it.
        _mixture("grid25_unit_variance", _GRID / 8**0.5, 0.05 / 8**0.5),
        # As Lim & Ye 2017 (arXiv:1705.02894) scale it: 33 deviations from one mode to the next.
        _mixture("grid25_wide", _GRID * 21 / 4, 0.1**0.5, train=100_000),
    )
}


# The square in which Tolstikhin et al. 2017 (arXiv:1701.02386, section 4.1) draw centres, and its deviation.
_REACH, _DEVIATION = 15.0, 8.66


def random_gaussians(seed, modes=10, std=0.03, scale=1 / _DEVIATION, train=64_000, name="random_gaussians"):
    """A mixture whose centres are uniform in a square of that scale times +-15, by the seed."""
    centres = np.random.default_rng([seed, modes]).uniform(-_REACH, _REACH, (modes, 2))
    weights = np.full(modes, 1 / modes)
    return Mixture(f"{name}/{seed}" if seed else name, scale * centres, std, weights, train)


def _wide_gaussians(modes):
    """{name: builder by seed} of the mixture that AdaGAN's release draws for that many modes, unscaled."""
    divisor = {1: 3, 2: 3, 3: 8, 4: 20, 5: 10}.get(modes, 3 * modes**2)
    settings = {"modes": modes, "std": (_REACH / divisor) ** 0.5, "scale": 1.0, "train": 256_000}
    name = f"wide_gaussians_{modes}"
    return {name: functools.partial(random_gaussians, name=name, **settings)}


# Toys by a seed, which may follow their name, as in "random_gaussians/3"; else it is 0.
FAMILIES = {"random_gaussians": random_gaussians}
for _modes in (1, 2, 3, 5, 7, 10):
    FAMILIES |= _wide_gaussians(_modes)
TOYS["random_gaussians"] = random_gaussians(0)


def get(name):
    """The toy called `name`, with or without "toy/". Raises ValueError that names the nearest."""
    name = name.removeprefix("toy/")
    family, _, seed = name.partition("/")
    if family in FAMILIES and (seed or "0").isdecimal():
        return FAMILIES[family](int(seed or 0))
    return look_up(f"toy/{name}", {f"toy/{each}": toy for each, toy in TOYS.items()}, "data set")


def _source(toy, data_dir=None):
    return in_memory(f"toy/{toy.name}", toy.sizes, lambda split: {"x": toy.examples(split)})


for _name, _toy in TOYS.items():
    SOURCES.add(f"toy/{_name}", functools.partial(_source, _toy))
OPERATORS.add("toy", lambda name, find: _source(get(name)))
