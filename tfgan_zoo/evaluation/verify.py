"""Cards put to the test: their scores computed anew from the weights that ship."""

import json
import math

from tfgan_zoo import evaluation
from tfgan_zoo.hub import cards, models
from tfgan_zoo.hub.config import load_config, resolved
from tfgan_zoo.hub.index import config_path, has_weights, list_configs, pretrained_folder
from tfgan_zoo.hub.weights import load_pretrained, read_card
from tfgan_zoo.metrics.protocol import ProtocolMismatch, score_difference
from tfgan_zoo.utils.files import sha256, write_text

# Samples are seeded, so that on one machine scores agree to the last digits; this leaves room for
# another processor's rounding.
TOLERANCE = 1e-3


def shipped():
    """The ids of the configs whose weights ship."""
    ids = [name for name in list_configs() if has_weights(name)]
    if not ids:
        raise FileNotFoundError("No weights ship, so there is nothing to verify.")
    return ids


def verify(config_id):
    """Holds a config's shipped weights to their card.

    The SHA-256 of the weights must be the card's, and every score, of the model and by the
    protocols of the config on the card, must agree with the card to a relative `TOLERANCE` under
    the very same stamp.

    Returns:
        A list of dicts `{"id", "metric", "card", "found", "agrees", "why"}`: one of the metric
        `weights_sha256`, and if that agrees one for each score. `why` says what is wrong, or is
        empty; what is on one side only, or could not be computed, is None on the other.

    Raises:
        KeyError: there is no such config.
        FileNotFoundError: it ships no weights.
    """
    config_path(config_id)
    card = read_card(config_id)
    digest = sha256(pretrained_folder(config_id) / "model.weights.h5")
    why = "" if digest == card["weights_sha256"] else "the weights are damaged or were replaced"
    of_weights = [_row(config_id, "weights_sha256", card["weights_sha256"], digest, why)]
    if why:
        return of_weights
    try:
        found = _scores(config_id, resolved(card["config"]))
    except (OSError, ValueError) as error:
        return of_weights + [
            _row(config_id, score["metric"], score["value"], None, str(error))
            for score in card["scores"]
        ]
    return of_weights + _compared(config_id, card["scores"], found)


def update(config_id):
    """Scores shipped weights by the present `eval` section of their config and rewrites the card.

    The card's `scores` and `config.eval` change, and `scored_by` says what code and machine scored them; all
    that it says about the training stays.

    Returns: rows as `verify` does, with the values that were on the card before.

    Raises: as `verify`, and ValueError where the weights are not those of the card.
    """
    present = load_config(config_id).as_dict()["eval"]
    card = read_card(config_id)
    before = {score["metric"]: score["value"] for score in card["scores"]}
    card["config"]["eval"] = present
    card["scores"] = _scores(config_id, resolved(card["config"]))
    card["scored_by"] = cards.provenance()
    write_text(pretrained_folder(config_id) / "card.json", json.dumps(card, indent=1) + "\n")
    return [
        _row(config_id, score["metric"], before.get(score["metric"]), score["value"])
        for score in card["scores"]
    ]


def describe(rows):
    """A line of text for each row: what the card says, what was found, and what is wrong."""
    return "\n".join(
        f"{row['id']} {row['metric']}: {_shown(row['card'])} on the card, {_shown(row['found'])} found"
        + ("" if row["agrees"] else f"; WRONG: {row['why']}")
        for row in rows
    )


def _scores(config_id, config):
    model = models.build(config)
    load_pretrained(model, config_id)
    # By way of JSON, as the card's scores came, where tuples and lists are one.
    return json.loads(json.dumps(evaluation.evaluate(model, config)))


def _compared(config_id, expected, found):
    """A row for every metric on either side, in the order of the card."""
    expected = {score["metric"]: score for score in expected}
    found = {score["metric"]: score for score in found}
    rows = []
    for metric in {**expected, **found}:
        ours, theirs = found.get(metric), expected.get(metric)
        why = _disagreement(ours, theirs)
        values = [None if score is None else score["value"] for score in (theirs, ours)]
        rows.append(_row(config_id, metric, *values, why))
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


def _row(config_id, metric, card, found, why=""):
    row = {"id": config_id, "metric": metric, "card": card, "found": found}
    return {**row, "agrees": not why, "why": why}


def _shown(value):
    if value is None:
        return "nothing"
    return value[:16] if isinstance(value, str) else f"{value:.6g}"
