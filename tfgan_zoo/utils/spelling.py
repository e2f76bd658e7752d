"""Names that were meant, for a mistyped one."""

import difflib


def nearest(name, known):
    """A sentence that offers the known names closest to a mistyped one."""
    close = difflib.get_close_matches(str(name), [str(k) for k in known], n=3, cutoff=0.5)
    if close:
        return f" Did you mean {' or '.join(close)}?"
    return f" Known: {', '.join(sorted(str(k) for k in known))}."
