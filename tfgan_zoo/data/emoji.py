"""Emoji as pictures with names and groups: Noto Color Emoji (Google) in the order of Unicode's list."""

import hashlib
import io
import re
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tfgan_zoo.data.prepared import Built, recipe, require
from tfgan_zoo.utils.files import sha256

SIZE = 64

# Unicode's groups, in the order of its list.
GROUPS = (
    "Smileys & Emotion",
    "People & Body",
    "Animals & Nature",
    "Food & Drink",
    "Travel & Places",
    "Activities",
    "Objects",
    "Symbols",
    "Flags",
)

_LINE = re.compile(r"([0-9A-F ]+?) *; fully-qualified *# \S+ E\S+ (.+)")
_EMOJI_STYLE = 0xFE0F
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_GENDERS = {"man", "woman", "person", "men", "women", "people", "and"}


@dataclass(frozen=True)
class Emoji:
    """One line of emoji-test.txt: its group, code points and CLDR short name."""

    group: str
    points: tuple[int, ...]
    name: str

    @property
    def has_skin_tone(self):
        """Whether it is one of the variants of another emoji in another skin tone."""
        return any(point in _SKIN_TONES for point in self.points)

    @property
    def base(self):
        """What it shares with its variants: of people neither skin tone nor hair nor gender matters."""
        if self.group != "People & Body":
            return self.name
        words = self.name.split(":")[0].split()
        return " ".join(word for word in words if word not in _GENDERS)

    @property
    def split(self):
        """"test" for a tenth of all bases, by a hash, else "train"."""
        digest = hashlib.sha256(self.base.encode()).digest()
        return "test" if int.from_bytes(digest[:8], "big") % 10 == 0 else "train"


@recipe(
    "noto_emoji",
    names=("noto_emoji", "noto_emoji/all"),
    command="tfgan-zoo prepare noto_emoji --font NotoColorEmoji.ttf --emoji-test emoji-test.txt",
    sources=(
        "The font is that of github.com/googlefonts/noto-emoji, release v2.042, or of Debian's package\n"
        "fonts-noto-color-emoji; the list is unicode.org/Public/emoji/15.0/emoji-test.txt, or that of\n"
        "Debian's package unicode-data in /usr/share/unicode/emoji."
    ),
)
def build(font, emoji_test):
    """Every emoji once, {"noto_emoji": without variants of skin tone, "noto_emoji/all": with them}.

    Args:
        font: the path of NotoColorEmoji.ttf with bitmaps (CBDT).
        emoji_test: the path of Unicode's emoji-test.txt of the version that the font covers.

    The arrays are `image` uint8 [N, 64, 64, 4], RGBA; `label` int32 [N], of `GROUPS`; `caption` [N], the
    CLDR short name. Variants of one emoji are in one split.

    Raises MissingExtra without the extra "emoji", OSError for files that cannot be read, ValueError
    for a font without bitmaps and for emoji that the font lacks.
    """
    (fonts,) = require("emoji", "fontTools.ttLib")
    emoji = parse(Path(emoji_test).read_text(encoding="utf-8"))
    glyphs, bitmaps, font_version = _open(fonts, font)
    named = {one: _glyph(one.points, *glyphs) for one in emoji}
    missing = [one.name for one, glyph in named.items() if glyph not in bitmaps]
    if missing:
        raise ValueError(
            f"{font} lacks {len(missing)} of the {len(emoji)} emoji in {emoji_test}, such as "
            f"{', '.join(missing[:4])}: take the emoji-test.txt of the Unicode version that it covers"
        )
    # A few emoji share a glyph, such as two spellings of one flag; the first stays.
    distinct = dict(zip(reversed(named.values()), reversed(named)))
    kept = [one for one in emoji if distinct[named[one]] is one]
    pictures = {one: _picture(bitmaps[named[one]].imageData) for one in kept}
    source = {
        "font": {"version": font_version, "sha256": sha256(font)},
        "emoji_test": {"sha256": sha256(emoji_test)},
        "fonttools": version("fonttools"),
    }
    return {
        "noto_emoji": _built({one: p for one, p in pictures.items() if not one.has_skin_tone}, source),
        "noto_emoji/all": _built(pictures, source),
    }


def parse(text):
    """The fully-qualified `Emoji` in the text of an emoji-test.txt, in its order.

    Raises ValueError if there are none, or one of a group that is not in `GROUPS`.
    """
    group, found = None, []
    for line in text.splitlines():
        if line.startswith("# group: "):
            group = line.removeprefix("# group: ").strip()
        elif match := _LINE.match(line):
            if group not in GROUPS:
                raise ValueError(f"emoji-test.txt has a group {group!r}, none of {', '.join(GROUPS)}")
            points = tuple(int(point, 16) for point in match[1].split())
            found.append(Emoji(group, points, match[2].strip()))
    if not found:
        raise ValueError("emoji-test.txt names no fully-qualified emoji: is it Unicode's file?")
    return found


def _open(fonts, path):
    """((character map, ligatures), {glyph: bitmap}, version) of a font."""
    try:
        font = fonts.TTFont(path)
    except fonts.TTLibError as error:
        raise ValueError(f"{path} is no font: {error}") from error
    if not {"CBDT", "GSUB"} <= set(font.keys()):
        raise ValueError(f"{path} has no bitmaps (CBDT): take NotoColorEmoji.ttf, not a vector edition")
    ligatures = {}
    for lookup in font["GSUB"].table.LookupList.Lookup:
        for table in lookup.SubTable:
            table = getattr(table, "ExtSubTable", table)
            for first, rest in getattr(table, "ligatures", {}).items():
                ligatures |= {(first, *ligature.Component): ligature.LigGlyph for ligature in rest}
    return (font.getBestCmap(), ligatures), font["CBDT"].strikeData[0], font["name"].getDebugName(5)


def _glyph(points, character_map, ligatures):
    """The glyph of a sequence, without its emoji style if the font knows it so; or None."""
    for sequence in ([point for point in points if point != _EMOJI_STYLE], points):
        names = tuple(character_map.get(point) for point in sequence)
        glyph = names[0] if len(names) == 1 else ligatures.get(names)
        if glyph is not None:
            return glyph
    return None


def _picture(png):
    """A glyph's PNG -> uint8 [64, 64, 4], centred in a square; Pillow weighs colours by their alpha."""
    from PIL import Image

    with Image.open(io.BytesIO(png)) as image:
        image = image.convert("RGBA")
    side = max(image.size)
    square = Image.new("RGBA", (side, side))
    square.paste(image, ((side - image.width) // 2, (side - image.height) // 2))
    return np.asarray(square.resize((SIZE, SIZE), Image.Resampling.LANCZOS))


def _built(pictures, source):
    by_split = {"train": [], "test": []}
    for one in pictures:
        by_split[one.split].append(one)
    rows = by_split["train"] + by_split["test"]
    return Built(
        arrays={
            "image": np.stack([pictures[one] for one in rows]),
            "label": np.array([GROUPS.index(one.group) for one in rows], np.int32),
            "caption": np.array([one.name for one in rows]),
        },
        splits={split: len(found) for split, found in by_split.items()},
        request={},
        source=source,
        attribution="Noto Color Emoji, Google, SIL Open Font License 1.1; names by Unicode CLDR",
        class_names=GROUPS,
    )
