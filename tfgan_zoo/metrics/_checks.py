"""What every metric asks of its input, with errors that say what to do."""

import numpy as np


def as_vectors(values, name, at_least=1):
    """Returns `values` as a finite float64 array [n, d] with n >= `at_least`."""
    values = np.asarray(values)
    if values.dtype.kind != "f":
        raise TypeError(
            f"{name} must be floating-point vectors, not {values.dtype}; "
            "pass images through a feature extractor first"
        )
    if values.ndim != 2:
        raise ValueError(f"{name} must have shape [n, d], not {list(values.shape)}")
    if len(values) < at_least:
        raise ValueError(f"{name} holds {len(values)} rows; at least {at_least} are needed")
    if values.shape[1] == 0:
        raise ValueError(f"{name} holds vectors of length 0")
    require_finite(values, name)
    return values.astype(np.float64, copy=False)


def require_finite(values, name):
    """Raises ValueError where an array [n, ...] holds NaN or infinity."""
    bad = ~np.isfinite(values).all(axis=tuple(range(1, np.ndim(values))))
    if bad.any():
        raise ValueError(not_finite(name, bad.sum(), len(values)))


def not_finite(name, bad, rows):
    return f"{name} has NaN or infinity in {bad} of {rows} rows"


def as_vector_pair(real, fake, at_least=1):
    """Returns both sets as `as_vectors` does, checked to be of one dimension."""
    real = as_vectors(real, "real", at_least)
    fake = as_vectors(fake, "fake", at_least)
    check_same_dimension(real.shape[1], fake.shape[1])
    return real, fake


def check_same_dimension(real, fake):
    if real != fake:
        raise ValueError(
            f"real has {real} dimensions and fake has {fake}; use the same extractor for both"
        )


def as_labels(labels, n, name):
    """Returns `labels` as an integer array [n]."""
    labels = np.asarray(labels)
    if labels.dtype.kind not in "iu":
        raise TypeError(f"{name} must be integers, not {labels.dtype}")
    if labels.shape != (n,):
        raise ValueError(f"{name} must have shape [{n}], not {list(labels.shape)}")
    return labels


def as_images(images, name="images"):
    """Returns [n, H, W, C] images, uint8 or floats in [-1, 1], as they are; refuses all else."""
    try:
        images = np.asarray(images)
    except ValueError as error:
        raise ValueError(_unequal_sizes(images, name)) from error
    if images.ndim != 4:
        raise ValueError(f"{name} must have shape [n, H, W, C], not {list(images.shape)}")
    if len(images) == 0:
        raise ValueError(f"{name} is empty")
    if images.dtype.kind == "f":
        _check_range(images, name)
    elif images.dtype != np.uint8:
        raise TypeError(f"{name} must be uint8 or floats in [-1, 1], not {images.dtype}")
    return images


def as_uint8(images, name="images"):
    """Returns `images` as uint8, rounding floats in [-1, 1] to the nearest level."""
    images = as_images(images, name)
    if images.dtype == np.uint8:
        return images
    return np.clip(np.rint((images + 1.0) * 127.5), 0, 255).astype(np.uint8)


def as_unit(images, name="images"):
    """Returns `images` as float64 in [0, 1]."""
    images = as_images(images, name)
    if images.dtype == np.uint8:
        return images / 255.0
    return np.clip((images.astype(np.float64) + 1) / 2, 0, 1)


def _check_range(images, name):
    low, high = float(images.min()), float(images.max())
    if not np.isfinite([low, high]).all():
        raise ValueError(f"{name} holds NaN or infinity")
    if low < -1.001 or high > 1.001:
        raise ValueError(
            f"{name} are floats in [{low:g}, {high:g}]; give floats in [-1, 1] or uint8"
        )


def _unequal_sizes(images, name):
    sizes = sorted({tuple(np.shape(image)) for image in images})
    shown = ", ".join(str(list(size)) for size in sizes[:4])
    return f"{name} are of several sizes ({shown}); resize them to one size first"
