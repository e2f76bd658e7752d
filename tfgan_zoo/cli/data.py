"""Commands that build data sets."""

from pathlib import Path
from typing import Annotated

import typer

from tfgan_zoo.cli.options import app


@app.command()
def prepare(
    name: Annotated[str, typer.Argument(help="such as avatars; a wrong one lists them all")],
    number: Annotated[int | None, typer.Option("-n", "--number", help="how many examples")] = None,
    seed: Annotated[int | None, typer.Option(help="the same seed gives the same data")] = None,
    font: Annotated[Path | None, typer.Option(help="of emoji: NotoColorEmoji.ttf")] = None,
    emoji_test: Annotated[Path | None, typer.Option(help="Unicode's emoji-test.txt")] = None,
):
    """Build a data set into the zoo's cache, from packages or from files that you give."""
    from tfgan_zoo import data
    from tfgan_zoo.utils.cache import manifest

    given = {"seed": seed, "count": number, "font": font, "emoji_test": emoji_test}
    arguments = {key: value for key, value in given.items() if value is not None}
    for data_set, path in data.prepare(name, **arguments).items():
        examples = ", ".join(f"{count:,} {split}" for split, count in manifest(path)["splits"].items())
        print(f"Wrote {data_set} ({examples}) to {path}.")
