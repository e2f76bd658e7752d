"""Inception features per second against torch-fidelity's, on the same images in one run.

    pip install "tfgan_zoo[benchmark]" && python -m tfgan_zoo.benchmarks.inception_speed

Each side has a process of its own, with all cores; only one works at a time, and they alternate, so
that a machine whose speed drifts slows both alike. Both networks have random weights, on which
speed does not depend, and no feature leaves this program.
"""

import concurrent.futures
import functools
import importlib.util
import json
import multiprocessing
import statistics
import sys
import tempfile
import time
import types
from pathlib import Path

import numpy as np
import typer

_SIDES = ("tfgan_zoo", "torch_fidelity")


def main(
    images: int = 64,
    batch: int = 16,
    size: int = 32,
    rounds: int = 5,
    json_file: Path = typer.Option(None, "--json"),
):
    """Times 2048 features and logits of IMAGES random uint8 images of SIZE x SIZE x 3."""
    result = measure(images, batch, size, rounds)
    print(json.dumps(result, indent=1))
    if json_file:
        json_file.write_text(json.dumps(result, indent=1) + "\n", encoding="utf-8")


def measure(images, batch, size, rounds):
    """Features per second of each side in each round, and the ratios that matter, as a dict."""
    spawn = multiprocessing.get_context("spawn")
    workers = {
        name: concurrent.futures.ProcessPoolExecutor(1, mp_context=spawn) for name in _SIDES
    }
    try:
        ask = {
            name: functools.partial(_in, worker, _rate, name, images, batch, size)
            for name, worker in workers.items()
        }
        for name in _SIDES:
            ask[name]()
        found, peaks = [], []
        for _ in range(rounds):
            found.append({name: ask[name]() for name in _SIDES})
            peaks.append(_in(workers["tfgan_zoo"], _peak))
        operations = _in(workers["tfgan_zoo"], _operations)
    finally:
        for worker in workers.values():
            worker.shutdown()
    ours = statistics.median(each["tfgan_zoo"] for each in found)
    ratios = [each["tfgan_zoo"] / each["torch_fidelity"] for each in found]
    return {
        "features_per_second": {name: [round(each[name], 2) for each in found] for name in _SIDES},
        "ratio_to_torch_fidelity": round(statistics.median(ratios), 3),
        "gflop_per_image": round(operations / 1e9, 3),
        "gflop_per_second": round(ours * operations / 1e9, 1),
        "convolution_peak_gflop_per_second": round(max(peaks), 1),
        "share_of_peak": round(ours * operations / 1e9 / max(peaks), 3),
    }


def _in(worker, function, *arguments):
    return worker.submit(function, *arguments).result()


def _rate(name, count, batch, size):
    """Features per second; the first call builds the network and compiles it."""
    shape = (count, size, size, 3)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    features = {"tfgan_zoo": _ours, "torch_fidelity": _theirs}[name]()
    begun = time.perf_counter()
    features(images, batch)
    return count / (time.perf_counter() - begun)


def _peak():
    from tfgan_zoo.benchmarks.peak import convolution_peak

    return convolution_peak(seconds=2.0)


@functools.cache
def _ours():
    from tfgan_zoo.metrics import Extractor

    return Extractor(
        name="inception_2015 with random weights",
        network=_network(),
        weights_hash="none",
        resizer="bilinear, TF1 corners, 299",
        antialias=False,
        layer="2048",
        logits_layer="logits_unbiased",
    )


@functools.cache
def _network():
    import keras

    from tfgan_zoo.metrics.features.inception_2015 import architecture

    keras.utils.set_random_seed(0)
    return keras.Model(*architecture())


def _operations():
    """Multiplications and additions of the convolutions for one image."""
    import keras

    layers = [layer for layer in _network().layers if isinstance(layer, keras.layers.Conv2D)]
    places = [int(np.prod(layer.output.shape[1:3])) for layer in layers]
    return sum(2 * n * int(np.prod(layer.kernel.shape)) for n, layer in zip(places, layers))


@functools.cache
def _theirs():
    import torch

    _skip_init("torch_fidelity")
    from torch_fidelity.feature_extractor_inceptionv3 import FeatureExtractorInceptionV3

    class Unloaded(FeatureExtractorInceptionV3):
        def load_state_dict(self, state):
            """Keeps the random weights."""

    torch.manual_seed(0)
    with tempfile.NamedTemporaryFile() as nothing:
        torch.save({}, nothing.name)
        network = Unloaded("speed", ["2048", "logits_unbiased"], nothing.name)

    def features(images, batch):
        images = torch.from_numpy(images).permute(0, 3, 1, 2)
        with torch.no_grad():
            return [network(part) for part in images.split(batch)]

    return features


def _skip_init(name):
    """Makes the modules of a package importable without its `__init__`.

    That of torch-fidelity imports torchvision, which the Inception network does not need.
    """
    package = types.ModuleType(name)
    package.__path__ = importlib.util.find_spec(name).submodule_search_locations
    sys.modules[name] = package


if __name__ == "__main__":
    typer.run(main)
