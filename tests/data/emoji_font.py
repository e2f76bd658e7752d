"""A small font with bitmaps and ligatures, and the list of the emoji that it draws."""

import io

import numpy as np
import pytest
from PIL import Image

LIST = """
# group: Smileys & Emotion
# subgroup: face-smiling
1F600        ; fully-qualified     # 😀 E1.0 grinning face
263A FE0F    ; fully-qualified     # ☺️ E0.6 smiling face
263A         ; unqualified         # ☺ E0.6 smiling face
# group: People & Body
1F9D1 200D 1F4BB       ; fully-qualified     # 🧑‍💻 E12.1 technologist
1F9D1 1F3FB 200D 1F4BB ; fully-qualified     # 🧑🏻‍💻 E12.1 technologist: light skin tone
1F468 200D 1F4BB       ; fully-qualified     # 👨‍💻 E4.0 man technologist
# group: Component
1F3FB        ; component           # 🏻 E1.0 light skin tone
# group: Symbols
0031 FE0F 20E3 ; fully-qualified     # 1️⃣ E0.6 keycap: 1
# group: Flags
1F1E6 1F1E8  ; fully-qualified     # 🇦🇨 E2.0 flag: Ascension Island
1F1E6 1F1E9  ; fully-qualified     # 🇦🇩 E2.0 flag: Côte d’Andorra
"""

# What the test font draws, each as a square of its own grey (and a flag that two sequences share).
SINGLE = {0x1F600: "face", 0x263A: "smile"}
SEQUENCES = {
    (0x1F9D1, 0x200D, 0x1F4BB): "technologist",
    (0x1F9D1, 0x1F3FB, 0x200D, 0x1F4BB): "light_technologist",
    (0x1F468, 0x200D, 0x1F4BB): "man_technologist",
    (0x31, 0xFE0F, 0x20E3): "keycap",
    (0x1F1E6, 0x1F1E8): "flag",
    (0x1F1E6, 0x1F1E9): "flag",
}
GREYS = {name: 20 * i for i, name in enumerate(dict.fromkeys([*SINGLE.values(), *SEQUENCES.values()]))}


def png(grey):
    """A bitmap as wide as Noto's, 136x128: an opaque square 68 wide in the middle of nothing."""
    pixels = np.zeros([128, 136, 4], np.uint8)
    pixels[30:98, 34:102] = [grey, grey, grey, 255]
    file = io.BytesIO()
    Image.fromarray(pixels).save(file, "PNG")
    return file.getvalue()


def make(path, lacking=(), bitmaps=True):
    """Write a font with bitmaps and ligatures as Noto Color Emoji has them; gives `path`."""
    fonts = pytest.importorskip("fontTools.fontBuilder")
    parts = {point: f"u{point:x}" for sequence in SEQUENCES for point in sequence}
    drawn = [name for name in GREYS if name not in lacking]
    builder = fonts.FontBuilder(1024, isTTF=True)
    builder.setupGlyphOrder([".notdef", *parts.values(), *drawn])
    single = {point: name for point, name in SINGLE.items() if name in drawn}
    builder.setupCharacterMap({**parts, **single})
    builder.setupHorizontalMetrics({name: (1024, 0) for name in builder.font.getGlyphOrder()})
    builder.setupHorizontalHeader()
    builder.setupNameTable({"familyName": "Test", "version": "Version 1.5"})
    builder.setupPost()
    rules = "".join(
        f"sub {' '.join(parts[point] for point in sequence)} by {name};"
        for sequence, name in SEQUENCES.items()
        if name in drawn
    )
    builder.addOpenTypeFeatures(f"feature ccmp {{ lookup all useExtension {{ {rules} }} all; }} ccmp;")
    if bitmaps:
        _add_bitmaps(builder.font, {name: png(GREYS[name]) for name in drawn})
    builder.save(path)
    return path


def _add_bitmaps(font, pngs):
    from fontTools.misc import sstruct
    from fontTools.ttLib import newTable
    from fontTools.ttLib.tables import C_B_D_T_, E_B_L_C_, BitmapGlyphMetrics

    font["CBDT"], font["CBLC"] = newTable("CBDT"), newTable("CBLC")
    font["CBDT"].version = font["CBLC"].version = 3.0
    names = sorted(pngs, key=font.getGlyphID)
    strike = E_B_L_C_.Strike()
    size = strike.bitmapSizeTable
    size.hori, size.vert = E_B_L_C_.SbitLineMetrics(), E_B_L_C_.SbitLineMetrics()
    for line in (size.hori, size.vert):
        for field in sstruct.getformat(E_B_L_C_.sbitLineMetricsFormat)[1]:
            setattr(line, field, 0)
    size.colorRef = 0
    size.ppemX = size.ppemY = 109
    size.bitDepth, size.flags = 32, 1
    index = E_B_L_C_.eblc_index_sub_table_1(None, None)
    index.indexFormat, index.imageFormat, index.names = 1, 17, names
    index.firstGlyphIndex, index.lastGlyphIndex = map(font.getGlyphID, (names[0], names[-1]))
    strike.indexSubTables.append(index)
    font["CBLC"].strikes = [strike]
    font["CBDT"].strikeData = [{}]
    for name in names:
        glyph = C_B_D_T_.cbdt_bitmap_format_17(b"", font)
        glyph.metrics = BitmapGlyphMetrics.SmallGlyphMetrics()
        metrics = {"height": 128, "width": 136, "BearingX": 0, "BearingY": 101, "Advance": 136}
        vars(glyph.metrics).update(metrics)
        glyph.imageData = pngs[name]
        font["CBDT"].strikeData[0][name] = glyph
