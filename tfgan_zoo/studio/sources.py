"""The images that a model starts from: own pictures, kept in the zoo's cache, and held-out examples."""

import functools
import hashlib
import io

import numpy as np
from PIL import Image

from tfgan_zoo.data.folder import read_image
from tfgan_zoo.data.given import read_images
from tfgan_zoo.evaluation import held_out_batch
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.utils import cache
from tfgan_zoo.utils.files import replacing

HELD_OUT = 32


def keep(contents):
    """Writes an own picture, the bytes of its file, into the cache as a PNG; returns its name.

    Raises:
        ValueError: it cannot be read as a picture.
    """
    try:
        picture = read_image(io.BytesIO(contents))
    # Pillow's decoders raise nearly anything on damaged files.
    except Exception as error:
        raise ValueError("The file cannot be read as a picture; choose a PNG or a JPEG.") from error
    # Enough for any model of the zoo, and small on the disk.
    picture.thumbnail((1024, 1024), Image.Resampling.LANCZOS)
    name = hashlib.sha256(picture.mode.encode() + str(picture.size).encode() + picture.tobytes()).hexdigest()[:16]
    _folder().mkdir(parents=True, exist_ok=True)
    with replacing(_folder() / f"{name}.png") as temporary:
        picture.save(temporary, format="PNG")
    return name


def kept(name):
    """The file of an own picture.

    Raises:
        FileNotFoundError: it was given to the studio of another user or computer.
    """
    path = _folder() / f"{name}.png"
    if not path.is_file():
        raise FileNotFoundError("The picture of this link is not on this computer; choose it again.")
    return path


def own_picture(path, model, key, fit="pad"):
    """A picture's file as a model takes it.

    Args:
        path: the file.
        model: a system.
        key: the key of a batch under which the model takes such images, such as "image" or "condition".
        fit: as for `data.load`: how it is brought to the model's size.

    Returns:
        float32 array [1, H, W, C].
    """
    shapes = model.example_shapes
    height, width, channels = shapes[key]
    _, images = read_images(path, (height, width), channels, fit)
    if key == "image":
        return images
    # A model may scale what it translates to another range than images, which `batch` knows.
    blank = {name: np.zeros([1, *shape], np.uint8) for name, shape in shapes.items()}
    pixels = np.rint((images + 1) * 127.5).astype(np.uint8)
    return np.asarray(model.batch({**blank, key: pixels})[key])


def held_out(config_id, key, place):
    """Image float32 [1, H, W, C] number `place`, of 32 that the config's training never sees.

    Raises:
        FileNotFoundError: the config's data are not on this computer.
        ValueError: there are fewer.
    """
    images = _held_out(config_id, key)
    if place >= len(images):
        raise ValueError(f"{config_id} has {len(images)} held-out examples; the link names number {place}.")
    return images[place : place + 1]


@functools.lru_cache(maxsize=16)
def _held_out(config_id, key):
    return np.asarray(held_out_batch(load_config(config_id), HELD_OUT)[key])


def _folder():
    return cache.folder() / "studio"
