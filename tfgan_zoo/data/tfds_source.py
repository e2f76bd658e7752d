"""Data sets that TensorFlow Datasets has prepared on disk; nothing is ever downloaded here."""

import functools
import hashlib
import os
import re
from pathlib import Path

import numpy as np

from tfgan_zoo.data.source import Source, first, stack


def folder(data_dir=None):
    """The folder of prepared data sets: `data_dir`, else $TFDS_DATA_DIR, else TFDS' own default."""
    chosen = data_dir or os.environ.get("TFDS_DATA_DIR") or "~/tensorflow_datasets"
    return Path(chosen).expanduser()


def base_name(name):
    """"name/config:version" -> "name"."""
    return re.split(r"[/:]", name, maxsplit=1)[0]


@functools.cache
def known_names():
    """The names of every data set that the installed TFDS can prepare."""
    import tensorflow_datasets as tfds

    return frozenset(tfds.list_builders(with_community_datasets=False))


def find_builder(name, data_dir=None):
    """The TFDS builder of a data set that is prepared on disk, or None."""
    if not re.fullmatch(r"[A-Za-z_]\w*(/[\w.-]+)?(:[\d.*]+)?", name):
        return None
    from tensorflow_datasets.core import read_only_builder, registered

    try:
        return read_only_builder.builder_from_files(name, data_dir=str(folder(data_dir)))
    except registered.DatasetNotFoundError:
        return None


def how_to_prepare(name, data_dir=None):
    """What to tell a user whose data set is not on disk."""
    where = folder(data_dir)
    builder = f"tfds.builder({name!r}, data_dir={str(where)!r})"
    lines = [
        f"the data set {name!r} is not prepared on disk (looked in {where}). Prepare it once with",
        f'  python -c "import tensorflow_datasets as tfds; {builder}.download_and_prepare()"',
        "or say where it is with data_dir= or the environment variable TFDS_DATA_DIR.",
    ]
    if os.path.isdir(name):
        lines.append(f"(For the folder of that name write {'./' + name!r}.)")
    return "\n".join(lines)


def source(name, builder):
    """The images, and the labels where there are any, of a prepared TFDS data set.

    Raises ValueError if the data set has no uint8 feature called "image".
    """
    features = builder.info.features
    features = dict(features.items()) if hasattr(features, "items") else {"": features}
    image = features.get("image")
    if image is None or image.np_dtype != np.uint8 or len(image.shape) != 3:
        raise ValueError(f"the TFDS set {name!r} has no uint8 feature 'image' [H,W,C]; it has {features}")
    label = features.get("label")
    has_label = label is not None and label.shape == () and np.issubdtype(label.np_dtype, np.integer)
    class_names = getattr(label, "names", None) if has_label else None

    def read(split, form, take):
        return _read(builder, split, form, take, has_label)

    return Source(name, read, tuple(class_names) if class_names else None, _fingerprint(builder))


def _fingerprint(builder):
    root = Path(builder.data_path)
    facts = ((path.name, path.stat()) for path in root.iterdir() if path.is_file())
    files = sorted((name, status.st_size, status.st_mtime_ns) for name, status in facts)
    return {
        "tfds": builder.info.full_name,
        "folder": str(root.resolve()),
        "files": hashlib.sha256(repr(files).encode()).hexdigest(),
    }


def _read(builder, split, form, take, has_label):
    import tensorflow_datasets as tfds

    keys = ("image", "label") if has_label else ("image",)
    features = builder.info.features
    dataset = builder.as_dataset(
        split=split,
        shuffle_files=False,
        read_config=tfds.ReadConfig(try_autocache=False),
        decoders=tfds.decode.PartialDecoding({key: features[key] for key in keys}),
    )
    count = len(first(range(len(dataset)), take, split))
    # One call a batch instead of one an image: three times as fast, where the images are of one size.
    batch = 1 if None in features["image"].shape else 256
    images, labels = [], []
    for examples in dataset.take(count).batch(batch).as_numpy_iterator():
        images.extend(form.array(examples["image"]))
        labels.extend(examples.get("label", ()))
    found = {"image": stack(images, builder.name)}
    if has_label:
        found["label"] = np.asarray(labels, np.int32)
    return found
