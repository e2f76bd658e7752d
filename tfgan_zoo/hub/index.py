"""Where the configs and the weights lie, found by their ids; imports nothing heavy."""

from importlib.resources import files
from pathlib import Path

from tfgan_zoo.utils.spelling import nearest


def config_root():
    """The folder of configs, in a checkout and in an installed wheel alike."""
    return Path(str(files("tfgan_zoo.zoo_configs")))


def pretrained_root():
    """The folder of weights that ship."""
    return Path(str(files("tfgan_zoo.pretrained")))


def list_configs():
    """The ids of all configs, sorted: `["dcgan/fashion_mnist", ...]`."""
    root = config_root()
    return sorted(
        path.relative_to(root).with_suffix("").as_posix() for path in root.glob("*/*.yaml")
    )


def config_path(config_id):
    """The file of a config.

    Raises:
        KeyError: there is no such id; the message names the nearest.
    """
    known = list_configs()
    if config_id not in known:
        raise KeyError(f"There is no config {config_id!r}.{nearest(config_id, known)}")
    return config_root() / f"{config_id}.yaml"


def pretrained_folder(config_id):
    """The folder that holds (or would hold) a config's shipped weights and card."""
    return pretrained_root() / config_id


def has_weights(config_id):
    return (pretrained_folder(config_id) / "model.weights.h5").is_file()
