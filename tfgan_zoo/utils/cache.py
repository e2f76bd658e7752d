"""Decoded examples on disk: one uncompressed .npz a request, with its manifest inside."""

import functools
import hashlib
import json
import os
import re
import uuid
import warnings
import zipfile
from pathlib import Path

import numpy as np

from tfgan_zoo.utils.files import ARCHIVE_DAMAGE
from tfgan_zoo.utils.version import __version__

LAYOUT = 1


def folder():
    """Where the cache lies: $TFGAN_ZOO_DATA, else tfgan_zoo in the user's cache folder."""
    if chosen := os.environ.get("TFGAN_ZOO_DATA"):
        return Path(chosen).expanduser()
    return Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "tfgan_zoo"


def fetch(name, request, source, build):
    """The arrays that `build()` gives, read from the cache where it holds them for this `source`.

    Args:
        name: a readable name for the file.
        request: a JSON-able dict that says which arrays these are; it picks the file.
        source: a JSON-able dict that changes when the source's bytes do; the file is then rebuilt.
        build: a function without arguments -> dict of arrays.

    A damaged file is rebuilt and a folder that cannot be written is done without, both with a warning.
    """
    path = _path(name, request)
    try:
        arrays = read(path, source)
    except ARCHIVE_DAMAGE as error:
        warnings.warn(f"the cached {path} is damaged ({error}); it is being rebuilt", stacklevel=2)
        arrays = None
    if arrays is None:
        arrays = build()
        try:
            write(path, arrays, {"request": request, "source": source})
        except OSError as error:
            _warn_unwritable(str(path.parent), str(error))
    return arrays


def read(path, source=None):
    """The arrays in the file at `path`, or None where there is none or it is not of this `source`.

    Args:
        source: what `fetch` was given; None takes the file whatever its source.

    Raises one of `ARCHIVE_DAMAGE` if the bytes are not those that were written.
    """
    found = manifest(path)
    if found is None or source not in (None, found["source"]):
        return None
    with zipfile.ZipFile(path) as file:
        arrays = {key: _read_array(file, key) for key in found["arrays"]}
    for key, array in arrays.items():
        if sha256(array) != found["arrays"][key]["sha256"]:
            raise ValueError(f"the SHA-256 of {key!r} is not the manifest's")
    return arrays


def manifest(path):
    """The manifest in the file at `path`, or None where there is none of today's layout.

    Raises one of `ARCHIVE_DAMAGE` if the file is damaged.
    """
    try:
        file = zipfile.ZipFile(path)
    except (FileNotFoundError, NotADirectoryError):
        return None
    with file:
        found = json.loads(file.read("manifest.json"))
    return found if found["layout"] == LAYOUT else None


def write(path, arrays, facts):
    """Write `arrays` and a manifest with `facts` to `path`, which never holds half a file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    partial = path.with_name(f".{path.name}.{uuid.uuid4().hex}")
    try:
        with zipfile.ZipFile(partial, "x") as file:
            file.writestr("manifest.json", json.dumps(_described(arrays, facts), indent=1))
            for key, array in arrays.items():
                with file.open(f"{key}.npy", "w", force_zip64=True) as member:
                    np.lib.format.write_array(member, array, allow_pickle=False)
        os.replace(partial, path)
    except BaseException:
        partial.unlink(missing_ok=True)
        raise


def sha256(array):
    """The SHA-256 of an array's bytes in C order, in hexadecimal."""
    return hashlib.sha256(np.ascontiguousarray(array)).hexdigest()


def _path(name, request):
    readable = re.sub(r"[^A-Za-z0-9.]+", "_", name).strip("_.")[-40:]
    digest = hashlib.sha256(json.dumps(request, sort_keys=True).encode()).hexdigest()
    return folder() / f"{readable}-{digest[:16]}.npz"


def _read_array(file, key):
    with file.open(f"{key}.npy") as member:
        return np.lib.format.read_array(member, allow_pickle=False)


def _described(arrays, facts):
    import PIL

    described = {
        key: {"shape": array.shape, "dtype": str(array.dtype), "sha256": sha256(array)}
        for key, array in arrays.items()
    }
    versions = {"tfgan_zoo": __version__, "numpy": np.__version__, "pillow": PIL.__version__}
    count = len(next(iter(arrays.values())))
    return {"layout": LAYOUT, **facts, "count": count, "arrays": described, "versions": versions}


@functools.cache
def _warn_unwritable(where, why):
    warnings.warn(
        f"the data cache {where} cannot be written ({why}): the images are decoded anew every time; "
        "set TFGAN_ZOO_DATA to a folder that can be written",
        stacklevel=4,
    )
