"""The command `tfgan-zoo`: each subcommand a thin function over the library.

TensorFlow is imported inside the commands that need it, so that `list` and `--help` are instant.
"""

import json
import sys
import warnings
from pathlib import Path
from typing import Annotated

import typer

from tfgan_zoo.utils.files import write_json

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


def _writable(path: Path | None):
    """Looks whether a file can be written before what is to be in it is computed."""
    from tfgan_zoo.utils.files import require_place

    if path is not None:
        require_place(path)
    return path


def _picture(path: Path | None):
    """As `_writable`, of a picture."""
    from tfgan_zoo.utils.pictures import file_format

    if path is not None:
        file_format(path)
    return _writable(path)


JsonFile = Annotated[Path | None, typer.Option("--json", help="also write JSON here", callback=_writable)]
Picture = Annotated[Path, typer.Option(help="the picture to write, .png or .jpg", callback=_picture)]


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
    config = _config(config_id, settings, smoke)
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
    config = _config(config_id, settings, smoke)
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
    config = _config(config_id, settings, weights=weights)
    from tfgan_zoo.evaluation import held_out_batch

    model = _model(config_id, weights, settings)
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
    config = _config(config_id, settings, weights=weights)
    from tfgan_zoo.evaluation import held_out_batch
    from tfgan_zoo.utils import pictures

    model = _model(config_id, weights, settings)
    if model.example_key == "x":
        raise ValueError(f"{config_id} makes points, not images; there is no row to draw.")
    way = next(iter(model.samplers().values()))
    images = held_out_batch(config, pairs)[way.of].numpy() if way.of else None
    pictures.save_grid(model.interpolate(pairs, steps, seed, images=images), out, columns=steps)
    print(f"Wrote {pairs} interpolations of {steps} points to {out}.")


@app.command()
def evaluate(
    fake: Annotated[str, typer.Argument(help="a config, image folder, .npy/.npz, or DATA:SPLIT")],
    real: Annotated[str | None, typer.Argument(help="the reference; a config has its own")] = None,
    metric: Annotated[
        list[str] | None, typer.Option(help="fid (default), kid, is, prdc, psnr, ...; may be repeated")
    ] = None,
    extractor: Annotated[str, typer.Option(help="whose features")] = "inception_2015",
    samples: Annotated[int | None, typer.Option(min=1, help="how many fakes")] = None,
    seed: Seed = 0,
    weights: Weights = "pretrained",
    image_size: Annotated[int | None, typer.Option(min=1, help="of sides that are data")] = None,
    fit: Annotated[
        str | None, typer.Option(help="to that size: crop, pad or stretch; by default as the config, or crop")
    ] = None,
    json_file: JsonFile = None,
    statistics: Annotated[
        Path | None,
        typer.Option(help="write the first side's moments here, an .npz to evaluate", callback=_writable),
    ] = None,
    strategy: Strategy = "none",
    settings: Settings = None,
):
    """Score a model, image folder, array, data split or statistics file against another."""
    from tfgan_zoo.utils import distribution

    # Workers must find each other before anything is computed.
    strategy = distribution.make(strategy)
    from tfgan_zoo.evaluation import compare
    from tfgan_zoo.hub.config import parse_overrides

    if statistics and distribution.spans_workers(strategy):
        raise ValueError("--statistics are written by one process; leave out --strategy multiworker.")
    with distribution.scope(strategy):
        scores = compare.evaluate(
            fake,
            real,
            metric or ([] if statistics and not real else ["fid"]),
            extractor,
            samples,
            seed,
            weights,
            parse_overrides(settings or []),
            statistics,
            image_size=image_size,
            fit=fit,
        )
    if not distribution.is_chief(strategy):
        return
    if statistics:
        print(f"Wrote the statistics of {fake} to {statistics}.")
    if scores:
        print(compare.describe(scores))
    if json_file:
        write_json(json_file, scores)


@app.command()
def reproduce(
    name: Annotated[
        str | None, typer.Argument(metavar="ID", help="a system, such as wgan, or a config")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="every claim of the zoo")] = False,
    recorded: Annotated[bool, typer.Option("--recorded", help="print the records that ship")] = False,
    judge: Annotated[
        bool,
        typer.Option("--judge", help="judge the records that ship by the targets of now, and write them"),
    ] = False,
    run: Annotated[Path, typer.Option(help="the folder of the runs")] = Path("runs/claims"),
    json_file: JsonFile = None,
    smoke: Annotated[bool, typer.Option("--smoke", help="toy sizes; the verdict is void")] = False,
    seed: Annotated[
        int | None, typer.Option(help="measure from this seed, or from as many as the claim takes from it on")
    ] = None,
):
    """Check a paper's headline claim: train what it compares, print its figure, ours, the verdict.

    Every measurement is added to the claim's record; a check is judged by the median of all.
    """
    if (name is None) != every:
        raise ValueError("reproduce takes the name of a system or config, or --all.")
    if (recorded or judge) and seed is not None:
        raise ValueError(
            "--recorded and --judge read what was measured; --seed measures anew. Give one of them."
        )
    from tfgan_zoo import reproduce

    read = reproduce.judge_again if judge else reproduce.recorded
    records = []
    for config_id in reproduce.find(name):
        if recorded or judge:
            try:
                records.append(read(config_id))
            except FileNotFoundError as error:
                if not every:
                    raise
                print(error)
                continue
        else:
            records.append(reproduce.reproduce(config_id, run / config_id, smoke, seed))
        print(reproduce.describe(records[-1]), flush=True)
    if json_file:
        write_json(json_file, records)


@app.command()
def prepare(
    name: Annotated[str, typer.Argument(help="such as avatars; a wrong one lists them all")],
    number: Annotated[int | None, typer.Option("-n", "--number", help="how many examples")] = None,
    seed: Annotated[int | None, typer.Option(help="the same seed gives the same data")] = None,
    font: Annotated[Path | None, typer.Option(help="of emoji: NotoColorEmoji.ttf")] = None,
    emoji_test: Annotated[Path | None, typer.Option(help="Unicode's emoji-test.txt")] = None,
):
    """Build a data set into the zoo's cache, from packages or from files that you give."""
    from tfgan_zoo import data
    from tfgan_zoo.utils.cache import manifest

    given = {"seed": seed, "count": number, "font": font, "emoji_test": emoji_test}
    arguments = {key: value for key, value in given.items() if value is not None}
    for data_set, path in data.prepare(name, **arguments).items():
        examples = ", ".join(f"{count:,} {split}" for split, count in manifest(path)["splits"].items())
        print(f"Wrote {data_set} ({examples}) to {path}.")


@app.command()
def verify(
    config_id: Annotated[
        str | None, typer.Argument(metavar="[ID]", help="a config, classifier/NAME or text/NAME")
    ] = None,
    every: Annotated[bool, typer.Option("--all", help="all weights that ship")] = False,
    update: Annotated[
        bool, typer.Option("--update", help="write the card anew, by the config's present eval section")
    ] = False,
    json_file: JsonFile = None,
):
    """Compute a card's scores anew from its weights; status 0 if all agree to a thousandth."""
    if every == (config_id is not None):
        raise typer.BadParameter("name a config, or give --all")
    from tfgan_zoo.evaluation import verify

    rows = []
    for name in verify.shipped() if every else [config_id]:
        of_one = verify.update(name) if update else verify.verify(name)
        print(verify.describe(of_one), flush=True)
        rows += of_one
    if json_file:
        write_json(json_file, rows)
    if not all(row["agrees"] for row in rows):
        raise typer.Exit(1)


@app.command()
def figure(
    name: Annotated[str, typer.Argument(help="such as loss_surfaces; a wrong one lists them all")],
    out: Annotated[
        Path | None, typer.Option(help="the picture to write; by default NAME.png", callback=_picture)
    ] = None,
    runs: Annotated[Path | None, typer.Option(help="the folder of runs, where a figure has any")] = None,
):
    """Draw one of the lectures' figures."""
    from tfgan_zoo.benchmarks.figures import draw

    out = out or Path(f"{name}.png")
    draw(name, out, runs)
    print(f"Wrote {out}.")


@app.command()
def export(
    config_id: ConfigId,
    out: Annotated[Path, typer.Argument(help="the folder or file to write")],
    format: Annotated[str, typer.Option(help="tf_saved_model, tflite or onnx")] = "tf_saved_model",
    weights: Weights = "pretrained",
    settings: Settings = None,
):
    """Write what serves without this package: a SavedModel, or a file for LiteRT or ONNX."""
    model = _model(config_id, weights, settings)
    written = model.export(out, format)
    print(f"Wrote {out} with the signatures {', '.join(written)}.")
    left = [name for name in model.signatures() if name not in written]
    if left:
        print(f"Left out {', '.join(left)}: strings go in, which {format} has no operators for.")


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
    config = _config(config_id, settings, smoke)
    from tfgan_zoo.utils import distribution

    strategy = distribution.make(strategy)
    from tfgan_zoo.benchmarks import training

    result = training.measure(config, steps, strategy=strategy)
    if not distribution.is_chief(strategy):
        return
    print(training.describe(result))
    if json_file:
        write_json(json_file, result)


def _config(config_id, settings, smoke=False, weights=None):
    from tfgan_zoo.hub.config import load_config, parse_overrides, run_of

    return load_config(config_id, parse_overrides(settings or []), smoke, run=run_of(weights))


def _model(config_id, weights, settings):
    from tfgan_zoo.hub import models
    from tfgan_zoo.hub.config import parse_overrides

    return models.load(config_id, weights=weights, overrides=parse_overrides(settings or []))


def main():
    """Runs the command; errors that a user can mend become one line and exit status 1."""
    from tfgan_zoo.utils import notices

    notices.silence()
    notices.keep_bytes()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = notices.show_warning
            app()
    except Exception as error:
        from tfgan_zoo.utils.errors import message_of, status_of

        status = status_of(error)
        if status is None:
            raise
        print(f"tfgan-zoo: {message_of(error)}", file=sys.stderr)
        sys.exit(status)
