"""Folders of images of any size, mode and format that Pillow reads."""

import hashlib
import os
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from tfgan_zoo.data.source import Source, first, split_rows, stack
from tfgan_zoo.data.taken import Folder
from tfgan_zoo.utils.resize import over_white


def source(root):
    """The images under `root`, in the sorted order of their paths, as one split called "train".

    Where every image lies in a first-level folder, these folders, sorted, are the classes. Hidden
    files and folders are skipped; links are followed, loops of links are not.
    A file is taken for an image if its suffix is one of Pillow's or if Pillow knows its content.

    Raises FileNotFoundError if `root` is not a folder, ValueError if it holds no image. Reading
    raises ValueError that names every image that cannot be read.
    """
    if not root.is_dir():
        raise FileNotFoundError(f"no such folder: {root}" if not root.exists() else f"{root} is not a folder")
    root = root.resolve()
    found = {path: _is_image(path) for path in _walk(root)}
    files = [path for path, is_image in found.items() if is_image]
    report = _report(root, files, [path for path, is_image in found.items() if not is_image])
    if not files:
        raise ValueError(": ".join([f"no images in the folder {root}", *report.losses[:1]]))
    labels, class_names = _labels(root, files)

    def read(split, form, take):
        _, rows = split_rows(split, {"train": len(files)})
        rows = first(rows, take, split)
        examples = {"image": _read_all([files[row] for row in rows], form, root)}
        if labels is not None:
            examples["label"] = labels[rows.start : rows.stop]
        return examples

    return Source(str(root), read, class_names, _fingerprint(root, files), folders=(report,))


def files_of(root):
    """The paths of the images under `root`, relative to it, in the order in which they are read."""
    root = root.resolve()
    return [str(path.relative_to(root)) for path in _walk(root) if _is_image(path)]


def read_image(path):
    """The image in a file, upright, as a Pillow image of mode L or RGB.

    Transparency is laid over white, 16 bits are scaled to 8, of an animation comes the first frame.
    Raises OSError or ValueError if it cannot be read.
    """
    from PIL import Image, ImageOps

    with Image.open(path) as image:
        image.load()
        image = ImageOps.exif_transpose(image)
    if image.mode.startswith("I"):
        return _from_16_bits(image)
    if image.mode == "F":
        raise ValueError("floating-point pixels have no known range")
    grey = image.mode in ("1", "L", "LA", "La")
    if image.has_transparency_data:
        image = over_white(image)
    return image.convert("L" if grey else "RGB")


def _walk(folder, parents=()):
    here = folder.resolve()
    if here in parents:
        return
    for path in sorted(folder.iterdir(), key=lambda path: path.name):
        if path.name.startswith("."):
            continue
        if path.is_dir():
            yield from _walk(path, (*parents, here))
        elif path.is_file() or path.is_symlink():
            yield path


def _is_image(path):
    from PIL import Image

    formats = Image.registered_extensions()
    if formats.get(path.suffix.lower()) in Image.OPEN:
        return True
    try:
        with Image.open(path):
            return True
    except OSError:
        return False


def _labels(root, files):
    parts = [path.relative_to(root).parts for path in files]
    if any(len(part) == 1 for part in parts):
        return None, None
    class_names = sorted({part[0] for part in parts})
    return np.array([class_names.index(part[0]) for part in parts], np.int32), tuple(class_names)


def _report(root, files, others):
    """The `Folder` of what was taken and what was left."""
    _, class_names = _labels(root, files)
    firsts = [path.relative_to(root).parts for path in files]
    counts = Counter(first for first, *rest in firsts if rest)
    strays = tuple("/".join(parts) for parts in firsts if len(parts) == 1) if counts else ()
    suffixes = Counter(path.suffix.lower() or "without suffix" for path in others)
    folders = [
        path.name for path in sorted(root.iterdir()) if path.is_dir() and not path.name.startswith(".")
    ]
    return Folder(
        path=str(root),
        images=len(files),
        classes=class_names and {name: counts[name] for name in class_names},
        left=dict(sorted(suffixes.items(), key=lambda item: (-item[1], item[0]))),
        strays=strays,
        empty=tuple(name for name in folders if name not in counts),
    )


def _fingerprint(root, files):
    digest = hashlib.sha256()
    for path in files:
        try:
            status = path.stat()
            # A file that was put in the place of one as large, with its time, has another time of change.
            facts = (status.st_size, status.st_mtime_ns, status.st_ctime_ns)
        except OSError:
            facts = None
        digest.update(repr((str(path.relative_to(root)), facts)).encode())
    return {"folder": str(root), "count": len(files), "files": digest.hexdigest()}


def _read_all(files, form, root):
    def read(path):
        try:
            return form.image(read_image(path)), None
        # Pillow's decoders raise nearly anything on damaged files; all of it is reported.
        except Exception as error:
            return None, f"{path.relative_to(root)}: {error or type(error).__name__}"

    with ThreadPoolExecutor(os.cpu_count()) as pool:
        results = list(pool.map(read, files))
    failures = [failure for _, failure in results if failure]
    if failures:
        named = "\n  ".join(failures)
        raise ValueError(
            f"{len(failures)} of {len(files)} images in {root} cannot be read. Repair them or "
            f"take them out:\n  {named}"
        )
    return stack([image for image, _ in results], str(root))


def _from_16_bits(image):
    from PIL import Image

    values = np.asarray(image).astype(np.int64)
    if values.min() < 0 or values.max() > 65535:
        raise ValueError("32-bit pixels have no known range")
    return Image.fromarray(np.rint(values / 257).astype(np.uint8))
