"""Commands that train a model and use it."""

import json
from pathlib import Path
from typing import Annotated

import typer

from tfgan_zoo.cli.options import (
    ConfigId,
    JsonFile,
    Picture,
    Seed,
    Settings,
    Smoke,
    Strategy,
    Weights,
    app,
    config_of,
    model_of,
)
from tfgan_zoo.utils.files import write_json


@app.command("list")
def list_command(
    as_json: Annotated[bool, typer.Option("--json", help="print JSON")] = False,
):
    """All configs: id, paper, data, whether weights ship."""
    from tfgan_zoo.hub.catalogue import rows

    table = rows()
    if as_json:
        print(json.dumps(table, indent=1))
        return
    widths = {key: max(len(str(row[key])) for row in table) for key in ("id", "data")}
    for row in table:
        shipped = "weights" if row["weights"] else ""
        print(f"{row['id']:{widths['id']}}  {row['data']:{widths['data']}}  {shipped:7}  {row['paper']}")


@app.command()
def info(config_id: ConfigId, settings: Settings = None, smoke: Smoke = False):
    """One config: its settings, its networks' sizes, and its card if weights ship."""
    config = config_of(config_id, settings, smoke)
    from tfgan_zoo.hub import catalogue, models

    print(catalogue.describe(config, models.build(config)))


@app.command()
def train(
    config_id: ConfigId,
    run: Annotated[Path | None, typer.Option(help="the run folder")] = None,
    resume: Annotated[bool, typer.Option("--resume", help="go on from the last checkpoint")] = False,
    check: Annotated[
        bool,
        typer.Option("--check", help="look for all that the run needs, print its plan, and train nothing"),
    ] = False,
    strategy: Strategy = "none",
    settings: Settings = None,
    smoke: Smoke = False,
):
    """Train a config: leaves weights, samples, curve and card in the run folder."""
    if run is None and not check:
        raise ValueError("train needs --run FOLDER, or --check.")
    config = config_of(config_id, settings, smoke)
    from tfgan_zoo.utils.distribution import make

    # Workers must find each other before anything is computed.
    strategy = make(strategy)
    if check:
        from tfgan_zoo.training.plan import plan

        print("\n".join(plan(config, run, resume, strategy)))
        return
    from tfgan_zoo.training.run import train as train_run

    card = train_run(config, run, resume, strategy, say=lambda line: print(line, flush=True))
    for score in card["scores"] if card else ():
        print(f"{score['metric']}: {score['value']:.6g}")


@app.command()
def sample(
    config_id: ConfigId,
    out: Picture = Path("samples.png"),
    n: Annotated[int, typer.Option("-n", "--number", min=1, help="how many")] = 64,
    seed: Seed = 0,
    weights: Weights = "pretrained",
    settings: Settings = None,
):
    """Draw samples as a picture; of a system that translates, held-out images and what it makes of them."""
    config = config_of(config_id, settings, weights=weights)
    from tfgan_zoo.evaluation import held_out_batch

    model = model_of(config_id, weights, settings)
    model.save_samples(out, n, seed, lambda count: held_out_batch(config, count))
    print(f"Wrote {n} samples to {out}.")


@app.command()
def interpolate(
    config_id: ConfigId,
    out: Picture = Path("interpolation.png"),
    pairs: Annotated[int, typer.Option(min=1, help="rows: pairs of latents")] = 8,
    steps: Annotated[int, typer.Option(min=2, help="columns: points along each arc")] = 9,
    seed: Seed = 0,
    weights: Weights = "pretrained",
    settings: Settings = None,
):
    """Walk the sphere between pairs of latents, a row a pair; a row of translations is of one held-out image."""
    config = config_of(config_id, settings, weights=weights)
    from tfgan_zoo.evaluation import held_out_batch
    from tfgan_zoo.utils import pictures

    model = model_of(config_id, weights, settings)
    if model.example_key == "x":
        raise ValueError(f"{config_id} makes points, not images; there is no row to draw.")
    way = next(iter(model.samplers().values()))
    images = held_out_batch(config, pairs)[way.of].numpy() if way.of else None
    pictures.save_grid(model.interpolate(pairs, steps, seed, images=images), out, columns=steps)
    print(f"Wrote {pairs} interpolations of {steps} points to {out}.")


@app.command()
def export(
    config_id: ConfigId,
    out: Annotated[Path, typer.Argument(help="the folder or file to write")],
    format: Annotated[str, typer.Option(help="tf_saved_model, tflite or onnx")] = "tf_saved_model",
    weights: Weights = "pretrained",
    settings: Settings = None,
):
    """Write what serves without this package: a SavedModel, or a file for LiteRT or ONNX."""
    model = model_of(config_id, weights, settings)
    written = model.export(out, format)
    print(f"Wrote {out} with the signatures {', '.join(written)}.")
    left = [name for name in model.signatures() if name not in written]
    if left:
        print(f"Left out {', '.join(left)}: {format} lacks operators for what they take or compute.")


@app.command()
def benchmark(
    config_id: ConfigId,
    steps: Annotated[int, typer.Option(min=1, help="training steps to time")] = 100,
    json_file: JsonFile = None,
    strategy: Strategy = "none",
    settings: Settings = None,
    smoke: Smoke = False,
):
    """Time training: images/s, step time, peak memory, and the share of the convolution peak.

    On several replicas (--strategy), the time in which they exchange gradients stands in the share's place.
    """
    config = config_of(config_id, settings, smoke)
    from tfgan_zoo.utils import distribution

    strategy = distribution.make(strategy)
    from tfgan_zoo.benchmarks import training

    result = training.measure(config, steps, strategy=strategy)
    if not distribution.is_chief(strategy):
        return
    print(training.describe(result))
    if json_file:
        write_json(json_file, result)
