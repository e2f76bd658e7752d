"""The sizes of images that networks reach from 4x4 by doubling."""


def doublings(image_size, least=1):
    """How often 4 doubles to `image_size`.

    Raises:
        ValueError: it does not, or fewer than `least` times.
    """
    times = (image_size // 4).bit_length() - 1
    if times < least or 4 * 2**times != image_size:
        sizes = ", ".join(str(4 * 2 ** (least + more)) for more in range(3))
        raise ValueError(
            f"These networks double from 4x4, so image_size is {sizes} ...; got {image_size}. "
            "Pad or resize the data (image_size and fit under `data`)."
        )
    return times
