"""Busts in two drawing styles with the same seven attributes: two domains to translate between.

The artwork is that of the styles `avataaars` (Pablo Stanley) and `personas` (Draftbit) as the package
dicebear-styles holds them; which parts are combined is drawn here, so that the attributes are known.
"""

import io
import itertools
import json
from importlib.metadata import version
from importlib.resources import files

import numpy as np

from tfgan_zoo.data.prepared import Built, recipe, require

SIZE = 64

# Of every attribute the names of its values 0, 1, ...; -1 is unknown: what a hat covers.
ATTRIBUTES = {
    "glasses": ("no", "yes"),
    "facial_hair": ("no", "yes"),
    "long_hair": ("no", "yes"),
    "hat": ("no", "yes"),
    "hair_color": ("black", "blonde", "brown", "red", "grey"),
    "skin": ("light", "tan", "brown", "dark"),
    "mouth": ("smile", "frown", "open"),
}

# Under a hat these are written -1.
_UNDER_HAT = ("long_hair", "hair_color")


@recipe(
    "avatars",
    names=("avatars/avataaars", "avatars/personas"),
    command="tfgan-zoo prepare avatars --seed 0",
)
def build(seed=0, count=5000):
    """Both styles, {"avatars/avataaars": `Built`, "avatars/personas": `Built`}.

    Args:
        seed: the same seed gives the same images; an int >= 0.
        count: images of each style, no two the same; the first nine tenths are "train". They are drawn
            one by one, so that a smaller build holds the first images of a larger one.

    The arrays are `image` uint8 [count, 64, 64, 3] over white and `attributes` int32 [count, 7], in the
    order of `ATTRIBUTES`. Takes some 5 ms an image.

    Raises MissingExtra without the extra "avatars", ValueError for a count below 10 or a negative seed.
    """
    if count < 10 or seed < 0:
        raise ValueError(f"avatars need a count of at least 10 and a seed >= 0; got {count} and {seed}")
    dicebear, resvg = require("avatars", "dicebear", "resvg_py")
    packages = ("dicebear-core", "dicebear-styles", "resvg-py")
    train = round(0.9 * count)
    found = {}
    for number, (style, options) in enumerate(STYLES.items()):
        definition = json.loads(files("dicebear_styles").joinpath(f"{style}.json").read_text("utf-8"))
        drawing = dicebear.Style(_without_overlays(definition))

        def render(row, values):
            chosen = {"seed": f"{seed}/{row}", "scale": 1.25, **options(_named(values))}
            return _pixels(dicebear.Avatar(drawing, chosen).to_string(), resvg)

        found[f"avatars/{style}"] = Built(
            arrays=_distinct(render, [seed, number], count),
            splits={"train": train, "test": count - train},
            request={"seed": seed, "count": count},
            source={name: version(name) for name in packages},
            attribution=definition["meta"]["license"]["text"],
        )
    return found


def _distinct(render, seed, count):
    """The first `count` avatars that are not drawn like an earlier one, as a dict of arrays."""
    images, attributes = {}, []
    for row in itertools.count():
        values = _draw(np.random.default_rng([*seed, row]))
        image = render(row, values)
        if images.setdefault(image.tobytes(), image) is image:
            attributes.append(_visible(values))
        if len(images) == count:
            return {"image": np.stack(list(images.values())), "attributes": np.array(attributes, np.int32)}


def _draw(rng):
    """The values of all attributes, {name: int}."""
    probabilities = {
        "glasses": (0.6, 0.4),
        "facial_hair": (0.6, 0.4),
        "long_hair": (0.5, 0.5),
        "hat": (0.88, 0.12),
        "hair_color": (0.2,) * 5,
        "skin": (0.25,) * 4,
        "mouth": (0.5, 0.25, 0.25),
    }
    return {name: int(rng.choice(len(p), p=p)) for name, p in probabilities.items()}


def _named(values):
    return {name: ATTRIBUTES[name][value] for name, value in values.items()}


def _visible(values):
    return [-1 if values["hat"] and name in _UNDER_HAT else value for name, value in values.items()]


def _avataaars(values):
    """DiceBear's options for the attributes; among several variants its own seed picks."""
    short = ("shortCurly", "shortFlat", "shortRound", "shortWaved", "sides", "theCaesar", "dreads01")
    long = ("bigHair", "bob", "curly", "curvy", "dreads", "fro", "miaWallace", "straight01", "straight02")
    hats = ("hat", "winterHat02", "winterHat03", "winterHat04", "winterHat1")
    hair = {"black": "#2c1b18", "blonde": "#d6b370", "brown": "#724133", "red": "#c93305", "grey": "#e8e1e1"}
    skin = {"light": "#ffdbb4", "tan": "#edb98a", "brown": "#ae5d29", "dark": "#614335"}
    mouths = {"smile": ("default", "smile", "twinkle"), "frown": ("sad",), "open": ("screamOpen",)}
    glasses = ("kurt", "prescription01", "prescription02", "round", "sunglasses", "wayfarers")
    tops = hats if values["hat"] == "yes" else long if values["long_hair"] == "yes" else short
    return {
        "topVariant": list(tops),
        "hairColor": [hair[values["hair_color"]]],
        "facialHairColor": [hair[values["hair_color"]]],
        "skinColor": [skin[values["skin"]]],
        "mouthVariant": list(mouths[values["mouth"]]),
        "eyesVariant": ["closed", "default", "happy", "side", "surprised", "wink"],
        "eyebrowsVariant": ["default", "defaultNatural", "flatNatural", "raisedExcitedNatural", "upDown"],
        "facialHairProbability": 100 if values["facial_hair"] == "yes" else 0,
        "accessoriesProbability": 100 if values["glasses"] == "yes" else 0,
        "accessoriesVariant": list(glasses),
        "accessoriesColor": ["#262e33"],
    }


def _personas(values):
    short = ("balding", "curlyHighTop", "fade", "mohawk", "shortCombover", "shortComboverChops")
    long = ("bobBangs", "bobCut", "curly", "extraLong", "long", "pigtails", "sideShave")
    hair = {"black": "#362c47", "blonde": "#f29c65", "brown": "#6c4545", "red": "#e15c66", "grey": "#dee1f5"}
    skin = {"light": "#eeb4a4", "tan": "#e5a07e", "brown": "#b16a5b", "dark": "#623d36"}
    mouths = {"smile": ("bigSmile", "smile"), "frown": ("frown",), "open": ("surprise",)}
    tops = ("beanie", "cap") if values["hat"] == "yes" else long if values["long_hair"] == "yes" else short
    # The full beard covers the mouth with a smile of its own.
    beards = ("goatee", "pyramid", "walrus") + ("beardMustache",) * (values["mouth"] == "smile")
    # This style draws glasses as eyes.
    eyes = ("glasses", "sunglasses") if values["glasses"] == "yes" else ("happy", "open", "sleep", "wink")
    return {
        "hairVariant": list(tops),
        "hairColor": [hair[values["hair_color"]]],
        "facialHairColor": [hair[values["hair_color"]]],
        "skinColor": [skin[values["skin"]]],
        "mouthVariant": list(mouths[values["mouth"]]),
        "eyesVariant": list(eyes),
        "facialHairProbability": 100 if values["facial_hair"] == "yes" else 0,
        "facialHairVariant": list(beards),
    }


STYLES = {"avataaars": _avataaars, "personas": _personas}


def _without_overlays(node):
    """A style without its shapes blended by "overlay", which the renderer draws as plain white in a mask."""
    if isinstance(node, dict):
        return {key: _without_overlays(value) for key, value in node.items()}
    if isinstance(node, list):
        return [_without_overlays(value) for value in node if not _is_overlay(value)]
    return node


def _is_overlay(node):
    attributes = node.get("attributes", {}) if isinstance(node, dict) else {}
    return "mix-blend-mode:overlay" in str(attributes.get("style", ""))


def _pixels(svg, resvg):
    from PIL import Image

    png = resvg.svg_to_bytes(
        svg_string=svg, width=SIZE, height=SIZE, background="white", skip_system_fonts=True
    )
    with Image.open(io.BytesIO(bytes(png))) as image:
        return np.asarray(image.convert("RGB"))
