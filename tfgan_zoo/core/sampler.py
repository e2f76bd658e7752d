"""What a network's inputs are drawn from, and how it makes examples."""

import operator
import random
from collections.abc import Callable
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.classes import require_classes
from tfgan_zoo.random import draws
from tfgan_zoo.random.latents import prior
from tfgan_zoo.random.noise import replica_rows
from tfgan_zoo.random.truncation import truncated
from tfgan_zoo.utils.batching import in_batches

# What examples are by the rank of their batches, where a sampler does not say.
_KEYS = {2: "x", 3: "notes", 4: "image", 5: "frames"}


@dataclass(frozen=True)
class Latents:
    """Latents [B, size] from a prior named in `random.latents.PRIORS`."""

    size: int
    prior: str = "normal"

    def draw(self, rows, key):
        return prior(self.prior)([rows, self.size], key)


@dataclass(frozen=True)
class Normal:
    """Standard normal numbers [B, *shape], beside the latents: noise within a network."""

    shape: tuple

    def draw(self, rows, key):
        return draws.normal([rows, *self.shape], key)


@dataclass(frozen=True)
class Uniform:
    """Numbers [B, size], uniform in (low, high)."""

    size: int
    low: float = 0.0
    high: float = 1.0

    def draw(self, rows, key):
        return draws.uniform([rows, self.size], key, self.low, self.high)


@dataclass(frozen=True)
class Classes:
    """Classes int32 [B], uniform in [0, count)."""

    count: int

    def draw(self, rows, key):
        return draws.integers([rows], key, self.count)

    def check(self, name, values):
        if not np.isin(values, np.arange(self.count)).all():
            raise ValueError(f"The condition {name!r} must be integers from 0 to {self.count - 1}.")

    def shown(self):
        """All classes, a row of a picture each."""
        return np.arange(self.count)


@dataclass(frozen=True)
class Components:
    """Components of a mixture, int32 [B], drawn by weights that may change while a model trains.

    Attributes:
        weights: a variable [count], not negative, summing to 1.
    """

    weights: keras.Variable

    def draw(self, rows, key):
        return draws.weighted(rows, key, self.weights.value)

    def check(self, name, values):
        count = self.weights.shape[0]
        if not np.isin(values, np.arange(count)).all():
            raise ValueError(f"The condition {name!r} must be integers from 0 to {count - 1}.")

    def shown(self):
        """Those that have a weight, a row of a picture each."""
        return np.flatnonzero(self.weights.numpy())


@dataclass(frozen=True)
class Captions:
    """Embeddings [B, e] of texts, drawn uniformly from some captions; a caller may give `caption` instead.

    Attributes:
        captions: list of strings.
        embed: strings [n] -> float32 [n, e].
    """

    captions: list
    embed: Callable

    # The name under which a caller gives strings for `embed` to read.
    given_as = "caption"

    def draw(self, rows, key):
        return tf.gather(self.shown(), draws.integers([rows], key, len(self.captions)))

    def shown(self):
        """The embeddings of all captions, a row of a picture each."""
        return self.embed(list(self.captions))

    def read(self, given, n):
        """One string for all of n examples, or n of them -> float32 [n, e]."""
        return self.embed([given] * n if isinstance(given, str) else list(given))


@dataclass(frozen=True)
class Sampler:
    """A network that makes examples, with a source for each of its inputs that can be drawn.

    Calling it is the network's forward pass: `sampler(inputs, training=True)` with the inputs that `draw`
    gave.

    Attributes:
        network: functional model from one tensor or from {name: tensor}.
        sources: {input: `Latents`, `Classes`, ...}; inputs without a source must be given. A network of one
            unnamed input has the name `z`, or that of `of`.
        makes: the batch key of what it makes; by default "x", "notes", "image" or "frames", by rank.
        of: the batch key of the image that it translates, if it translates; a dict network has an input of
            that name.
        paired: whether the example under `makes` is the translation of the one under `of`.
        output: the name or index of the network's output that is the example, where it has several.
        finish: what turns the network's output into the example that is served; by default nothing.
        forward: {input: tensor} -> example that is served, where that is not the network's own pass.
    """

    network: keras.Model
    sources: dict
    makes: str | None = None
    of: str | None = None
    paired: bool = False
    output: str | int | None = None
    finish: Callable | None = None
    forward: Callable | None = None

    def __post_init__(self):
        if self.makes is None:
            object.__setattr__(self, "makes", _KEYS[len(self._output().shape)])
        for name, source in self.sources.items():
            if isinstance(source, Classes):
                require_classes(self.network, name, source.count)

    def _output(self):
        return self.network.output if self.output is None else self.network.output[self.output]

    @property
    def inputs(self):
        """The network's symbolic inputs by name."""
        inputs = self.network.input
        return inputs if isinstance(inputs, dict) else {self.of or "z": inputs}

    @property
    def example_shape(self):
        return tuple(self._output().shape[1:])

    @property
    def is_random(self):
        return bool(self.sources)

    def draw(self, noise, rows, **given):
        """This replica's inputs [rows, ...] for one forward pass of training; `given` ones are not drawn.

        Args:
            noise: the step's `StepNoise`, which is asked in the order of the sources.
        """
        drawn = {}
        for name, source in self.sources.items():
            if name not in given:
                key = noise.key()
                drawn[name] = replica_rows(lambda shape, s=source, k=key: s.draw(shape[0], k), [rows])
        return drawn | given

    def __call__(self, inputs, training=False):
        if not isinstance(self.network.input, dict):
            (inputs,) = inputs.values()
        made = self.network(inputs, training=training)
        return made if self.output is None else made[self.output]

    def serve(self, inputs):
        """{input: tensor} -> float32 examples, in inference mode."""
        made = (self.forward or self)(inputs)
        return tf.cast(self.finish(made) if self.finish else made, tf.float32)

    def latents(self, n, seed=None):
        """`n` latents, float32 [n, d]; the same for the same seed, on any machine."""
        return self.sources["z"].draw(n, [_seed(seed), 0]).numpy()

    def sample(self, n, seed=None, batch_size=250, draws_missing=True, **given):
        """`n` examples, float32 [n, ...], `batch_size` at once. Other arguments and errors: as `inputs_of`."""
        return in_batches(self.serve, self.inputs_of(n, seed, draws_missing, **given), batch_size)

    def inputs_of(self, n, seed=None, draws_missing=True, truncation=None, **given):
        """The network's inputs for `n` examples: {input: array [n, ...]}.

        Args:
            seed: an integer makes the draw repeatable; None draws anew.
            draws_missing: whether inputs that are not given are drawn; else they are asked for.
            truncation: a number above 0 to which normal latents are truncated, see `random.truncation`.
            **given: inputs: one value for all, or an array [n, ...].

        Raises:
            TypeError: `n` or `seed` is no integer.
            ValueError: an input is unknown, of another shape or range, or missing and cannot be drawn; or latents
                that are not normal are to be truncated.
        """
        n = operator.index(n)
        if n < 1:
            raise ValueError(f"generate needs a positive number of examples; got {n}.")
        given, seed = self._read(given, n), _seed(seed)
        inputs = {}
        for name, spec in self.inputs.items():
            if name in given:
                inputs[name] = self._checked(name, spec, given[name], n)
            elif draws_missing and name in self.sources:
                place = list(self.sources).index(name)
                inputs[name] = np.asarray(self.sources[name].draw(n, [seed, place]))
            else:
                raise ValueError(f"This generator needs the condition {name!r} for each example.")
        return inputs if truncation is None else {**inputs, "z": self._truncated(inputs.get("z"), truncation)}

    def _truncated(self, z, truncation):
        if getattr(self.sources.get("z"), "prior", None) != "normal":
            raise ValueError("Only normal latents can be truncated; those of this generator are not normal.")
        if not truncation > 0:
            raise ValueError(f"Latents are truncated at a number above 0; got truncation={truncation!r}.")
        return truncated(z, truncation).numpy()

    def _read(self, given, n):
        """The inputs that a caller gave, captions read; refuses unknown ones."""
        for name, source in self.sources.items():
            alias = getattr(source, "given_as", None)
            if alias in given:
                given = {**given, name: source.read(given[alias], n)}
                del given[alias]
        unknown = [name for name in given if name not in self.inputs]
        if unknown:
            takes = ", ".join(sorted(set(self.inputs) - {"z"})) or "none"
            raise ValueError(f"Conditions of this generator: {takes}; got {', '.join(unknown)}.")
        return given

    def _checked(self, name, spec, value, n):
        value = np.asarray(value)
        shape = (n, *spec.shape[1:])
        if name == "z" and value.shape != shape:
            raise ValueError(f"Latents must have shape [n, {spec.shape[-1]}]; got {value.shape}.")
        if value.shape in ((), shape[1:]):
            value = np.broadcast_to(value, shape)
        if not tf.TensorShape(shape).is_compatible_with(value.shape):
            raise ValueError(f"The condition {name!r} must have shape {shape}; got {value.shape}.")
        check = getattr(self.sources.get(name), "check", None)
        if check:
            check(name, value)
        return value.astype(spec.dtype)

    def specs(self):
        """{input: `tf.TensorSpec`} of what an export takes."""
        return {
            name: tf.TensorSpec([None, *spec.shape[1:]], spec.dtype, name=name)
            for name, spec in self.inputs.items()
        }


def _seed(seed):
    """An int; drawn where it is None.

    Raises:
        TypeError: it is no integer.
        ValueError: it does not fit in 64 bits.
    """
    seed = random.randrange(2**31) if seed is None else operator.index(seed)
    if not -(2**63) <= seed < 2**63:
        raise ValueError(f"A seed is an integer of 64 bits; got {seed}.")
    return seed
