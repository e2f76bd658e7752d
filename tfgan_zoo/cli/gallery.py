"""The command that writes the static site."""

from pathlib import Path
from typing import Annotated

import typer

from tfgan_zoo.cli.options import app


@app.command()
def gallery(
    folder: Annotated[Path, typer.Argument(metavar="DIR", help="a new or empty folder, or a gallery")],
    live: Annotated[bool, typer.Option("--live", help="let latent generators draw in their pages")] = False,
    runtime: Annotated[
        Path | None,
        typer.Option(help="the folder of the npm package onnxruntime-web; by default npm fetches it once"),
    ] = None,
    only: Annotated[
        list[str] | None, typer.Option("--system", metavar="NAME", help="this system alone; may be repeated")
    ] = None,
):
    """Write a static site: an index with pictures, and a page a system; open DIR/index.html."""
    if runtime and not live:
        raise ValueError("--runtime is for pages that draw: give --live, too.")
    try:
        from tfgan_zoo.gallery import site
    except ImportError as error:
        needed = 'The gallery needs jinja2 and markdown-it-py: pip install "tfgan_zoo[gallery]".'
        raise ImportError(needed) from error

    site.write(folder, live, runtime, only, say=lambda line: print(line, flush=True))
    print(f"Wrote {folder / 'index.html'}.")
