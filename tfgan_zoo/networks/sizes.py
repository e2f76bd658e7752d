"""The sizes of images that networks reach from 4x4 by doubling."""


def doublings(image_size):
    """How often 4 doubles to `image_size`.

    Raises:
        ValueError: it does not, or not once.
    """
    times = (image_size // 4).bit_length() - 1
    if times < 1 or 4 * 2**times != image_size:
        raise ValueError(
            f"These networks double from 4x4, so image_size is 8, 16, 32, 64 ...; got {image_size}. "
            "Pad or resize the data (image_size and fit under `data`)."
        )
    return times
