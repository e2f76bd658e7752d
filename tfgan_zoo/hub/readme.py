"""The parts of the repository's README that are generated.

Each stands between a comment that names it, `<!-- results -->`, and `<!-- end -->`.
"""

import re

from tfgan_zoo.hub.index import has_weights
from tfgan_zoo.hub.pages import open_claim, result_row
from tfgan_zoo.hub.shipped import systems
from tfgan_zoo.hub.wording import table

_COLUMNS = ("system", "config", "score", "trained in", "the paper's claim")


def updated(text):
    """The README with its generated parts anew.

    `results` keeps the configs that the table names, in their order, and `open claims` has every claim that
    does not hold or was not run.

    Raises:
        ValueError: a part is not there.
    """
    named = re.findall(r"^\|.*?\| `(\S+?)` \|", _part(text, "results"), re.MULTILINE)
    rows = [result_row(name) for name in named if has_weights(name)]
    text = _with_part(text, "results", table(_COLUMNS, []) + "".join(f"{row}\n" for row in rows))
    lines = [line for line in map(open_claim, systems()) if line]
    return _with_part(text, "open claims", "".join(f"{line}\n" for line in lines))


def _part(text, name):
    found = re.search(rf"(?<=<!-- {name} -->\n).*?(?=<!-- end -->)", text, re.DOTALL)
    if not found:
        raise ValueError(f"The README has no part between <!-- {name} --> and <!-- end -->.")
    return found[0]


def _with_part(text, name, part):
    begin = f"<!-- {name} -->\n"
    return text.replace(begin + _part(text, name), begin + part)
