"""Pages in Markdown: an index with a row a system, and a page for each system."""

from tfgan_zoo.hub import sources
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.index import has_weights, pretrained_folder
from tfgan_zoo.hub.shipped import card_of, configs_of, main_config, record_of, systems
from tfgan_zoo.hub.wording import (
    NOISE,
    headline,
    measured,
    metric,
    minutes,
    number,
    protocol_in_words,
    row,
    table,
    target,
    verdict,
    with_error,
    within_noise,
)

GENERATED = "<!-- Written by `python -m tfgan_zoo.hub.catalogue`; edit what it reads, not this file. -->\n"

_INDEX = """# The systems

A row is a system: its paper, the config whose weights ship, what they score, and whether the paper's
headline claim was found to hold. The link leads to a page with samples, all configs, every score with its
protocol, and every check of the claim. """

# How scores and verdicts are to be read.
READING = """Distances and errors are better the lower they are, all else the
higher. FID-C is the Frechet distance on the zoo's own classifier of the data set: it compares systems of this
zoo on one data set, and is not comparable with FID on Inception. A claim holds "within the noise" where
another run could decide one of its checks otherwise.
"""


def index():
    """`zoo_configs/README.md`."""
    rows = [_index_cells(system) for system in systems()]
    return GENERATED + "\n" + _INDEX + READING + "\n" + table(("system", "paper", "config", "score", "claim"), rows)


def _index_cells(system):
    name = main_config(system)
    paper = load_config(name).paper
    return (
        f"[{sources.system(system).name}]({system}/README.md)",
        f"[{paper.title}](https://arxiv.org/abs/{paper.arxiv}), {paper.venue}",
        f"`{name}`" if has_weights(name) else "",
        headline(card_of(name)),
        verdict(record_of(system)),
    )


def result_row(config_id):
    """The row of a config whose weights ship: system, config, score, time and claim."""
    system, card = config_id.partition("/")[0], card_of(config_id)
    return row(
        f"[{sources.system(system).name}](zoo_configs/{system}/README.md)",
        f"`{config_id}`",
        headline(card),
        minutes(card),
        verdict(record_of(system)),
    )


def open_claim(system):
    """A line about a system whose claim does not hold or was not run; "" where it holds."""
    record = record_of(system)
    if record is not None and record["holds"]:
        return ""
    failed = [] if record is None else [check for check in record["checks"] if check["holds"] is False]
    said = "; ".join(f"{each['label']}: {measured(each)}, asked for {target(each)}" for each in failed)
    name = sources.system(system).name
    return f"- [{name}](zoo_configs/{system}/README.md#claim): {said or verdict(record)}."


def system_page(system):
    """`zoo_configs/<system>/README.md`."""
    return "\n".join([GENERATED, *sections(system).values()])


def sections(system):
    """The parts of a system's page by name, Markdown whose links are relative to `zoo_configs/<system>/`."""
    said = sources.system(system)
    name = main_config(system)
    paper = load_config(name).paper
    arxiv = f"[arXiv:{paper.arxiv}](https://arxiv.org/abs/{paper.arxiv})"
    parts = {
        "paper": f"# {said.name}\n\n*{paper.title}*, {paper.authors}, {paper.venue}, {arxiv}.\n\n{said.method}\n",
        "samples": _samples(name, said),
        "use": _use(name),
        "configs": _configs(system),
        "scores": _scores(system),
        "claim": _claim(system),
        "differs": f"## Differs from the paper\n\n{said.differs}\n{_notes(system)}",
    }
    return {part: text for part, text in parts.items() if text}


def _samples(config_id, said):
    if not (pretrained_folder(config_id) / "samples.png").is_file():
        return ""
    captions = load_config(config_id).system_args.get("captions", ())
    rows = "".join(f"\n{place}. {caption}" for place, caption in enumerate(captions, 1))
    shows = said.picture or (f"a row a caption.\n{rows}" if rows else "")
    return (
        f"![Samples of {config_id}](../../pretrained/{config_id}/samples.png)\n\n"
        f"Samples of the weights that ship for `{config_id}`{': ' + shows if shows else '.'}\n"
    )


def _use(config_id):
    """How to train, load and serve."""
    system, ships = config_id.partition("/")[0], has_weights(config_id)
    commands = [line for line in sources.head(config_id).commands if " prepare " in line]
    commands += [f"tfgan-zoo train {config_id} --run runs/{system}"]
    if ships:
        commands += [f"tfgan-zoo sample {config_id} --out samples.png"]
        commands += [f"tfgan-zoo export {config_id} served"]
    if record_of(system):
        commands += [f"tfgan-zoo reproduce {system}"]
    weights = ', weights="pretrained"' if ships else ""
    return (
        "## Use\n\n```bash\n" + "\n".join(commands) + "\n```\n\n```python\nimport tfgan_zoo as zoo\n\n"
        f'model = zoo.load("{config_id}"{weights})\n'
        f"{_making(load_config(config_id))}  # float32; images are in [-1, 1]\n```\n"
    )


def _making(config):
    """The line of Python that makes something; a config whose translations are scored translates images."""
    if any(name.startswith("translation") for name in config.eval):
        return "translations = model.translate(images)"
    captions = config.system_args.get("captions")
    given = f', caption="{captions[0]}"' if captions else ""
    return f"samples = model.generate(16, seed=0{given})"


def _configs(system):
    columns = ("config", "what it is", "data", "steps of batch", "parameters", "time", "pictures")
    rows = [_config_cells(name) for name in configs_of(system)]
    return (
        f"## Configs\n\n{table(columns, rows)}\n"
        "Parameters and times are those of weights that ship, on the card's machine.\n"
    )


def _config_cells(name):
    config, card = load_config(name), card_of(name)
    size = config.data.image_size
    pictures = sorted(pretrained_folder(name).glob("*.png"))
    return (
        f"[`{name}`]({name.partition('/')[2]}.yaml)",
        sources.head(name).text,
        config.data.name + (f", {size}x{size}" if size else ""),
        f"{config.train.steps:,} of {config.train.batch_size}",
        f"{sum(card['parameters'].values()):,}" if card else "",
        minutes(card) if card else "",
        ", ".join(f"[{path.stem}](../../pretrained/{name}/{path.name})" for path in pictures),
    )


def _notes(system):
    notes = {name: load_config(name).note.strip() for name in configs_of(system)}
    said = "".join(f"- `{name}`: {note}\n" for name, note in notes.items() if note)
    return f"\nIn its configs:\n\n{said}" if said else ""


def _scores(system):
    cards = {name: card_of(name) for name in configs_of(system)}
    rows = [cells for name, card in cards.items() if card for cells in _score_cells(name, card["scores"])]
    if not rows:
        return ""
    beside = "\nThe paper's figures are beside the checks of its [claim](#claim).\n"
    claim = beside if record_of(system) else ""
    return f"## Scores\n\n{table(('config', 'score', 'value', 'protocol'), rows)}{claim}"


def _score_cells(config_id, scores):
    by_metric = {score["metric"]: score for score in scores}
    for score in scores:
        if not score["metric"].endswith(("/deviation", "/error")):
            value = with_error(score, by_metric)
            yield f"`{config_id}`", metric(score), value, protocol_in_words(score["protocol"])


def _claim(system):
    record = record_of(system)
    if record is None:
        return "## Claim\n\nThe paper's claim was not run yet.\n"
    checks = sorted(record["checks"], key=lambda check: not check["headline"])
    judged = [check for check in checks if check["target"]]
    columns = ("check", "ours", "target", "paper", "decided by", "verdict")
    return (
        f"## Claim\n\n{record['claim']} {_found(record, judged)}\n\n"
        f"The paper: {_sentence(record['paper'])}\n\n"
        + table(columns, [_check_cells(check) for check in judged])
        + _reported([check for check in checks if not check["target"]])
        + _runs(record)
        + ("\n" if record["history"] else "")
        + "".join(f"- {line}\n" for line in record["history"])
    )


def _found(record, judged):
    if record["holds"] is None:
        return "It was not run in full yet."
    if record["holds"]:
        return "It holds here."
    failed = sum(check["holds"] is False for check in judged)
    fail = "fails" if failed == 1 else "fail"
    return f"**It does not hold here**: of {len(judged)} checks {failed} {fail}."


def _sentence(text):
    return text if text.endswith(".") else f"{text}."


def _check_cells(check):
    alike = {0: "", 1: "one run"}.get(check["measurements"], "runs that agree")
    decided = alike if check["spreads"] is None else f"{number(check['spreads'])} spreads"
    label = f"**{check['label']}**" if check["headline"] else check["label"]
    holds = {True: "holds", False: "**fails**", None: "not measured"}[check["holds"]]
    close = ", within the noise" if within_noise(check) else ""
    return label, measured(check), target(check), check["paper"] or "", decided, holds + close


def _reported(checks):
    if not checks:
        return ""
    rows = [(check["label"], measured(check), check["paper"] or "") for check in checks]
    return (
        f"\n<details><summary>Measured beside it, without a target ({len(rows)})</summary>\n\n"
        + table(("measured", "ours", "paper"), rows)
        + "\n</details>\n"
    )


def _runs(record):
    """How often, from what seeds and on what machines a claim was measured."""
    taken = [each for each in record["measurements"] if each["values"]]
    if not taken:
        return ""
    seeds = sorted({seed for each in taken for seed in _flat(each["seeds"])})
    machines = sorted({each["machine"]["processor"] for each in taken})
    trained = len({run["weights_sha256"] for run in record["runs"]})
    times = "once" if len(taken) == 1 else f"{len(taken)} times"
    return (
        f"\nMeasured {times}: {trained} trained models, seeds {', '.join(map(str, seeds))}, "
        f"{record['training_seconds'] / 3600:.1f} h of training on {' and '.join(machines)}. "
        f"{record['rule']} What fewer than {NOISE} spreads decide is within the noise. "
        "Settings, seeds and values of every run: "
        f"[claim.json](../../pretrained/{record['id']}/claim.json).\n"
    )


def _flat(seeds):
    """The numbers in a list, or in a dict of lists."""
    return [seed for each in seeds.values() for seed in each] if isinstance(seeds, dict) else seeds
