"""A score and the stamp that says how it was made."""

import dataclasses


class ProtocolMismatch(ValueError):
    """Two scores, or a score and a file, were made in ways that cannot be compared."""


@dataclasses.dataclass(frozen=True)
class Protocol:
    """How a score was made. A field that does not apply (no resizer, no fakes yet) is None.

    extractor: its name, as `inception_2015`; layer: the output that was used, as `2048`.
    weights_hash: SHA-256 of the extractor's weights.
    resizer, antialias: how images came to the extractor's size.
    channels: what was done with the channels of images, as `grey repeated to RGB`.
    n_real, n_fake: sample counts; split: data set and split of the reals, as `cifar10/train`.
    image_size, fit: to which size data were brought, and how, where they were.
    classes: those that the reals are of, where not all.
    contents: a hash of the reals, where these are files of a user's.
    seed: by which samples were drawn. A file of one set's statistics has its count as n_real, what
    the set is as split, and its seed where it was drawn.
    """

    extractor: str | None = None
    layer: str | None = None
    weights_hash: str | None = None
    resizer: str | None = None
    antialias: bool | None = None
    channels: str | None = None
    n_real: int | None = None
    n_fake: int | None = None
    split: str | None = None
    image_size: int | tuple[int, int] | None = None
    fit: str | None = None
    classes: list[int] | None = None
    contents: str | None = None
    seed: int | None = None

    def require(self, other, what="the other"):
        """Raises `ProtocolMismatch` naming every field in which `other` differs."""
        _require_equal(dataclasses.asdict(self), dataclasses.asdict(other), what)


def score_difference(score, other):
    """The value of a score dict less that of another of the same metric and the same protocol.

    Score dicts are `{"metric", "value", "protocol"}`, as `compare` gives them and cards hold them.
    Raises ProtocolMismatch, naming every entry of the protocols that differs, for unlike scores.
    """
    if score["metric"] != other["metric"]:
        raise ProtocolMismatch(f"{score['metric']} cannot be compared with {other['metric']}")
    _require_equal(score["protocol"], other["protocol"], f"the other {score['metric']}")
    return score["value"] - other["value"]


def _require_equal(ours, theirs, what):
    """Raises `ProtocolMismatch` naming every entry in which two dicts differ."""
    keys = [key for key in {**ours, **theirs} if ours.get(key) != theirs.get(key)]
    if keys:
        listed = "; ".join(f"{k}: {ours.get(k)!r} here, {theirs.get(k)!r} there" for k in keys)
        raise ProtocolMismatch(f"{what} was made by another protocol ({listed})")


@dataclasses.dataclass(frozen=True)
class Score:
    """A metric's value with its protocol.

    `<`, `>`, `<=`, `>=` and `-` are between scores of one metric and one protocol and raise
    `ProtocolMismatch` otherwise. `==` compares everything, stamp included.
    """

    metric: str
    value: float
    protocol: Protocol
    deviation: float | None = None

    def __sub__(self, other):
        return self.value - self._comparable(other)

    def __lt__(self, other):
        return self.value < self._comparable(other)

    def __le__(self, other):
        return self.value <= self._comparable(other)

    def __gt__(self, other):
        return self.value > self._comparable(other)

    def __ge__(self, other):
        return self.value >= self._comparable(other)

    def _comparable(self, other):
        if not isinstance(other, Score):
            raise TypeError(f"a Score is compared with a Score, not with {type(other).__name__}")
        if self.metric != other.metric:
            raise ProtocolMismatch(f"{self.metric} cannot be compared with {other.metric}")
        self.protocol.require(other.protocol, f"the other {self.metric}")
        return other.value

    def to_dict(self):
        """A dict of plain values, as a card holds it."""
        return dataclasses.asdict(self)

    @classmethod
    def from_dict(cls, entries):
        return cls(**{**entries, "protocol": Protocol(**entries["protocol"])})
