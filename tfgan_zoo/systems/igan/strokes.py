"""What a user paints, as constraints on the image: which colours and which edges are to be where."""

import numpy as np

from tfgan_zoo.core.strokes import box_of, number_of, read_strokes

# The keys of each kind of stroke, and those that it may leave out.
KINDS = {
    "color": ({"color", "box"}, set()),
    "color brush": ({"color", "brush"}, {"radius"}),
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
    canvas = {
        "color": np.zeros_like(images),
        "color_mask": np.zeros([*images.shape[:3], 1], np.float32),
        "edge": np.full_like(images, -1.0),
        "edge_mask": np.zeros([*images.shape[:3], 1], np.float32),
    }
    for kind, stroke in read_strokes(strokes, KINDS):
        if kind == "warp":
            _warp(canvas, stroke, images, cell)
        elif kind == "edge":
            mask = _line(stroke["edge"], number_of(stroke, "radius", 0.5), size)
            canvas["edge"][:, mask] = 1.0
            canvas["edge_mask"][:, mask] = 1.0
        else:
            mask = _box(box_of(stroke, "box", size), size)
            if kind == "color brush":
                mask = _line(stroke["brush"], number_of(stroke, "radius", 1.5), size)
            canvas["color"][:, mask] = _color(stroke["color"], images.shape[-1])
            canvas["color_mask"][:, mask] = 1.0
    return canvas
