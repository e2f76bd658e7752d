"""The scores that a config asks for under `eval`: each a protocol run on a model.

A score is a plain dict `{"metric", "value", "protocol"}`; the protocol says all that the value
depends on, so that two scores are compared only where their protocols agree.
"""

from tfgan_zoo.evaluation.needs import problems
from tfgan_zoo.evaluation.protocols import PROTOCOLS
from tfgan_zoo.evaluation.references import held_out_batch, reference_arrays
from tfgan_zoo.hub import arguments

__all__ = ["PROTOCOLS", "check", "evaluate", "held_out_batch", "problems", "reference_arrays"]


def check(config):
    """Raises ConfigError for a protocol or a setting of the config's `eval` section that does not exist."""
    for name, settings in config.eval.items():
        # The model, the config and the picture are not the config's to give.
        arguments.check(PROTOCOLS[name], settings, f"eval.{name}", skip=3)


def evaluate(model, config, picture=None, failed=None):
    """Every score that the config's `eval` section names.

    Args:
        model: a system.
        config: its `Config`; reference data are the config's own, unless the protocol says else.
        picture: where a protocol that draws a figure may write it; None for no figure.
        failed: takes the name of a protocol that fails and its error, after which the others go on; None
            lets the error pass.

    Returns:
        A list of score dicts, in the order of the config.

    Raises:
        ConfigError: as `check`, before anything is computed.
    """
    check(config)
    scores = []
    for name, settings in config.eval.items():
        try:
            scores += PROTOCOLS[name](model, config, picture=picture, **settings)
        except Exception as error:
            if failed is None:
                raise
            failed(name, error)
    return scores
