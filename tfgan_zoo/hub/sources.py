"""What pages take from sources: the docstring of a system's module, and the comment that heads a config."""

import ast
import importlib
from dataclasses import dataclass
from pathlib import Path

from tfgan_zoo.hub.index import config_path

_DIFFERS = "Differs from the paper:"
_EXPECTED = "# Expected:"


@dataclass(frozen=True)
class System:
    """What the module of a system says of its paper.

    Attributes:
        name: as the field calls it, "DCGAN".
        method: what the paper does, paragraphs.
        differs: in what this implementation differs from the paper.
        picture: what the picture of its samples shows.
    """

    name: str
    method: str
    differs: str
    picture: str


def system(system_id):
    """The `System` of that id, read without importing it.

    Raises:
        ValueError: its docstring is not of the form `NAME: paper`, method, `Differs from the paper: ...`.
    """
    path = _module(system_id)
    module = ast.parse(path.read_text(encoding="utf-8"))
    paragraphs = (ast.get_docstring(module) or "").split("\n\n")
    name, colon, _ = paragraphs[0].partition(":")
    differs = [text for text in paragraphs[1:] if text.startswith(_DIFFERS)]
    method = [text for text in paragraphs[1:] if not text.startswith(_DIFFERS)]
    if not (colon and "," not in name and method and len(differs) == 1):
        raise ValueError(
            f"The docstring of {path} must say `NAME: title, authors, venue`, then in paragraphs what the "
            f"paper does, then `{_DIFFERS} ...`; pages are made of it."
        )
    difference = differs[0].removeprefix(_DIFFERS).strip()
    return System(name, "\n\n".join(method), difference[0].upper() + difference[1:], _picture(module))


def _module(system_id):
    """The file of a system, in the first folder of `tfgan_zoo.systems` that has it."""
    folders = importlib.import_module("tfgan_zoo.systems").__path__
    paths = [Path(folder, system_id, f"{system_id}.py") for folder in folders]
    return next((path for path in paths if path.is_file()), paths[0])


def _picture(module):
    """The first line of what the system says of its own `picture`, if it has one."""
    for node in ast.walk(module):
        if isinstance(node, ast.FunctionDef) and node.name == "picture":
            return (ast.get_docstring(node) or "").partition("\n")[0]
    return ""


@dataclass(frozen=True)
class Head:
    """The comment that heads a config's file.

    Attributes:
        text: what the config is.
        commands: the lines of commands that it gives, indented in the comment.
        expected: what training it should give, or "".
    """

    text: str
    commands: list
    expected: str


def head(config_id):
    """The `Head` of a config."""
    lines = _comment(config_path(config_id).read_text(encoding="utf-8").splitlines())
    expected = [line for line in lines if line.startswith(_EXPECTED)]
    commands = [line for line in lines if line.startswith("#   ")]
    text = [line for line in lines if line not in expected + commands]
    return Head(
        " ".join(line.removeprefix("#").strip() for line in text),
        [line.removeprefix("#   ") for line in commands],
        "".join(line.removeprefix(_EXPECTED).strip() for line in expected),
    )


def expecting(text, expected):
    """The text of a config's file with `expected` as what its head says training it should give."""
    lines = text.splitlines()
    comment = _comment(lines)
    said = [line for line in comment if not line.startswith(_EXPECTED)]
    said += [f"{_EXPECTED} {expected}"] if expected else []
    return "\n".join(said + lines[len(comment) :]) + "\n"


def _comment(lines):
    """The comment lines with which a file begins."""
    ends = (number for number, line in enumerate(lines) if not line.startswith("#"))
    return lines[: next(ends, len(lines))]
