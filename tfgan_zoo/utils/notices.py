"""Keeps a command's output free of TensorFlow's notices at import, which no setting of its own holds back."""

import contextlib
import importlib.abc
import importlib.machinery
import os
import re
import sys
import tempfile

# What is dropped: of severity I and W, which say how TensorFlow will compute, and the headline above such lines.
_NOTICE = re.compile(rb"WARNING: All log messages before absl::InitializeLog|[IW]\d{4} |To enable the following instr")

# The same of CUDA's errors where there is no driver, since then nobody has asked for it.
_OF_CUDA = re.compile(rb"E\d{4} .*cuda", re.IGNORECASE)
_NO_DRIVER = b"Could not find cuda drivers"


def silence():
    """Lets `import tensorflow`, where it is still to come, look for its devices and say only what went wrong."""
    # What stops a computation is raised as an exception, too; graph optimisers that give up stop none.
    os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
    if "tensorflow" not in sys.modules:
        sys.meta_path.insert(0, _Finder())


class _Finder(importlib.abc.MetaPathFinder):
    """Finds TensorFlow as Python does, with a loader that keeps its notices back."""

    def find_spec(self, name, path, target=None):
        if name != "tensorflow":
            return None
        sys.meta_path.remove(self)
        spec = importlib.machinery.PathFinder.find_spec(name, path)
        if spec is not None:
            load = spec.loader.exec_module
            spec.loader.exec_module = lambda module: _loaded(load, module)
        return spec


def _loaded(load, module):
    with _without_notices():
        load(module)
        # What is said of devices is said when they are first asked for.
        module.config.list_physical_devices()


@contextlib.contextmanager
def _without_notices():
    """Within it, what is written to standard error is held back; then what is no notice is written after all."""
    sys.stderr.flush()
    try:
        held = os.dup(2)
    except OSError:
        # There is no standard error.
        yield
        return
    with tempfile.TemporaryFile() as file:
        os.dup2(file.fileno(), 2)
        try:
            yield
        finally:
            sys.stderr.flush()
            os.dup2(held, 2)
            os.close(held)
            file.seek(0)
            _pass_on(file.read())


def _pass_on(written):
    dropped = (_NOTICE, _OF_CUDA) if _NO_DRIVER in written else (_NOTICE,)
    for line in written.splitlines(keepends=True):
        if not any(pattern.match(line) for pattern in dropped):
            os.write(2, line)


def keep_bytes():
    """Names of files may be bytes that are no text here; they are written as they came."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="surrogateescape")


def show_warning(message, *_):
    """A warning on a line of its own, without the place in the code that it came from."""
    print(f"Warning: {message}", file=sys.stderr)
