"""What the commands share: the application, arguments that several take, and how they find a config."""

from pathlib import Path
from typing import Annotated

import typer

app = typer.Typer(
    help="A TensorFlow / Keras 3 model zoo of generative adversarial networks.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)

ConfigId = Annotated[str, typer.Argument(metavar="ID", help="a config, such as dcgan/mnist")]
Settings = Annotated[
    list[str] | None,
    typer.Option("--set", metavar="KEY=VALUE", help="override a config key; may be repeated"),
]
Smoke = Annotated[bool, typer.Option("--smoke", help="use the config's tiny smoke overlay")]
Weights = Annotated[str, typer.Option(help="'pretrained', or the path of a .weights.h5 file or run folder")]
Strategy = Annotated[
    str, typer.Option(help="none, mirrored (all GPUs), multiworker (what TF_CONFIG names) or tpu")
]
Seed = Annotated[int, typer.Option(help="the same seed gives the same result")]


def writable(path: Path | None):
    """Looks whether a file can be written before what is to be in it is computed."""
    from tfgan_zoo.utils.files import require_place

    if path is not None:
        require_place(path)
    return path


def picture_file(path: Path | None):
    """As `writable`, of a picture."""
    from tfgan_zoo.utils.pictures import file_format

    if path is not None:
        file_format(path)
    return writable(path)


JsonFile = Annotated[Path | None, typer.Option("--json", help="also write JSON here", callback=writable)]
Picture = Annotated[Path, typer.Option(help="the picture to write, .png or .jpg", callback=picture_file)]


def config_of(config_id, settings, smoke=False, weights=None):
    from tfgan_zoo.hub.config import load_config, parse_overrides, run_of

    return load_config(config_id, parse_overrides(settings or []), smoke, run=run_of(weights))


def model_of(config_id, weights, settings):
    from tfgan_zoo.hub import models
    from tfgan_zoo.hub.config import parse_overrides

    return models.load(config_id, weights=weights, overrides=parse_overrides(settings or []))
