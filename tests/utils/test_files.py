"""Files that are either whole or not there."""

import errno
import hashlib
import os
from pathlib import Path

import pytest

from tfgan_zoo.utils import files


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "card.json"
    path.write_text("old")
    return path


def alone(path):
    return [entry.name for entry in path.parent.iterdir()] == [path.name]


def test_the_body_sees_a_file_beside_the_old_one(path):
    with files.replacing(path) as temporary:
        temporary.write_text("new")
        assert temporary.parent == path.parent and temporary.name.endswith(path.name)
        assert path.read_text() == "old"
    assert path.read_text() == "new" and alone(path)


def test_a_new_file_is_made(tmp_path):
    files.write_text(tmp_path / "new.txt", "grün\n")
    assert (tmp_path / "new.txt").read_bytes() == "grün\n".encode()
    assert alone(tmp_path / "new.txt")


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit])
def test_the_old_file_stays_when_the_body_raises(path, error):
    with pytest.raises(error), files.replacing(path) as temporary:
        temporary.write_text("half")
        raise error
    assert path.read_text() == "old" and alone(path)


def test_a_body_that_writes_nothing_is_an_error(path):
    with pytest.raises(OSError, match="Could not write .*card.json"), files.replacing(path):
        pass
    assert path.read_text() == "old" and alone(path)


def test_a_full_disk_is_an_error_that_names_the_file(path, monkeypatch):
    def full(self, text, encoding):
        self.write_bytes(text[:2].encode(encoding))
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(Path, "write_text", full)
    with pytest.raises(OSError) as caught:
        files.write_text(path, "new")
    assert caught.value.errno == errno.ENOSPC
    assert f"Could not write {path}: No space left on device" in str(caught.value)
    assert path.read_bytes() == b"old" and alone(path)


def test_a_disk_that_refuses_at_the_last_moment_leaves_the_old_file(path, monkeypatch):
    def refuse(handle):
        raise OSError(errno.EIO, "Input/output error")

    monkeypatch.setattr(os, "fsync", refuse)
    with pytest.raises(OSError, match="card.json: Input/output error"):
        files.write_text(path, "new")
    assert path.read_text() == "old" and alone(path)


def test_a_missing_folder_is_named(tmp_path):
    with pytest.raises(FileNotFoundError, match="gone/card.json"):
        files.write_text(tmp_path / "gone" / "card.json", "new")


def test_bytes_are_on_the_disk_before_the_name_and_the_name_before_the_end(path, monkeypatch):
    done = []

    def fsync(handle):
        name = os.readlink(f"/proc/self/fd/{handle}")
        done.append("folder" if os.path.isdir(name) else Path(name).read_text())

    def replace(source, target):
        done.append("rename")
        rename(source, target)

    rename = os.replace
    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(os, "replace", replace)
    files.write_text(path, "new")
    assert done == ["new", "rename", "folder"]


def test_sha256_of_a_file_of_many_blocks(tmp_path):
    content = os.urandom((1 << 20) + 17)
    (tmp_path / "big").write_bytes(content)
    assert files.sha256(tmp_path / "big") == hashlib.sha256(content).hexdigest()
    (tmp_path / "empty").touch()
    assert files.sha256(tmp_path / "empty").startswith("e3b0c44298fc1c14")


def test_remove_unfinished_takes_only_what_was_being_written(tmp_path, path):
    (tmp_path / ".writing-1-card.json").write_text("half")
    (tmp_path / ".writing-2-step_00000100").mkdir()
    (tmp_path / ".writing-2-step_00000100" / "state.weights.h5").touch()
    kept = [tmp_path / name for name in (".hidden", "writing-3")]
    for keep in kept:
        keep.touch()
    files.remove_unfinished(tmp_path)
    assert sorted(tmp_path.iterdir()) == sorted([*kept, path])


def test_remove_unfinished_knows_what_replacing_leaves_when_killed(path):
    child = os.fork()
    if not child:
        with files.replacing(path) as temporary:
            temporary.write_text("half")
            os._exit(0)
    os.waitpid(child, 0)
    assert path.read_text() == "old" and not alone(path)
    files.remove_unfinished(path.parent)
    assert alone(path)
