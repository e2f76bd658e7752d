"""Cuts `samples.png`, the picture of the README, out of the samples of weights that ship.

    python docs/samples.py
"""

from pathlib import Path

from PIL import Image

DOCS = Path(__file__).parent
TILE, GAP = 64, 24

# Of each picture: the side of an image in its file, and the rows and columns that are taken.
PARTS = {
    "acgan/fashion_mnist": (64, (0, 1, 5, 7, 8), range(5)),
    "dcgan/avatars": (128, range(5), range(5)),
    "gan_cls/avatars": (64, (0, 1, 3, 4, 5), range(4)),
    "cyclegan/avatars": (128, range(5), (0, 1, 3, 4)),
    "pix2pix/scenes": (64, (0, 2, 3, 5, 7), range(3)),
}


def part(config_id, side, rows, columns):
    """The images at some rows and columns of the samples of a config, TILE wide, two pixels apart."""
    picture = Image.open(DOCS.parent / "pretrained" / config_id / "samples.png").convert("RGB")
    step = TILE + 2
    cut = Image.new("RGB", (len(columns) * step - 2, len(rows) * step - 2), "white")
    for top, row in enumerate(rows):
        for left, column in enumerate(columns):
            x, y = column * (side + 2), row * (side + 2)
            image = picture.crop((x, y, x + side, y + side)).resize((TILE, TILE), Image.Resampling.BOX)
            cut.paste(image, (left * step, top * step))
    return cut


parts = [part(config_id, *place) for config_id, place in PARTS.items()]
width = sum(each.width for each in parts) + GAP * (len(parts) - 1)
whole = Image.new("RGB", (width, parts[0].height), "white")
left = 0
for each in parts:
    whole.paste(each, (left, 0))
    left += each.width + GAP
whole.quantize(256).save(DOCS / "samples.png", optimize=True)
