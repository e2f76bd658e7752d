"""Names that were meant, for a mistyped one."""

import difflib


def nearest(name, known):
    """A sentence that offers the known names closest to a mistyped one, or all where none is close."""
    near = close(name, known)
    if near:
        return f" Did you mean {' or '.join(near)}?"
    return f" Known: {', '.join(sorted(str(k) for k in known))}."


def close(name, known):
    """Up to three known names, the nearest first, that a mistyped one may have meant."""
    return difflib.get_close_matches(str(name), [str(k) for k in known], n=3, cutoff=0.5)
