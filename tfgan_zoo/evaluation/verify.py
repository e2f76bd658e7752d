"""Cards put to the test: their scores computed anew from the weights that ship."""

import json
import math

from tfgan_zoo import evaluation
from tfgan_zoo.evaluation import judges
from tfgan_zoo.hub import cards, index, models
from tfgan_zoo.hub.config import load_config, resolved
from tfgan_zoo.hub.weights import CARD, WEIGHTS, load_pretrained, read_card
from tfgan_zoo.metrics.protocol import ProtocolMismatch, score_difference
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.files import sha256, write_json
from tfgan_zoo.utils.spelling import nearest

# Samples are seeded, so that on one machine scores agree to the last digits; this leaves room for
# another processor's rounding.
TOLERANCE = 1e-3


def shipped():
    """The ids of all weights that ship: of configs, of classifiers, and of text encoders."""
    root = index.pretrained_root()
    ids = sorted(path.parent.relative_to(root).as_posix() for path in root.glob(f"*/*/{WEIGHTS}"))
    if not ids:
        raise FileNotFoundError("No weights ship, so there is nothing to verify.")
    return ids


def verify(name):
    """Holds shipped weights to their card.

    The SHA-256 of the weights must be the card's, and every score must agree with the card to a relative
    `TOLERANCE` under the very same stamp. A model's scores are by the protocols of the config on its card.

    Args:
        name: the id of a config, or of a network that scores others: classifier/DATA, text/ENCODER.

    Returns:
        A list of dicts `{"id", "metric", "card", "found", "agrees", "why"}`: one of the metric
        `weights_sha256`, and if that agrees one for each score. `why` says what is wrong, or is
        empty; what is on one side only, or could not be computed, is None on the other.

    Raises:
        KeyError: there is no such config or network.
        FileNotFoundError: it ships no weights.
    """
    card = _card(name)
    digest = sha256(index.pretrained_folder(name) / WEIGHTS)
    why = "" if digest == card["weights_sha256"] else "the weights are damaged or were replaced"
    of_weights = [_row(name, "weights_sha256", card["weights_sha256"], digest, why)]
    if why:
        return of_weights
    try:
        found = _scores(name, card)
    except (OSError, ValueError) as error:
        return of_weights + [
            _row(name, score["metric"], score["value"], None, str(error)) for score in card["scores"]
        ]
    return of_weights + _compared(name, card["scores"], found)


def update(name):
    """Scores shipped weights anew and rewrites their card, and a model's pictures.

    A model is scored by the present `eval` section of its config, which then stands on the card. The card is
    signed by the code that scores; all that it says about the training stays (`cards.rescored`).

    Args: as `verify`.

    Returns: rows as `verify` does, with the values that were on the card before.

    Raises: as `verify`, and ValueError where the weights are not those of the card, or where the code at work
        is not that of a commit.
    """
    card = _card(name)
    cards.require_commit(cards.provenance()["commit"])
    before = {score["metric"]: score["value"] for score in card["scores"]}
    if not _is_judge(name):
        card["config"]["eval"] = load_config(name).as_dict()["eval"]
    card = cards.rescored(card, _scores(name, card, draw=True))
    write_json(index.pretrained_folder(name) / CARD, card)
    return [
        _row(name, score["metric"], before.get(score["metric"]), score["value"]) for score in card["scores"]
    ]


def describe(rows):
    """A line of text for each row: what the card says, what was found, and what is wrong."""
    return "\n".join(
        f"{row['id']} {row['metric']}: {_shown(row['card'])} on the card, {_shown(row['found'])} found"
        + ("" if row["agrees"] else f"; WRONG: {row['why']}")
        for row in rows
    )


def _card(name):
    known = {*index.list_configs(), *(each for each in shipped() if _is_judge(each))}
    if name not in known:
        raise KeyError(f"There is no config {name!r}.{nearest(name, known)}")
    return read_card(name)


def _is_judge(name):
    """Whether an id is that of a network that scores models, rather than of a config."""
    return name.partition("/")[0] in ("classifier", "text")


def _scores(name, card, draw=False):
    """The scores of the weights of that id, as they would come off a card; `draw` writes pictures, too."""
    folder = index.pretrained_folder(name)
    kind, _, rest = name.partition("/")
    if kind == "classifier":
        found = judges.classifier_accuracy(rest, folder)
    elif kind == "text":
        found = judges.encoder_retrieval(rest, card["recipe"]["data"], folder)
    else:
        config = resolved(card["config"])
        model = models.build(config)
        load_pretrained(model, name)
        found = evaluation.evaluate(model, config, folder / "densities.png" if draw else None)
        if draw:
            model.picture(folder / "samples.png", evaluation.held_out_batch(config))
            pictures.limit_size(folder / "samples.png")
    # By way of JSON, as the card's scores came, where tuples and lists are one.
    return json.loads(json.dumps(found))


def _compared(name, expected, found):
    """A row for every metric on either side, in the order of the card."""
    expected = {score["metric"]: score for score in expected}
    found = {score["metric"]: score for score in found}
    rows = []
    for metric in {**expected, **found}:
        ours, theirs = found.get(metric), expected.get(metric)
        why = _disagreement(ours, theirs)
        values = [None if score is None else score["value"] for score in (theirs, ours)]
        rows.append(_row(name, metric, *values, why))
    return rows


def _disagreement(found, expected):
    """What is wrong between a score and the card's, or an empty text."""
    if expected is None:
        return "the card's eval section asks for it, but it is not among the card's scores"
    if found is None:
        return "the card's eval section does not ask for it"
    try:
        difference = score_difference(found, expected)
    except ProtocolMismatch as error:
        return str(error)
    if math.isclose(found["value"], expected["value"], rel_tol=TOLERANCE):
        return ""
    return f"they differ by {difference:.3g}, more than {TOLERANCE:g} of the value"


def _row(name, metric, card, found, why=""):
    row = {"id": name, "metric": metric, "card": card, "found": found}
    return {**row, "agrees": not why, "why": why}


def _shown(value):
    if value is None:
        return "nothing"
    return value[:16] if isinstance(value, str) else f"{value:.6g}"
