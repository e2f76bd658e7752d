"""What a user paints, as constraints on the image: which colours and which edges are to be where."""

import numpy as np

from tfgan_zoo.core.strokes import box_of, color_of, line_of, number_of, numbers_of, read_strokes

# The keys of each kind of stroke, and those that it may leave out.
KINDS = {
    "box": ({"color", "box"}, set()),
    "brush": ({"color", "brush"}, {"radius"}),
    "edge": ({"edge"}, {"radius"}),
    "warp": ({"warp", "by"}, set()),
}


def constraints(strokes, images, cell):
    """The constraints that strokes put on images.

    Args:
        strokes: list of dicts, later ones over earlier ones:
            {"color": [r, g, b], "box": [left, top, right, bottom]} fills a box with a colour;
            {"color": [r, g, b], "brush": [[x, y], ...], "radius": 1.5} draws a line of a colour;
            {"edge": [[x, y], ...], "radius": 0.5} draws an edge, whatever the colours beside it;
            {"warp": [left, top, right, bottom], "by": [x, y]} copies a part of the image elsewhere.
            Colours are 0 to 255, places pixels of the image from its top left corner, radii pixels.
        images: float32 [n, H, W, C] in [-1, 1], of which `warp` copies.
        cell: how many pixels wide the cells are in which edges are compared.

    Returns:
        {"color", "edge": images [n, H, W, C] in [-1, 1], "color_mask", "edge_mask": [n, H, W, 1], 1 where these
        count}, float32. `edge` need have right edges alone.

    Raises:
        ValueError: a stroke has an unknown key, lacks one, or has a value out of range.
    """
    size = images.shape[1:3]
    found = {
        "color": np.zeros_like(images),
        "color_mask": np.zeros([*images.shape[:3], 1], np.float32),
        "edge": np.full_like(images, -1.0),
        "edge_mask": np.zeros([*images.shape[:3], 1], np.float32),
    }
    for kind, stroke in read_strokes(strokes, KINDS):
        if kind == "warp":
            _warp(found, stroke, images, cell)
        elif kind == "edge":
            line = line_of(stroke, "edge", number_of(stroke, "radius", 0.5), size)
            found["edge"][:, line] = 1.0
            found["edge_mask"][:, line] = 1.0
        else:
            place = box_of(stroke, "box", size) if kind == "box" else _brush(stroke, size)
            found["color"][:, *place] = color_of(stroke, "color", images.shape[-1])
            found["color_mask"][:, *place] = 1.0
    return found


def _brush(stroke, size):
    return (line_of(stroke, "brush", number_of(stroke, "radius", 1.5), size),)


def _warp(found, stroke, images, cell):
    """Asks for the colours and the edges of a part of the images elsewhere."""
    size = images.shape[1:3]
    box_of(stroke, "warp", size)
    by = numbers_of(stroke, "by", 2)
    moved = numbers_of(stroke, "warp", 4) + np.tile(by, 2)
    rows, columns = box_of({"warp, moved,": moved.tolist()}, "warp, moved,", size)
    right, down = by.astype(int)
    copied = np.roll(images, (down, right), axis=(1, 2))
    found["color"][:, rows, columns] = copied[:, rows, columns]
    found["color_mask"][:, rows, columns] = 1.0
    # Edges at the border of the part are those that it has in the images, so that what is beside it comes along.
    beside = tuple(slice(max(each.start - cell, 0), each.stop + cell) for each in (rows, columns))
    found["edge"][:, *beside] = copied[:, *beside]
    found["edge_mask"][:, rows, columns] = 1.0
