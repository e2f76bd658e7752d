"""Scenes of one to four emoji with their layouts, boxes and captions.

The objects are real artwork, those of `noto_emoji`; how they are put together is ours.
"""

import functools
import itertools
from dataclasses import dataclass

import numpy as np

from tfgan_zoo.data import prepared
from tfgan_zoo.data.prepared import Built, recipe
from tfgan_zoo.utils import cache

SIZE = 64
OBJECTS = 4

# What captions call an object, and its CLDR short name.
NAMES = {
    "apple": "red apple",
    "banana": "banana",
    "strawberry": "strawberry",
    "cat": "cat face",
    "dog": "dog face",
    "frog": "frog",
    "fish": "tropical fish",
    "butterfly": "butterfly",
    "rocket": "rocket",
    "automobile": "automobile",
    "sailboat": "sailboat",
    "bicycle": "bicycle",
    "house": "house",
    "tree": "deciduous tree",
    "sunflower": "sunflower",
    "soccer ball": "soccer ball",
    "umbrella": "umbrella",
    "guitar": "guitar",
    "key": "key",
    "star": "star",
}
CLASSES = tuple(NAMES)

# The colours at the top and at the bottom, between which a background runs.
BACKGROUNDS = {
    "in a meadow": ((178, 221, 250), (140, 200, 112)),
    "on a table": ((237, 207, 160), (208, 168, 112)),
    "at night": ((20, 22, 48), (48, 50, 88)),
    "in the snow": ((255, 255, 255), (228, 232, 238)),
}

# What a layout's classes 1, 2, ... are: objects, then what lies behind them.
LAYOUT_CLASSES = (*CLASSES, *(words.split()[-1] for words in BACKGROUNDS))

# Of every relation the one that holds the other way round.
RELATIONS = {"left of": "right of", "right of": "left of", "above": "below", "below": "above"}

_SMALLEST, _LARGEST = 16, 28

# The share of the smaller of two boxes that the other may cover.
_OVERLAP = 0.1

# How much farther two objects lie apart along their relation's axis than across it.
_CLEAR = 1.5


@dataclass(frozen=True)
class Placed:
    """An object in a scene: its class, its RGBA pixels uint8 [s, s, 4], and their top left corner."""

    number: int
    sprite: np.ndarray
    top: int
    left: int

    @functools.cached_property
    def solid(self):
        """Where the object is more than half opaque, bool [s, s]."""
        return self.sprite[..., 3] > 127

    @functools.cached_property
    def box(self):
        """(top, left, bottom, right) in pixels around what is solid, bottom and right excluded."""
        rows, columns = np.flatnonzero(self.solid.any(1)), np.flatnonzero(self.solid.any(0))
        top, left = self.top + rows[0], self.left + columns[0]
        return np.array([top, left, self.top + rows[-1] + 1, self.left + columns[-1] + 1])


@recipe(
    "scenes",
    names=("scenes",),
    command="tfgan-zoo prepare scenes --seed 0",
    sources="It needs the data set noto_emoji, prepared before.",
)
def build(seed=0, count=10_000):
    """{"scenes": `Built`} with `count` scenes for "train", a fifth for "test", a tenth "unseen".

    A scene is told by its first two objects: (object, relation, object). A tenth of all such triples,
    drawn by `seed`, each with its inverse, is held out: they are all of "unseen" and none of the rest.

    Args:
        seed: the same seed gives the same scenes; an int >= 0.
        count: scenes to train on.

    The arrays are `image` uint8 [N, 64, 64, 3]; `layout` uint8 [N, 64, 64], the number in
    `LAYOUT_CLASSES`, from 1, of an object where it is more than half opaque, and else of the background;
    `boxes` float32 [N, 4, 4], (top, left, bottom, right) in fractions of the side, and `classes`
    int32 [N, 4], filled up with 0 and -1; `caption` [N].

    Raises FileNotFoundError unless `noto_emoji` is prepared, ValueError for a count below 10 or a
    negative seed.
    """
    if count < 10 or seed < 0:
        raise ValueError(f"scenes need a count of at least 10 and a seed >= 0; got {count} and {seed}")
    sprites = _sprites()
    unseen = held_out(seed)
    splits = {"train": count, "test": count // 5, "unseen": count // 10}
    sized = functools.cache(lambda number, size, flip: _sized(sprites[number], size, flip))
    rows = [
        _accepted(np.random.default_rng([seed, number, row]), sized, unseen, split == "unseen")
        for number, (split, length) in enumerate(splits.items())
        for row in range(length)
    ]
    columns = {key: [row[key] for row in rows] for key in rows[0]}
    return {
        "scenes": Built(
            arrays={key: np.stack(values) for key, values in columns.items()},
            splits=splits,
            request={"seed": seed, "count": count},
            source={"noto_emoji": cache.sha256(sprites)},
            attribution="objects from Noto Color Emoji, Google, SIL Open Font License 1.1",
            class_names=LAYOUT_CLASSES,
        )
    }


def held_out(seed):
    """The 160 triples (class, relation, class), with their inverses, that "unseen" is made of."""
    every = list(itertools.product(range(len(CLASSES)), ("left of", "above"), range(len(CLASSES))))
    chosen = np.random.default_rng(seed).permutation(len(every))[: len(every) // 10]
    triples = {every[index] for index in chosen}
    return triples | {(b, RELATIONS[relation], a) for a, relation, b in triples}


def relation(first, second):
    """How `first` lies to `second`, two `Placed`, or None where that is not clear."""
    down, across = (second.box[:2] + second.box[2:] - first.box[:2] - first.box[2:]) / 2
    if abs(across) >= _CLEAR * abs(down):
        return "left of" if across > 0 else "right of"
    if abs(down) >= _CLEAR * abs(across):
        return "above" if down > 0 else "below"
    return None


def caption(numbers, how, background):
    """The sentence for objects of these classes, of which the first lies `how` to the second."""
    named = [f"{'an' if CLASSES[number][0] in 'aeiou' else 'a'} {CLASSES[number]}" for number in numbers]
    words = named[:1]
    if len(named) > 1:
        words += [how, named[1]]
    if len(named) > 2:
        words += ["with", " and ".join(named[2:])]
    return " ".join([*words, background])


def _sprites():
    """The objects' pictures, uint8 [20, 64, 64, 4]."""
    splits, read, _ = prepared.find("noto_emoji")
    found = {}
    for split in splits:
        emoji = read(split)
        found |= dict(zip(emoji["caption"].tolist(), emoji["image"]))
    return np.stack([found[name] for name in NAMES.values()])


def _sized(sprite, size, flip):
    from PIL import Image

    small = np.asarray(Image.fromarray(sprite).resize((size, size), Image.Resampling.LANCZOS))
    return small[:, ::-1] if flip else small


def _accepted(rng, sized, unseen, held):
    """The first scene that `rng` draws whose triple is held out, or is not, as `held` asks for.

    One to four objects are as frequent; two to four where a triple is to be held out.
    """
    wanted = rng.integers(2 if held else 1, OBJECTS + 1)
    while True:
        placed = _placed(rng, sized, wanted)
        how = relation(*placed[:2]) if len(placed) > 1 else None
        if len(placed) > 1 and how is None:
            continue
        triple = (placed[0].number, how, placed[1].number) if how else None
        if (triple in unseen) == held:
            return _drawn(placed, how, list(BACKGROUNDS)[rng.integers(len(BACKGROUNDS))])


def _placed(rng, sized, wanted):
    """So many objects that cover one another but little."""
    placed = []
    # Where the last objects find no room, all begin anew.
    for attempt in itertools.count(1):
        size = rng.integers(_SMALLEST, _LARGEST + 1)
        number, flip = int(rng.integers(len(CLASSES))), bool(rng.integers(2))
        top, left = rng.integers(0, SIZE - size + 1, 2)
        new = Placed(number, sized(number, int(size), flip), int(top), int(left))
        if all(_overlap(new.box, other.box) <= _OVERLAP for other in placed):
            placed.append(new)
        if len(placed) == wanted:
            return placed
        if attempt % 50 == 0:
            placed = []


def _overlap(a, b):
    height, width = np.minimum(a[2:], b[2:]) - np.maximum(a[:2], b[:2])
    smaller = min(np.prod(box[2:] - box[:2]) for box in (a, b))
    return max(height, 0) * max(width, 0) / smaller


def _drawn(placed, how, background):
    """A scene's arrays; in whole numbers, so that they are the same on every machine."""
    top, bottom = np.array(BACKGROUNDS[background])
    down = np.arange(SIZE)[:, None, None]
    rows = (top * (SIZE - 1 - down) + bottom * down + (SIZE - 1) // 2) // (SIZE - 1)
    image = np.broadcast_to(rows, (SIZE, SIZE, 3)).copy()
    behind = 1 + len(CLASSES) + list(BACKGROUNDS).index(background)
    layout = np.full([SIZE, SIZE], behind, np.uint8)
    boxes = np.zeros([OBJECTS, 4], np.float32)
    classes = np.full([OBJECTS], -1, np.int32)
    for i, each in enumerate(placed):
        size = len(each.sprite)
        place = np.s_[each.top : each.top + size, each.left : each.left + size]
        colours, alpha = each.sprite[..., :3].astype(int), each.sprite[..., 3:].astype(int)
        image[place] = (image[place] * (255 - alpha) + colours * alpha + 127) // 255
        layout[place][each.solid] = each.number + 1
        boxes[i], classes[i] = each.box / SIZE, each.number
    numbers = [each.number for each in placed]
    return {
        "image": image.astype(np.uint8),
        "layout": layout,
        "boxes": boxes,
        "classes": classes,
        "caption": np.str_(caption(numbers, how, background)),
    }
