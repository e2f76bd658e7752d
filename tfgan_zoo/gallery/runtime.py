"""ONNX Runtime Web, which runs a generator within a page: from a folder, the cache, or npm."""

import base64
import hashlib
import subprocess
import tarfile
import tempfile
from pathlib import Path

from tfgan_zoo.utils import cache
from tfgan_zoo.utils.files import replacing

PACKAGE, VERSION = "onnxruntime-web", "1.30.0"

# Of the package's archive, in base 64, as npm's lock files have it.
SHA512 = "q0y+JrrtukXSzsBWEMccVfqX25LRmosXHF+CaRJmg8pZClzcV7svNc4rKY3jL02Vb7QmRMDs1SigqR4CXAfKYQ=="

MODULE, WASM = "ort.wasm.bundle.min.mjs", "ort-wasm-simd-threaded.wasm"


def find(folder=None):
    """The folder that holds `MODULE` and `WASM`, a Path.

    Args:
        folder: where they lie, or that of the npm package; None for the cache, which npm fills once.

    Raises:
        FileNotFoundError: the folder lacks one of them.
        OSError: npm is not there, or cannot fetch the package, or what it fetched has another checksum.
    """
    if folder is not None:
        return _given(Path(folder))
    kept = cache.folder() / f"{PACKAGE}-{VERSION}"
    if not all((kept / name).is_file() for name in (MODULE, WASM)):
        _fetch(kept)
    return kept


def _given(folder):
    for place in (folder, folder / "dist"):
        if all((place / name).is_file() for name in (MODULE, WASM)):
            return place
    raise FileNotFoundError(f"{folder} lacks {MODULE} or {WASM}, which npm's {PACKAGE} has in dist/.")


def _fetch(kept):
    with tempfile.TemporaryDirectory() as folder:
        try:
            command = ["npm", "pack", f"{PACKAGE}@{VERSION}", "--silent", "--pack-destination", folder]
            subprocess.run(command, check=True, capture_output=True, text=True)
        except (OSError, subprocess.CalledProcessError) as error:
            raise OSError(
                f"Could not fetch {PACKAGE} {VERSION} with npm ({_reason(error)}). "
                "Give a folder that holds it: --runtime FOLDER."
            ) from error
        archive = next(Path(folder).glob("*.tgz"))
        _check(archive)
        kept.mkdir(parents=True, exist_ok=True)
        with tarfile.open(archive) as packed:
            for name in (MODULE, WASM):
                with replacing(kept / name) as temporary:
                    temporary.write_bytes(packed.extractfile(f"package/dist/{name}").read())


def _reason(error):
    lines = (getattr(error, "stderr", None) or str(error)).strip().splitlines()
    return lines[-1] if lines else type(error).__name__


def _check(archive):
    digest = base64.b64encode(hashlib.sha512(archive.read_bytes()).digest()).decode()
    if digest != SHA512:
        raise OSError(f"What npm fetched as {PACKAGE} {VERSION} has another checksum than the zoo expects.")
