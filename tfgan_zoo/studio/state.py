"""What a link to the studio says: the query of its address, read and checked.

Nothing here needs TensorFlow. What a model can be asked for comes from `controls.controls_of`.
"""

import json
import math
from dataclasses import dataclass, field

from tfgan_zoo.utils.spelling import nearest

# Where latents come from: one seed, a walk between two, a sum of means, an own picture.
MODES = ("seed", "walk", "sum", "picture")
_LARGEST_SEED = 2**31 - 1
_MOST_SEEDS = 16
_MOST_POINTS = 2000


@dataclass(frozen=True)
class State:
    """All that a picture depends on.

    Attributes:
        model: the id of a config.
        way: a name in `samplers()`.
        mode: one of `MODES`.
        seed: of the latents, and of all else that is drawn.
        to: the seed of the latents at the end of a walk.
        at: how far the walk has gone, from 0 to 1.
        plus, minus, add: seeds of the latents of three concepts; the sum is plus - minus + add, of their means.
        moved: {place: value} of single latents.
        truncation: as `generate` takes it, or None.
        given: {condition: value}; the others are drawn.
        picture: the name of an own picture, or None.
        example: which of the held-out images is translated where there is no own picture.
        strokes: what was painted: [{"color": [r, g, b] from 0 to 255, "points": [[y, x], ...], "radius": pixels}].
    """

    model: str
    way: str
    mode: str = "seed"
    seed: int = 0
    to: int = 1
    at: float = 0.5
    plus: tuple = (0, 1, 2)
    minus: tuple = (3, 4, 5)
    add: tuple = (6, 7, 8)
    moved: dict = field(default_factory=dict)
    truncation: float | None = None
    given: dict = field(default_factory=dict)
    picture: str | None = None
    example: int = 0
    strokes: tuple = ()


def read(query, controls):
    """The `State` of a query.

    Args:
        query: {key: text}, as in an address.
        controls: of the model that it names, see `controls.controls_of`.

    Raises:
        ValueError: a key is unknown, or its value is not one that the model takes.
    """
    conditions = {each["name"]: each for each in controls["conditions"]}
    readers = {**_READERS, **{name: _of_condition(each) for name, each in conditions.items()}}
    unknown = [key for key in query if key not in ("model", *readers)]
    if unknown:
        raise ValueError(f"The link has an unknown part {unknown[0]!r}.{nearest(unknown[0], ['model', *readers])}")
    values = {key: _value(key, text, readers[key]) for key, text in query.items() if key != "model"}
    given = {name: values.pop(name) for name in conditions if name in values}
    state = State(controls["model"], values.pop("way", controls["ways"][0]), given=given, **values)
    _check(state, controls)
    return state


def _value(key, text, reader):
    try:
        return reader(text)
    except (ValueError, TypeError, KeyError) as error:
        raise ValueError(f"The link says {key}={text[:60]}: {error}.") from None


def _check(state, controls):
    if state.way not in controls["ways"]:
        raise ValueError(f"{state.model} has no direction {state.way!r}.{nearest(state.way, controls['ways'])}")
    if state.mode not in controls["modes"]:
        raise ValueError(f"{state.model} has no mode {state.mode!r}; it has {', '.join(controls['modes'])}.")
    beyond = [place for place in state.moved if place >= controls["latents"]]
    if beyond:
        raise ValueError(f"{state.model} has {controls['latents']} latents to move; the link moves number {beyond[0]}.")
    if state.truncation is not None and not controls["truncates"]:
        raise ValueError(f"The latents of {state.model} are not normal and cannot be truncated.")
    if state.strokes and not controls["paints"]:
        raise ValueError(f"{state.model} cannot be painted on.")
    if state.mode == "picture" and state.picture is None:
        raise ValueError("Choose a picture of your own first.")


def _number(low, high):
    def read_number(text):
        value = float(text)
        if not (math.isfinite(value) and low <= value <= high):
            raise ValueError(f"a number from {low:g} to {high:g} is needed")
        return value

    return read_number


def _integer(low, high):
    def read_integer(text):
        value = int(text)
        if not low <= value <= high:
            raise ValueError(f"an integer from {low} to {high} is needed")
        return value

    return read_integer


_seed = _integer(0, _LARGEST_SEED)


def _seeds(text):
    seeds = tuple(_seed(part) for part in text.split(",") if part.strip())
    if len(seeds) > _MOST_SEEDS:
        raise ValueError(f"at most {_MOST_SEEDS} seeds are averaged")
    return seeds


def _moves(text):
    """{3: 1.5} of "3:1.5"; a comma between several."""
    pairs = (part.split(":") for part in text.split(","))
    return {_integer(0, 10**6)(place): _number(-10, 10)(value) for place, value in pairs}


def _strokes(text):
    strokes = json.loads(text)
    if not isinstance(strokes, list):
        raise ValueError("a list of strokes is needed")
    if sum(len(stroke["points"]) for stroke in strokes) > _MOST_POINTS:
        raise ValueError(f"at most {_MOST_POINTS} points can be painted")
    return tuple(_stroke(**stroke) for stroke in strokes)


def _stroke(color, points, radius):
    level, place = _integer(0, 255), _number(0, 10**4)
    red, green, blue = map(level, color)
    if not points:
        raise ValueError("a stroke needs points")
    return {
        "color": [red, green, blue],
        "points": [[place(y), place(x)] for y, x in points],
        "radius": _number(0.5, 100)(radius),
    }


def _name(text):
    """A picture's name: 16 hexadecimal digits, so that it cannot lead to another folder."""
    if len(text) != 16 or set(text) - set("0123456789abcdef"):
        raise ValueError("a picture's name has 16 hexadecimal digits")
    return text


_READERS = {
    "way": str,
    "mode": str,
    "seed": _seed,
    "to": _seed,
    "at": _number(0, 1),
    "plus": _seeds,
    "minus": _seeds,
    "add": _seeds,
    "moved": _moves,
    "truncation": _number(0.01, 10),
    "picture": _name,
    "example": _integer(0, 31),
    "strokes": _strokes,
}


def _of_condition(control):
    if control["kind"] == "choice":
        return _choice(control["values"])
    if control["kind"] == "text":
        return _text
    number = _number(control["low"], control["high"])
    return number if control["size"] is None else _numbers(number, control["size"])


def _choice(values):
    def read_choice(text):
        if int(text) not in values:
            raise ValueError(f"an integer from {values[0]} to {values[-1]} is needed")
        return int(text)

    return read_choice


def _text(text):
    if not text.strip():
        raise ValueError("a text is needed")
    return text


def _numbers(number, size):
    def read_numbers(text):
        values = [number(part) for part in text.split(",")]
        if len(values) != size:
            raise ValueError(f"{size} numbers are needed")
        return values

    return read_numbers


RESERVED = frozenset(_READERS) | {"model"}
