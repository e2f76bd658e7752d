"""Build fashion_mnist_10k.npz from any TFDS copy of Fashion-MNIST, to the same bytes:

    python -m tfgan_zoo.data.bundled.build_fashion_mnist_10k OUT.npz [TFDS_DATA_DIR]
"""

import hashlib
import io
import sys
import zipfile

import numpy as np


def write(images, labels, path):
    """Write uint8 [N, 28, 28, 1] images and their labels to `path`; the bytes depend on nothing else.

    The order is that of the images' SHA-256, since copies of the data set differ in theirs.
    bzip2, because its output does not vary between the versions of a library as zlib's does.
    """
    order = sorted(range(len(images)), key=lambda row: hashlib.sha256(images[row]).digest())
    with zipfile.ZipFile(path, "w", zipfile.ZIP_BZIP2, compresslevel=9) as file:
        for key, array in (("image", images[order]), ("label", labels[order].astype(np.uint8))):
            buffer = io.BytesIO()
            np.lib.format.write_array(buffer, np.ascontiguousarray(array), allow_pickle=False)
            member = zipfile.ZipInfo(f"{key}.npy", date_time=(1980, 1, 1, 0, 0, 0))
            member.create_system = 3
            file.writestr(member, buffer.getvalue(), zipfile.ZIP_BZIP2, compresslevel=9)


def main(path, data_dir=None):
    """Write the test split of the Fashion-MNIST that TFDS has prepared in `data_dir` to `path`."""
    from tfgan_zoo.data import arrays

    examples = arrays("fashion_mnist", "test", data_dir=data_dir)
    write(examples["image"], examples["label"], path)


if __name__ == "__main__":
    main(*sys.argv[1:])
