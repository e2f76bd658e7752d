"""The command that edits images by strokes."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tfgan_zoo.cli.latents import Images, model_able_to, read_images
from tfgan_zoo.cli.options import ConfigId, Picture, Settings, Weights, app, config_of

Script = Annotated[Path, typer.Option(help="a JSON file: the list of strokes")]


@app.command()
def edit(
    config_id: ConfigId,
    images: Images,
    script: Script,
    out: Picture = Path("edited.png"),
    weights: Weights = "pretrained",
    settings: Settings = None,
):
    """Edit images by strokes: a row of each image, its reconstruction, the way to the edit, and the edit.

    The script is a JSON list of strokes, the same for all images. Boxes are [left, top, right, bottom], points [x, y]
    and radii pixels of the model's images, colours [red, green, blue] from 0 to 255. For iGAN:

    {"color": [r, g, b], "box": [left, top, right, bottom]} gives a box a colour;

    {"color": [r, g, b], "brush": [[x, y], ...], "radius": 1.5} draws a line of a colour;

    {"edge": [[x, y], ...], "radius": 0.5} draws an edge, whatever the colours beside it;

    {"warp": [left, top, right, bottom], "by": [x, y]} copies what is in a box to a place so far right and down.

    For IAN: {"color": [r, g, b], "box": [left, top, right, bottom], "steps": 30}.
    """
    from tfgan_zoo.core import show

    strokes = _read_script(script)
    model = model_able_to("edit", config_id, weights, settings)
    _, values = read_images(images, model, config_of(config_id, settings, weights=weights))
    found = model.edit(values, strokes)
    show.edits(values, found["reconstruction"], found["edited"], out, found.get("frames"))
    print(f"Wrote {len(values)} images and their edits by {len(strokes)} strokes to {out}.")


def _read_script(path):
    """The list in a JSON file.

    Raises:
        FileNotFoundError: there is no such file.
        ValueError: it holds something else.
    """
    try:
        strokes = json.loads(path.read_text(encoding="utf-8"))
    except ValueError as error:
        raise ValueError(f"{path} is no JSON file: {error}") from error
    if not isinstance(strokes, list):
        raise ValueError(f"{path} must hold a list of strokes; see `tfgan-zoo edit --help`.")
    return strokes
