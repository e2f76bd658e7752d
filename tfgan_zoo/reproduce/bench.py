"""The bench of a claim: trains its variants in a folder, measures them, and keeps every value."""

import json
import time
from dataclasses import dataclass, field

from tfgan_zoo import evaluation
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import RUN_CONFIG, load_config
from tfgan_zoo.hub.weights import load_pretrained, read_card, read_weights
from tfgan_zoo.training.callbacks import read_table
from tfgan_zoo.training.run import train
from tfgan_zoo.training.run_folder import computed_by


@dataclass
class Variant:
    """A trained model of a claim: its config and card, the tables of its run, and what was measured.

    `losses` and `scores` are lists of rows, dicts of numbers with the key `step`.
    """

    name: str
    config: object
    overrides: dict
    model: object
    card: dict
    losses: list
    scores: list
    values: dict = field(default_factory=dict)

    def note(self, name, value):
        """Keeps a measured number for the record, and returns it."""
        self.values[name] = float(value)
        return self.values[name]

    def score(self, protocol, **settings):
        """The first value that a protocol of `tfgan_zoo.evaluation` gives for this model."""
        found = evaluation.PROTOCOLS[protocol](self.model, self.config, picture=None, **settings)
        for score in found:
            self.note(score["metric"], score["value"])
        return found[0]["value"]

    def record(self):
        return {
            "name": self.name,
            "config": self.config.id,
            "overrides": self.overrides,
            **{key: self.card[key] for key in ("seed", "steps", "wall_seconds", "commit", "weights_sha256")},
            "scores": self.card["scores"],
            "values": self.values,
        }


class Bench:
    """Trains variants of configs, each in a folder of its own, so that a claim can be interrupted.

    Args:
        folder: where the runs lie; finished ones are read, begun ones resumed.
        smoke: use the configs' smoke overlays.
        say: takes lines that tell the user what happens.

    `seconds_training` is how long it has trained since it was made, runs that failed among it.
    """

    def __init__(self, folder, smoke=False, say=print):
        self.folder = folder
        self.smoke = smoke
        self.say = say
        self.variants = []
        self.seconds_training = 0.0

    def train(self, name, config_id, overrides=None, seed=None):
        """The `Variant` called `name`: a config with overrides, trained to its last step.

        With a `seed` it is one of several: trained from that seed, and called `name_seedN`.
        """
        if seed is not None:
            name, overrides = f"{name}_seed{seed}", {**(overrides or {}), "train.seed": seed}
        config = load_config(config_id, overrides, self.smoke)
        folder = self.folder / name
        if not self._is_finished(folder, config):
            self.say(f"Training {name}: {config_id}, {config.train.steps} steps.")
            begun = time.monotonic()
            try:
                train(config, folder, resume=(folder / RUN_CONFIG).exists(), say=self.say)
            finally:
                self.seconds_training += time.monotonic() - begun
        model = models.build(config)
        read_weights(model, folder / "model.weights.h5")
        card = json.loads((folder / "card.json").read_text(encoding="utf-8"))
        tables = [read_table(folder / table) for table in ("losses.csv", "scores.csv")]
        self.variants.append(Variant(name, config, overrides or {}, model, card, *tables))
        return self.variants[-1]

    def shipped(self, name, config_id, seed=None):
        """The `Variant` of the weights that ship for a config.

        In smoke, and from another `seed` than theirs, the config is trained instead.
        """
        # In smoke nothing need ship yet.
        card = {} if self.smoke else read_card(config_id)
        if self.smoke or seed not in (None, card["seed"]):
            return self.train(name, config_id, self._scored_once(config_id), seed)
        config = load_config(config_id)
        model = models.build(config)
        load_pretrained(model, config_id)
        self.variants.append(Variant(name, config, {}, model, card, [], []))
        return self.variants[-1]

    def _scored_once(self, config_id):
        """Overrides by which a run is scored at its end alone."""
        return {"train.score_every": 2 * load_config(config_id, smoke=self.smoke).train.steps}

    def _is_finished(self, folder, config):
        if not (folder / "card.json").exists():
            return False
        before = json.loads((folder / "config.json").read_text(encoding="utf-8"))
        return computed_by(before) == computed_by(config.as_dict())


def halfway_constant(steps, players):
    """Overrides for `steps` steps, from half of which the rates of `ConstantThenLinear` fall to 0."""
    overrides = {"train.steps": steps, "train.score_every": steps}
    for player in players:
        rate = f"optimizers.{player}.learning_rate"
        overrides |= {f"{rate}.constant_steps": steps // 2, f"{rate}.decay_steps": steps - steps // 2}
    return overrides
