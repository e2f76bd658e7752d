"""What an error is to the user of the command: a line of text and an exit status."""

import re
import sys

# Lines, and what stands around one, that say where in a graph an error came about and not what it is.
_PLACE = re.compile(r"^(Graph execution error|Detected at|Stack trace|<stack|  File)|^\s*$")
_AROUND = re.compile(r"^\s*(\{\{.*?\}\}\s*)*|\s*\[(Op:|\[|\{).*$")


def in_words(error):
    """What a `tf.errors.OpError` says, in one line."""
    lines = [line for line in error.message.splitlines() if not _PLACE.search(line)]
    return _AROUND.sub("", lines[0]) if lines else type(error).__name__


def status_of(error):
    """The exit status of an error that has a message for the user; None for one that is a bug."""
    if hasattr(error, "signal"):
        return 128 + error.signal
    if isinstance(error, (KeyError, ValueError, OSError)) or _is_of_tensorflow(error) or type(error) is ImportError:
        return 1
    return 1 if type(error).__module__.startswith("tfgan_zoo.") else None


def message_of(error):
    """What the user is told of it, in one line."""
    if _is_of_tensorflow(error):
        return in_words(error)
    return error.args[0] if isinstance(error, KeyError) and error.args else error


def _is_of_tensorflow(error):
    """Whether an error is of TensorFlow's own kinds, as of a disk that is full; they are no OSErrors."""
    tensorflow = sys.modules.get("tensorflow")
    return tensorflow is not None and isinstance(error, tensorflow.errors.OpError)
