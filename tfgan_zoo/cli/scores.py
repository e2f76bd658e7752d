"""Commands that measure: scores, claims, cards, figures."""

from pathlib import Path
from typing import Annotated

import typer

from tfgan_zoo.cli.options import JsonFile, Seed, Settings, Strategy, Weights, app, picture_file, writable
from tfgan_zoo.utils.files import write_json


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
        typer.Option(help="write the first side's moments here, an .npz to evaluate", callback=writable),
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
        Path | None, typer.Option(help="the picture to write; by default NAME.png", callback=picture_file)
    ] = None,
    runs: Annotated[Path | None, typer.Option(help="the folder of runs, where a figure has any")] = None,
):
    """Draw one of the lectures' figures."""
    from tfgan_zoo.benchmarks.figures import draw

    out = out or Path(f"{name}.png")
    draw(name, out, runs)
    print(f"Wrote {out}.")
