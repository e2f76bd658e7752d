"""TensorFlow's errors in words."""

import re

# Lines, and what stands around one, that say where in a graph an error came about and not what it is.
_PLACE = re.compile(r"^(Graph execution error|Detected at|Stack trace|<stack|  File)|^\s*$")
_AROUND = re.compile(r"^\s*(\{\{.*?\}\}\s*)*|\s*\[(Op:|\[|\{).*$")


def in_words(error):
    """What a `tf.errors.OpError` says, in one line."""
    lines = [line for line in error.message.splitlines() if not _PLACE.search(line)]
    return _AROUND.sub("", lines[0]) if lines else type(error).__name__
