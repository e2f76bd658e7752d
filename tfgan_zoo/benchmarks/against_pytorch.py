"""DCGAN training speed against PyTorch eager: the same networks, batch and data, in turn.

    pip install "tfgan_zoo[benchmark]" && python -m tfgan_zoo.benchmarks.against_pytorch

Each framework has a process of its own, with all cores; only one works at a time, and they
alternate, so that a machine whose speed drifts slows both alike. The ratio is taken pair by pair.
`keras_layers` is the same model with Keras' own convolutions.
"""

import contextlib
import json
import statistics
import subprocess
import sys

import typer

_FRAMEWORKS = ("tensorflow", "keras_layers", "pytorch", "pytorch_channels_last")


def main(
    width: int = 32,
    batch: int = 64,
    image_size: int = 32,
    channels: int = 1,
    steps: int = 100,
    rounds: int = 7,
    json_file: str = typer.Option("", "--json"),
    worker: str = typer.Option("", hidden=True),
):
    """Times all, prints rates and ratios."""
    shape = {"width": width, "batch": batch, "image_size": image_size, "channels": channels}
    if worker:
        _serve(worker, **shape)
        return
    result = {**shape, "steps": steps, **compare(shape, steps, rounds)}
    print(json.dumps(result, indent=1))
    if json_file:
        with open(json_file, "w", encoding="utf-8") as file:
            json.dump(result, file, indent=1)


def compare(shape, steps, rounds):
    """Images per second of each framework in each round, and our median ratio to each other."""
    workers = {name: _start(name, shape) for name in _FRAMEWORKS}
    try:
        for worker in workers.values():
            _ask(worker, steps)
        seconds = [{name: _ask(worker, steps) for name, worker in workers.items()} for _ in range(rounds)]
    finally:
        for worker in workers.values():
            worker.stdin.close()
            worker.wait()
    ours = _FRAMEWORKS[0]
    return {
        "images_per_second": {
            name: [round(shape["batch"] * steps / each[name], 1) for each in seconds] for name in workers
        },
        "median_ratio": {
            name: round(statistics.median(each[name] / each[ours] for each in seconds), 3)
            for name in workers
            if name != ours
        },
    }


def _start(name, shape):
    flags = [f"--{key.replace('_', '-')}={value}" for key, value in shape.items()]
    return subprocess.Popen(
        [sys.executable, "-m", __spec__.name, f"--worker={name}", *flags],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    )


def _ask(worker, steps):
    worker.stdin.write(f"{steps}\n")
    worker.stdin.flush()
    answer = worker.stdout.readline()
    if not answer:
        raise SystemExit("A worker died; its message is above. Is PyTorch installed?")
    return float(answer)


def _serve(name, width, batch, image_size, channels):
    """Answers each number of steps on standard input with the seconds that they took."""
    import numpy as np

    shape = (4096, image_size, image_size, channels)
    images = np.random.default_rng(0).integers(0, 256, shape, dtype=np.uint8)
    make = _pytorch if name.startswith("pytorch") else _tensorflow
    timer = make(name, images, batch, width)
    for line in sys.stdin:
        print(timer(int(line)), flush=True)


def _tensorflow(name, images, batch, width):
    import time

    from tfgan_zoo import data
    from tfgan_zoo.hub import models
    from tfgan_zoo.layers import convolution

    size, channels = images.shape[1], images.shape[3]
    networks = {
        f"networks.{name}.{key}": value
        for name in ("generator", "discriminator")
        for key, value in {"width": width, "image_size": size, "channels": channels}.items()
    }
    model = models.load("dcgan/fashion_mnist", overrides=networks)
    stream = data.load({"image": images}, batch_size=batch, start_step=0)
    layers = convolution.as_in_keras if name == "keras_layers" else contextlib.nullcontext

    def timer(steps):
        begun = time.perf_counter()
        with layers():
            model.fit(stream, steps_per_epoch=steps, verbose=0, shuffle=False)
        return time.perf_counter() - begun

    return timer


def _pytorch(name, images, batch, width):
    import torch

    from tfgan_zoo.benchmarks.pytorch_dcgan import Trainer

    layout = torch.channels_last if name.endswith("channels_last") else None
    return Trainer(images, batch, width, memory_format=layout).time


if __name__ == "__main__":
    typer.run(main)
