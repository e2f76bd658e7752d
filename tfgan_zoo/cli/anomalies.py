"""The command that tells images which are not like those that a model learned."""

from pathlib import Path
from typing import Annotated

import typer

from tfgan_zoo.cli.latents import Images, read_images
from tfgan_zoo.cli.options import ConfigId, Seed, Settings, Weights, app, config_of, model_of


@app.command()
def anomalies(
    config_id: ConfigId,
    images: Images,
    out: Annotated[Path, typer.Option(help="the folder to write, new or empty")] = Path("anomalies"),
    steps: Annotated[int, typer.Option(min=0, help="of each image's search")] = 500,
    seed: Seed = 0,
    weights: Weights = "pretrained",
    settings: Settings = None,
):
    """Score how little images are like normal ones: a CSV, and a picture of each: image, closest, residual."""
    from tfgan_zoo.core import show

    show.require_empty(out)
    model = model_of(config_id, weights, settings)
    if not hasattr(model, "anomalies"):
        raise ValueError(f"{config_id} scores no anomalies; AnoGAN does, such as anogan/mnist.")
    names, values = read_images(images, model, config_of(config_id, settings, weights=weights))
    show.anomalies(names, values, model.anomalies(values, steps, seed), out)
    print(f"Wrote the scores of {len(values)} images and their residuals to {out}, the least normal first.")
