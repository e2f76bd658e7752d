"""What a user names on the command line: a picture, a folder of pictures, a file of arrays, a data set's split."""

import os
import re
from contextlib import contextmanager
from pathlib import Path

import numpy as np

from tfgan_zoo.data.find import is_known
from tfgan_zoo.data.folder import files_of, read_image
from tfgan_zoo.data.pipeline import arrays
from tfgan_zoo.utils.files import ARCHIVE_DAMAGE
from tfgan_zoo.utils.resize import Form

_SPLIT = re.compile(r"(.+?)(?::([A-Za-z_]\w*(?:\[[^\]]*\])?))?", re.DOTALL)


def read_images(given, image_size=None, channels=None, fit="pad"):
    """The images that `given` names, brought to one size.

    Args:
        given: a picture's file, a folder of pictures, an .npy or .npz file of images [n, H, W(, C)], or a data
            set with its split after a colon ("mnist:test[:100]").
        image_size, channels, fit: as for `data.load`.

    Returns:
        (names, images): a list of n names, file names or row numbers, and a float32 array [n, H, W, C] in [-1, 1].

    Raises:
        FileNotFoundError: there is no such file, folder or data set.
        ValueError: it holds no image, or one that cannot be read.
    """
    given = str(given)
    form = Form.of(image_size, fit, channels)
    path = Path(given).expanduser()
    if path.is_file() and not is_array(given):
        names, images = [path.name], _picture(path, form)[None]
    else:
        source, split = source_and_split(given)
        named = {"image": read_array(source)} if is_array(source) else source
        examples = arrays(named, split, image_size=image_size, fit=fit, channels=channels)
        if "image" not in examples:
            raise ValueError(f"{given} holds no images.")
        images = examples["image"]
        names = files_of(path) if path.is_dir() else [str(row) for row in range(len(images))]
    return names, images / np.float32(127.5) - 1


def source_and_split(name):
    """("cifar10", "test") of "cifar10:test", or of these two; the split is "train" where none is named.

    What is there under the whole name is meant, unless a data set or folder goes by what is before the colon.
    """
    if isinstance(name, tuple):
        return name
    source, split = _SPLIT.fullmatch(name).groups()
    if split and os.path.exists(name) and not is_known(source):
        return name, "train"
    return source, split or "train"


def is_array(name):
    """Whether a file of this name holds arrays."""
    return name.endswith((".npy", ".npz")) and not os.path.isdir(name)


def members(path):
    """The names of the arrays in an .npz file."""
    with _reading(f"{path} is damaged or no .npz file"), np.load(path, allow_pickle=False) as file:
        return list(file)


def read_array(path):
    """The images in an .npy or .npz file."""
    if not path.endswith(".npz"):
        with _reading(f"{path} is damaged or no .npy file"):
            return np.load(path, allow_pickle=False)
    names = members(path)
    if "image" not in names and len(names) != 1:
        raise ValueError(f"{path} holds {', '.join(names)}; call the array of images 'image'")
    key = "image" if "image" in names else names[0]
    with _reading(f"the array {key!r} in {path} is damaged"), np.load(path, allow_pickle=False) as file:
        return file[key]


@contextmanager
def _reading(complaint):
    """Damage met inside becomes a ValueError; that there is no such file is said as it is."""
    try:
        yield
    except FileNotFoundError:
        raise
    except ARCHIVE_DAMAGE as error:
        raise ValueError(f"{complaint}: {error}") from error


def _picture(path, form):
    """A picture's file as uint8 [H, W, C]."""
    try:
        return form.image(read_image(path))
    # Pillow's decoders raise nearly anything on damaged files.
    except Exception as error:
        raise ValueError(f"{path} cannot be read as a picture: {error or type(error).__name__}") from error
