"""What `compile` makes of its arguments: an optimiser for each player, and stages."""

import re
from dataclasses import dataclass, field

import keras


class OptimizerGroup:
    """`model.optimizer` for Keras' callbacks, which ask it for `optimizers` and `iterations`.

    It is neither an `Optimizer`, by which `fit` would overwrite weights with averages when it ends, nor
    saveable, which would save every slot twice.
    """

    built = True

    def __init__(self, by_player):
        self._by_player = by_player

    @property
    def optimizers(self):
        return [getattr(each, "inner_optimizer", each) for each in self._by_player.values()]

    @property
    def iterations(self):
        return self.optimizers[-1].iterations


@dataclass(frozen=True)
class Stage:
    """A part of training with a graph of its own.

    Attributes:
        name: what `self.stage` is while its graph is traced.
        steps: how many training steps it takes.
        optimizers: {player: optimiser} for players that do not keep theirs.
    """

    name: str
    steps: int
    optimizers: dict = field(default_factory=dict)

    @classmethod
    def read(cls, system, stages, expected, steps_per_execution, any_order=False):
        """The `Stage`s of a list of dicts; raises ValueError where they are not the expected or cannot be.

        any_order: whether one or more of the expected, in any order, are enough.
        """
        found = [stage if isinstance(stage, cls) else cls(**stage) for stage in stages]
        names = [stage.name for stage in found]
        are_some = any_order and names and set(names) <= set(expected)
        if expected and names != list(expected) and not are_some:
            which = "some of them, in any order, by name and steps" if any_order else "each one's name and steps"
            raise ValueError(
                f"{system} trains in the stages {', '.join(expected)}; give compile {which}. "
                f"Got {', '.join(names) or 'none'}."
            )
        if len(set(names)) < len(names):
            raise ValueError(f"Two stages have one name; got {', '.join(names)}.")
        for stage in found:
            if stage.steps < 1 or stage.steps % steps_per_execution:
                raise ValueError(
                    f"Stage {stage.name} takes {stage.steps} steps, which must be a multiple of "
                    f"steps_per_execution={steps_per_execution}: a stage can only end between executions."
                )
        return found

    def as_dict(self, optimizers):
        """For a compile config, with the optimisers that the model holds for it."""
        own = {player: optimizers[f"{self.name}.{player}"] for player in self.optimizers}
        own = {player: keras.saving.serialize_keras_object(each) for player, each in own.items()}
        return {"name": self.name, "steps": self.steps, "optimizers": own}


def optimizers_for(system, variables, optimizers, stages, policy):
    """{player: built optimiser}, and {"stage.player": ...} for those that a stage gives.

    Args:
        system: the system's name, for messages.
        variables: {player: the variables that it moves}.
        optimizers: as `AdversarialModel.compile` takes them.
        stages: list of `Stage`.
        policy: the model's dtype policy; under mixed_float16 losses are scaled.
    """
    specs = dict(_of_players(system, list(variables), optimizers))
    for stage in stages:
        for player, spec in stage.optimizers.items():
            if player not in variables:
                raise ValueError(f"Stage {stage.name} has an optimizer for {player}, which is no player.")
            specs[f"{stage.name}.{player}"] = spec
    objects = [id(spec) for spec in specs.values() if isinstance(spec, keras.optimizers.Optimizer)]
    if len(set(objects)) < len(objects):
        raise ValueError("Two players share one optimizer object; give each its own.")
    return {name: _built(name, spec, variables[name.split(".")[-1]], policy) for name, spec in specs.items()}


def _of_players(system, players, optimizers):
    if not isinstance(optimizers, dict) or "class_name" in optimizers:
        return {player: _copied(optimizers) for player in players}
    named = {player: player if player in optimizers else re.sub(r"_\d+$", "", player) for player in players}
    if set(optimizers) != set(named.values()):
        raise ValueError(
            f"{system} needs one optimizer for each of its players ({', '.join(players)}); got "
            f"{', '.join(optimizers) or 'none'}."
        )
    # That of several players, generator_1, generator_2 ..., is copied for each.
    return {
        player: optimizers[name] if name == player else _copied(optimizers[name])
        for player, name in named.items()
    }


def _copied(spec):
    if isinstance(spec, keras.optimizers.Optimizer):
        return type(spec).from_config(spec.get_config())
    return spec


def _built(name, spec, variables, policy):
    """The optimiser, named after its player and with slots for its variables."""
    optimizer = keras.optimizers.get(spec)
    if policy.name == "mixed_float16" and not hasattr(optimizer, "inner_optimizer"):
        optimizer = keras.optimizers.LossScaleOptimizer(optimizer)
    getattr(optimizer, "inner_optimizer", optimizer).name = name
    optimizer.build(variables)
    return optimizer
