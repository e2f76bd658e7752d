"""The original file of the 2015 Inception network: where it is found, and the constants in it."""

import hashlib
import os
import tarfile

import keras
import tensorflow as tf
from google.protobuf.message import DecodeError

GRAPH = "classify_image_graph_def.pb"
URL = "http://download.tensorflow.org/models/image/imagenet/inception-2015-12-05.tgz"

_ADVICE = f"""The Inception network of 2015 needs its original weights. Either
  - download {URL}
    and give its path, or that of the {GRAPH} inside it, as weights= or in TFGAN_ZOO_INCEPTION; or
  - let it be downloaded: set TFGAN_ZOO_INCEPTION_SHA256 to the SHA-256 that the archive must have
    (TFGAN_ZOO_INCEPTION_URL sets another address)."""


def find_weights(path=None, cache=None):
    """The path of the weights file: `path`, TFGAN_ZOO_INCEPTION, or a checked download.

    Downloads are kept under `cache`, Keras' own folder if None.
    """
    path = path or os.environ.get("TFGAN_ZOO_INCEPTION")
    if path:
        if not os.path.isfile(path):
            raise FileNotFoundError(f"no file {path}. {_ADVICE}")
        return path
    digest = os.environ.get("TFGAN_ZOO_INCEPTION_SHA256")
    if not digest:
        raise FileNotFoundError(_ADVICE)
    return _download(os.environ.get("TFGAN_ZOO_INCEPTION_URL", URL), digest, cache)


def _download(url, digest, cache):
    name = f"tfgan_zoo-inception-{digest[:16]}.tgz"
    try:
        return keras.utils.get_file(
            name, url, file_hash=digest, hash_algorithm="sha256", cache_dir=cache
        )
    except Exception as error:
        raise OSError(
            f"{url} could not be had with SHA-256 {digest} ({error}). {_ADVICE}"
        ) from error


def read_constants(path):
    """The constants of the graph in a .tgz or .pb file, and the graph's SHA-256: (dict, hash)."""
    try:
        data = _graph_bytes(path)
        graph = tf.compat.v1.GraphDef.FromString(data)
    except (DecodeError, tarfile.TarError, EOFError, OSError) as error:
        raise ValueError(f"{path} is no TensorFlow graph nor an archive of one: {error}") from error
    constants = {
        node.name: tf.make_ndarray(node.attr["value"].tensor)
        for node in graph.node
        if node.op == "Const"
    }
    return constants, hashlib.sha256(data).hexdigest()


def _graph_bytes(path):
    if not tarfile.is_tarfile(path):
        with open(path, "rb") as file:
            return file.read()
    with tarfile.open(path) as archive:
        for member in archive:
            if os.path.basename(member.name) == GRAPH:
                return archive.extractfile(member).read()
    raise ValueError(f"{path} holds no {GRAPH}")
