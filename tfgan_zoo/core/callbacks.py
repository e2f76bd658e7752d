"""Keras' callbacks where a system asks for more: optimisers of some players, losses by any name.

Keras' own callbacks of optimisers work on a compiled system too, where they treat all players alike.
"""

import keras
import numpy as np

from tfgan_zoo.core.compiling import OptimizerGroup

__all__ = ["LearningRateScheduler", "ReduceLROnPlateau", "SwapEMAWeights", "TerminateOnNaN"]


class _OfPlayers(keras.callbacks.Callback):
    """A callback to which the model has the optimisers of some players alone.

    Args:
        *arguments, **options: those of Keras' class of the same name.
        players: a player's name or a list of names; None for all.
    """

    def __init__(self, *arguments, players=None, **options):
        super().__init__(*arguments, **options)
        self.players = [players] if isinstance(players, str) else players

    def set_model(self, model):
        if self.players is not None:
            unknown = [name for name in self.players if name not in model.players()]
            if unknown:
                raise ValueError(
                    f"{type(model).__name__} has no player {', '.join(unknown)}; it has {', '.join(model.players())}."
                )
            model = _WithOptimizers(model, self._chosen(model))
        super().set_model(model)

    def _chosen(self, model):
        return {
            name: optimizer
            for name, optimizer in model.optimizers.items()
            if name.split(".")[-1] in self.players
        }


class _WithOptimizers:
    """A model, but for what its `optimizer` is."""

    def __init__(self, model, optimizers):
        self._model = model
        self.optimizer = OptimizerGroup(optimizers)

    def __getattr__(self, name):
        return getattr(self._model, name)


class LearningRateScheduler(_OfPlayers, keras.callbacks.LearningRateScheduler):
    """`keras.callbacks.LearningRateScheduler` with `players`: whose rates the schedule sets."""


class ReduceLROnPlateau(_OfPlayers, keras.callbacks.ReduceLROnPlateau):
    """`keras.callbacks.ReduceLROnPlateau` with `players`; give `monitor` a logged loss and `mode="min"`."""


class SwapEMAWeights(_OfPlayers, keras.callbacks.SwapEMAWeights):
    """`keras.callbacks.SwapEMAWeights` with `players`, whose optimisers must keep averages (`use_ema=True`)."""

    def _chosen(self, model):
        chosen = super()._chosen(model)
        without = [
            name for name, each in chosen.items() if not getattr(each, "inner_optimizer", each).use_ema
        ]
        if without:
            raise ValueError(
                f"The optimizer of {', '.join(without)} keeps no averages; give it use_ema=True."
            )
        return chosen


class TerminateOnNaN(keras.callbacks.Callback):
    """Ends training after the execution in which a loss, whatever its name, is not finite.

    Keras' class of that name watches `loss`, which no system logs: each player has a loss of its own.
    """

    def on_train_batch_end(self, batch, logs=None):
        if not_finite(logs):
            self.model.stop_training = True


def not_finite(logs):
    """The names of the logged values that are not finite."""
    return [name for name, value in (logs or {}).items() if not np.isfinite(np.ravel(value)).all()]


def refuse_useless(callbacks):
    """Raises ValueError for a callback of Keras that cannot do its work on a system."""
    for callback in callbacks or ():
        if type(callback) is keras.callbacks.TerminateOnNaN:
            raise ValueError(
                "keras.callbacks.TerminateOnNaN watches a value called loss, which no system logs; use "
                "tfgan_zoo.callbacks.TerminateOnNaN, which watches every loss."
            )
