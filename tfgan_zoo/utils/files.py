"""Files that are either whole or not there."""

import contextlib
import hashlib
import json
import os
import shutil
import struct
import tokenize
import zipfile
import zlib
from pathlib import Path

# What reading a damaged archive of arrays raises.
ARCHIVE_DAMAGE = (
    OSError,
    ValueError,
    KeyError,
    TypeError,
    AttributeError,
    EOFError,
    RuntimeError,
    SyntaxError,
    struct.error,
    tokenize.TokenError,
    zlib.error,
    zipfile.BadZipFile,
)


@contextlib.contextmanager
def replacing(path):
    """Yields a temporary path beside `path`; when the body ends well, it takes that name at once.

    If the body or the disk fails, `path` stays as it was and the temporary file is gone.
    """
    path = Path(path)
    # The suffix stays last, since writers choose their format by it.
    temporary = path.with_name(f".writing-{os.getpid()}-{path.name}")
    try:
        yield temporary
        sync(temporary)
        os.replace(temporary, path)
        sync(path.parent)
    except OSError as error:
        raise OSError(error.errno, f"Could not write {path}: {error.strerror or error}") from error
    finally:
        # On a disk that takes nothing, this fails as well, and says less.
        with contextlib.suppress(OSError):
            temporary.unlink()


def write_text(path, text):
    """Writes a text file, whole or not at all."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8")


def require_place(path):
    """Raises OSError where a file cannot be written: it is a folder, or has no folder that can be written.

    For before what is to be in the file is computed.
    """
    path = Path(path)
    if path.is_dir():
        raise OSError(f"Could not write {path}: it is a folder.")
    if not path.parent.is_dir():
        raise OSError(f"Could not write {path}: there is no folder {path.parent}.")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise OSError(f"Could not write {path}: {path.parent} is read-only, or another user's.")


def write_json(path, value):
    """Writes a value as a JSON file, whole or not at all."""
    write_text(path, json.dumps(value, indent=1) + "\n")


def sync(path):
    """Waits until a file's bytes, or a folder's entries, are on the disk."""
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def sha256(path):
    """Hexadecimal SHA-256 of a file."""
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        for block in iter(lambda: file.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def require_room(path, size):
    """Raises OSError if `size` bytes cannot be written beside `path`.

    For writers that do not survive a full disk: HDF5's ends the process.
    """
    trial = Path(path).with_name(f".writing-{os.getpid()}-room")
    try:
        with open(trial, "wb") as file:
            os.posix_fallocate(file.fileno(), 0, size)
    finally:
        with contextlib.suppress(OSError):
            trial.unlink()


def remove_unfinished(folder):
    """Deletes what a killed writer left behind under its temporary name."""
    for path in Path(folder).glob(".writing-*"):
        remove(path)


def remove(path):
    """Deletes a file, or a folder and all that is in it; nothing happens where there is none."""
    if Path(path).is_dir():
        shutil.rmtree(path)
    else:
        Path(path).unlink(missing_ok=True)
