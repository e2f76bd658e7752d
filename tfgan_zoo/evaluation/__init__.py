"""The scores that a config asks for under `eval`: each a protocol run on a model.

A score is a plain dict `{"metric", "value", "protocol"}`; the protocol says all that the value
depends on, so that two scores are compared only where their protocols agree.
"""

from tfgan_zoo.evaluation.captions import caption_distance, caption_retrieval
from tfgan_zoo.evaluation.likelihoods import (
    evidence_bound,
    held_out_log_likelihood,
    importance_weighted_bound,
    mode_coverage,
    parzen_log_likelihood,
)
from tfgan_zoo.evaluation.references import held_out_batch, reference_arrays
from tfgan_zoo.evaluation.samples import (
    conditional_accuracy,
    fid,
    inception_score,
    sliced_wasserstein,
)
from tfgan_zoo.evaluation.translations import translation_distance, translation_error
from tfgan_zoo.hub.config import ConfigError
from tfgan_zoo.utils.spelling import nearest

__all__ = ["PROTOCOLS", "evaluate", "held_out_batch", "reference_arrays"]

PROTOCOLS = {
    "fid": fid,
    "inception_score": inception_score,
    "sliced_wasserstein": sliced_wasserstein,
    "conditional_accuracy": conditional_accuracy,
    "parzen_log_likelihood": parzen_log_likelihood,
    "held_out_log_likelihood": held_out_log_likelihood,
    "mode_coverage": mode_coverage,
    "evidence_bound": evidence_bound,
    "importance_weighted_bound": importance_weighted_bound,
    "translation_error": translation_error,
    "translation_distance": translation_distance,
    "caption_retrieval": caption_retrieval,
    "caption_distance": caption_distance,
}


def evaluate(model, config, picture=None):
    """Every score that the config's `eval` section names.

    Args:
        model: a system.
        config: its `Config`; reference data are the config's own, unless the protocol says else.
        picture: where a protocol that draws a figure may write it; None for no figure.

    Returns:
        A list of score dicts, in the order of the config.
    """
    scores = []
    for name, settings in config.eval.items():
        if name not in PROTOCOLS:
            raise ConfigError(f"eval: no protocol {name!r}.{nearest(name, PROTOCOLS)}")
        try:
            scores += PROTOCOLS[name](model, config, picture=picture, **settings)
        except TypeError as error:
            raise ConfigError(f"eval.{name}: {error}") from error
    return scores
