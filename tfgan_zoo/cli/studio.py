"""The command that serves the studio."""

from typing import Annotated

import typer

from tfgan_zoo.cli.options import app


@app.command()
def studio(
    port: Annotated[int, typer.Option(min=0, max=65535, help="of 127.0.0.1; 0 takes a free one")] = 8321,
    no_browser: Annotated[bool, typer.Option("--no-browser", help="print the address and open nothing")] = False,
):
    """Serve a local page to move latents, classes, codes and captions of the models that ship."""
    from tfgan_zoo.data.prepared import require

    require("studio", "starlette", "uvicorn", "jinja2")
    from tfgan_zoo.studio.serving import serve

    serve(port, not no_browser)
