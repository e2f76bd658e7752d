"""The one resizer: every image of the zoo is brought to its size and channels here.

Pillow's Lanczos filter on uint8, which widens with the reduction, so that shrinking antialiases.
"""

import operator
from dataclasses import dataclass

import numpy as np

FITS = ("crop", "pad", "stretch")


@dataclass(frozen=True)
class Form:
    """The size and channels that images are brought to; `None` leaves them as they are.

    Args:
        size: (height, width) or None.
        fit: "crop" scales until the target is covered and cuts the centre; "pad" scales down what is
            larger, never up, and centres it on black; "stretch" ignores the aspect ratio.
        channels: 1, 3 or None.
    """

    size: tuple[int, int] | None = None
    fit: str = "crop"
    channels: int | None = None

    @classmethod
    def of(cls, image_size, fit, channels):
        """The form for `load`'s arguments. Raises ValueError for what they may not be."""
        if fit not in FITS:
            raise ValueError(f"fit must be one of {', '.join(FITS)}, got {fit!r}")
        if channels not in (None, 1, 3):
            raise ValueError(f"channels must be 1, 3 or None, got {channels!r}")
        return cls(_parse_size(image_size), fit, channels)

    def image(self, image):
        """A Pillow image of mode L or RGB -> uint8 [h, w, 1 or 3]."""
        from PIL import Image

        if self.channels is not None:
            image = image.convert("L" if self.channels == 1 else "RGB")
        if self.size is not None and image.size != self.size[::-1]:
            image = _resize(image, self.size, self.fit, Image.Resampling.LANCZOS)
        pixels = np.asarray(image)
        return pixels[..., None] if pixels.ndim == 2 else pixels

    def array(self, images):
        """[N, H, W, C] images, uint8 or float in [-1, 1] -> the same in this form.

        Where nothing is to be done the array comes back as it is; otherwise the result is uint8.
        C of 4 is read as RGBA and laid over white.
        """
        _, height, width, channels = images.shape
        if self.size in (None, (height, width)) and self.channels in (None, channels) and channels != 4:
            return images
        return np.stack([self.image(_to_pillow(image)) for image in to_uint8(images)])

    def layout(self, layouts):
        """uint8 [N, H, W] maps of classes -> the same in this form's size.

        The geometry is that of the images; the nearest pixel gives its class, and padding is class 0.
        """
        from PIL import Image

        if self.size in (None, layouts.shape[1:]):
            return layouts
        nearest = Image.Resampling.NEAREST
        resized = [_resize(Image.fromarray(layout), self.size, self.fit, nearest) for layout in layouts]
        return np.stack([np.asarray(layout) for layout in resized])

    def boxes(self, boxes, size):
        """Boxes in fractions of images of a `size` (height, width), as they are.

        Raises ValueError where this form would move them: boxes survive "stretch", and "crop" to the
        same shape.
        """
        same_shape = size and self.size and size[0] * self.size[1] == size[1] * self.size[0]
        if self.size in (None, size) or self.fit == "stretch" or (self.fit == "crop" and same_shape):
            return boxes
        raise ValueError(
            f"boxes cannot follow their images from {size} to {self.size} by fit={self.fit!r}: "
            "give fit='stretch', or a size of the same shape with fit='crop'"
        )


def bicubic(images, size):
    """uint8 images [N, H, W, C] -> uint8 [N, h, w, C] of `size` (h, w), by Pillow's bicubic filter.

    C is 1 or 3. The filter is that of Keys 1981 with a = -1/2. Where images shrink it widens accordingly,
    against aliasing.
    """
    from PIL import Image

    made = [_resize(_to_pillow(image), size, "stretch", Image.Resampling.BICUBIC) for image in images]
    return np.stack([np.asarray(image) for image in made]).reshape(len(images), *size, images.shape[-1])


def to_uint8(images):
    """uint8 as it is; float in [-1, 1] rounded to the nearest of the 256 levels."""
    if images.dtype == np.uint8:
        return images
    return np.rint((images + 1.0) * 127.5).astype(np.uint8)


def over_white(image):
    """A Pillow image of any mode with transparency -> RGB, laid over white."""
    from PIL import Image

    image = image.convert("RGBA")
    white = Image.new("RGBA", image.size, (255, 255, 255, 255))
    return Image.alpha_composite(white, image).convert("RGB")


def _parse_size(image_size):
    if image_size is None:
        return None
    try:
        height, width = image_size if isinstance(image_size, (tuple, list)) else (image_size, image_size)
        size = (operator.index(height), operator.index(width))
    except (TypeError, ValueError):
        size = (0, 0)
    if min(size) < 1:
        raise ValueError(f"image_size must be a positive int or (height, width), got {image_size!r}")
    return size


def _to_pillow(pixels):
    from PIL import Image

    if pixels.shape[-1] == 4:
        return over_white(Image.fromarray(pixels))
    return Image.fromarray(pixels[..., 0] if pixels.shape[-1] == 1 else pixels)


def _resize(image, size, fit, resampling):
    from PIL import Image, ImageOps

    height, width = size
    if fit == "crop":
        return ImageOps.fit(image, (width, height), resampling)
    if fit == "stretch":
        return image.resize((width, height), resampling)
    scale = min(1.0, width / image.width, height / image.height)
    inner = (max(1, round(image.width * scale)), max(1, round(image.height * scale)))
    if inner != image.size:
        image = image.resize(inner, resampling)
    canvas = Image.new(image.mode, (width, height))
    canvas.paste(image, ((width - image.width) // 2, (height - image.height) // 2))
    return canvas
