"""Commands that find the latents of images."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tfgan_zoo.cli.options import ConfigId, Picture, Settings, Weights, app, config_of, model_of, writable

Images = Annotated[
    str,
    typer.Argument(metavar="IMAGES", help="a picture, a folder of pictures, an .npy/.npz, or DATA:SPLIT"),
]
Conditions = Annotated[
    list[str] | None,
    typer.Option("--condition", metavar="NAME=VALUE", help="what the encoder takes beside the image, such as label=3"),
]
Latents = Annotated[Path, typer.Option(help="the .npz to write", callback=writable)]


@app.command()
def encode(
    config_id: ConfigId,
    images: Images,
    out: Latents = Path("latents.npz"),
    condition: Conditions = None,
    weights: Weights = "pretrained",
    settings: Settings = None,
):
    """Write what an encoder reads of images: an .npz with `z`, what else it reads, and the files' names."""
    import numpy as np

    model = model_able_to("encode", config_id, weights, settings)
    names, values = read_images(images, model, config_of(config_id, settings, weights=weights))
    code = model.encode(values, **conditions_of(condition))
    with open(out, "wb") as file:
        np.savez(file, file=np.array(names), **code)
    shapes = ", ".join(f"{name} {list(value.shape)}" for name, value in code.items())
    print(f"Wrote {shapes} to {out}.")


@app.command()
def reconstruct(
    config_id: ConfigId,
    images: Images,
    out: Picture = Path("reconstructions.png"),
    condition: Conditions = None,
    weights: Weights = "pretrained",
    settings: Settings = None,
):
    """Draw images beside their reconstructions, a row each, and print the mean squared error."""
    import numpy as np

    from tfgan_zoo.utils import pictures

    model = model_able_to("reconstruct", config_id, weights, settings)
    _, values = read_images(images, model, config_of(config_id, settings, weights=weights))
    made = model.reconstruct(values, **conditions_of(condition))
    pictures.save_columns([values, made], out)
    error = float(np.mean(np.square(made - values)))
    print(f"Wrote {len(values)} images and their reconstructions to {out}; mean squared error {error:.4g}.")


def model_able_to(method, config_id, weights, settings):
    """The model of a config, of which `method` is asked.

    Raises:
        ValueError: it has no such method.
    """
    model = model_of(config_id, weights, settings)
    if not hasattr(model, method):
        raise ValueError(f"{type(model).__name__} cannot {method} images.")
    return model


def read_images(given, model, config):
    """(names, float32 [n, H, W, C] in [-1, 1]) of the images that a user names, as the model takes them.

    Raises:
        ValueError: the model does not learn from single images.
    """
    from tfgan_zoo.data import given as own

    if "image" not in model.example_shapes:
        raise ValueError(f"{config.id} learns from {', '.join(model.example_shapes)}, not from single images.")
    height, width, channels = model.example_shapes["image"]
    return own.read_images(given, (height, width), channels, config.data.fit)


def conditions_of(settings):
    """{name: value} of "name=value" texts, the values read as JSON where they are."""
    found = {}
    for setting in settings or []:
        name, equals, value = setting.partition("=")
        if not (name and equals):
            raise ValueError(f"A condition is written NAME=VALUE; got {setting!r}.")
        try:
            found[name] = json.loads(value)
        except json.JSONDecodeError:
            found[name] = value
    return found
