"""Scripts of strokes by which a user edits images, read and checked."""

import numbers

import numpy as np

from tfgan_zoo.utils.spelling import nearest


def read_strokes(strokes, kinds):
    """(kind, stroke) of each stroke of a script.

    Args:
        strokes: list of dicts, one or more.
        kinds: {name: (the keys of a stroke of that kind, those that it may have beside them)}, sets.

    Raises:
        ValueError: it is no such list, or a stroke has an unknown key or the keys of no kind.
    """
    if not (isinstance(strokes, (list, tuple)) and strokes and all(isinstance(each, dict) for each in strokes)):
        raise ValueError(f"Strokes are a list of one dict or more, such as {_forms(kinds)}; got {strokes!r}.")
    known = set().union(*(keys | optional for keys, optional in kinds.values()))
    return [(_kind(place, stroke, kinds, known), stroke) for place, stroke in enumerate(strokes, 1)]


def _kind(place, stroke, kinds, known):
    for key in stroke:
        if key not in known:
            raise ValueError(f"Stroke {place} has the unknown key {key!r}.{nearest(key, known)}")
    for name, (keys, optional) in kinds.items():
        if keys <= set(stroke) <= keys | optional:
            return name
    raise ValueError(f"Stroke {place} has the keys {', '.join(stroke) or 'none'}; a stroke is {_forms(kinds)}.")


def _forms(kinds):
    def form(keys, optional):
        return "{" + ", ".join([*sorted(keys), *(f"[{key}]" for key in sorted(optional))]) + "}"

    return " or ".join(form(*kind) for kind in kinds.values())


def numbers_of(stroke, key, count):
    """The `count` numbers under a key, float64 [count].

    Raises:
        ValueError: they are not that.
    """
    values = stroke[key]
    if not (isinstance(values, (list, tuple)) and len(values) == count and all(map(_is_number, values))):
        raise ValueError(f"{key} of a stroke is a list of {count} numbers; got {values!r}.")
    return np.array(values, np.float64)


def number_of(stroke, key, default):
    """The number above 0 under a key, or the default where there is none.

    Raises:
        ValueError: it is not that.
    """
    value = stroke.get(key, default)
    if not (_is_number(value) and value > 0):
        raise ValueError(f"{key} of a stroke is a number above 0; got {value!r}.")
    return float(value)


def color_of(stroke, key, channels):
    """The colour [r, g, b] under a key, 0 to 255 each, as float32 [channels] in [-1, 1]; its luma for one channel.

    Raises:
        ValueError: it is not that.
    """
    color = numbers_of(stroke, key, 3)
    if color.min() < 0 or color.max() > 255:
        raise ValueError(f"{key} of a stroke is red, green and blue from 0 to 255; got {stroke[key]!r}.")
    # The weights of ITU-R 601, by which colour images are made grey.
    color = np.array([color @ [0.299, 0.587, 0.114]]) if channels == 1 else color
    return (color / 127.5 - 1).astype(np.float32)


def box_of(stroke, key, size):
    """The slices (rows, columns) of a box [left, top, right, bottom], pixels of which the last are outside it.

    Args:
        size: (height, width) of the image.

    Raises:
        ValueError: it is empty or reaches beyond the image.
    """
    left, top, right, bottom = numbers_of(stroke, key, 4)
    height, width = size
    inside = 0 <= left < right <= width and 0 <= top < bottom <= height
    if not inside or any(value != int(value) for value in (left, top, right, bottom)):
        raise ValueError(
            f"{key} of a stroke is [left, top, right, bottom] in whole pixels of an image of {width} x {height}; "
            f"got {stroke[key]!r}."
        )
    return slice(int(top), int(bottom)), slice(int(left), int(right))


def line_of(stroke, key, radius, size):
    """Which pixels lie within `radius` of the line through points [[x, y], ...]: bool [height, width].

    Args:
        size: (height, width) of the image. Places are pixels from its top left corner; the first pixel's middle is
            at (0.5, 0.5).

    Raises:
        ValueError: it is no list of points, or no pixel lies near it.
    """
    points = stroke[key]
    if not (isinstance(points, (list, tuple)) and points):
        raise ValueError(f"{key} of a stroke is a list of points [x, y]; got {points!r}.")
    points = np.stack([numbers_of({key: point}, key, 2) for point in points])
    y, x = (np.arange(n) + 0.5 for n in size)
    pixels = np.stack(np.meshgrid(x, y), axis=-1)
    mask = np.zeros(size, bool)
    for start, end in zip(points, points[1:] if len(points) > 1 else points):
        mask |= _distance(pixels, start, end) <= radius
    if not mask.any():
        where = f"an image of {size[1]} x {size[0]}"
        raise ValueError(f"{key} of a stroke passes no pixel of {where}; got {stroke[key]!r}.")
    return mask


def _distance(pixels, start, end):
    """Of points [H, W, 2] from the line between two points, [H, W]."""
    way = end - start
    share = np.clip((pixels - start) @ way / max(way @ way, 1e-12), 0, 1)
    return np.linalg.norm(pixels - start - share[..., None] * way, axis=-1)


def _is_number(value):
    return isinstance(value, numbers.Real) and not isinstance(value, bool) and np.isfinite(value)
