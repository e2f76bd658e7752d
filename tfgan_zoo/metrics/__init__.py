"""Feature extractors, streaming statistics and the metrics that score generators.

Names are resolved on first use, so that the metrics of arrays do not wait for TensorFlow.
"""

import importlib

_HOMES = {
    "callback": ["EvaluationCallback"],
    "classification": ["classification_accuracy_score", "logistic_regression"],
    "features": ["load_extractor"],
    "features.base": ["Extractor"],
    "features.classifier": ["classifier"],
    "features.inception_2015": ["InceptionV3", "inception_2015"],
    "features.inception_keras": ["inception_keras"],
    "features.tf_hub": ["tf_hub"],
    "frechet": [
        "frechet_distance",
        "frechet_distance_infinity",
        "intra_class_frechet_distance",
    ],
    "image_quality": ["ms_ssim", "ms_ssim_diversity", "psnr", "ssim"],
    "kernel": ["kernel_distance", "kernel_distance_subsets"],
    "labels": ["am_score", "inception_score"],
    "manifolds": ["density_coverage", "precision_recall"],
    "modes": ["mode_coverage", "nearest_modes"],
    "neighbours": ["nearest_neighbours", "neighbours_picture"],
    "path_length": ["perceptual_path_length"],
    "protocol": ["Protocol", "ProtocolMismatch", "Score", "score_difference"],
    "statistics": [
        "Moments",
        "StatisticsFileError",
        "cached_statistics",
        "load_statistics",
        "save_statistics",
    ],
    "streaming": ["FrechetDistance", "InceptionScore", "KernelDistance"],
    "wasserstein": ["laplacian_sliced_wasserstein", "sliced_wasserstein"],
}
_MODULE_OF = {name: module for module, names in _HOMES.items() for name in names}

__all__ = sorted(_MODULE_OF)


def __getattr__(name):
    if name in _MODULE_OF:
        return getattr(importlib.import_module(f"{__name__}.{_MODULE_OF[name]}"), name)
    raise AttributeError(f"module {__name__!r} has no attribute {name!r}")


def __dir__():
    return __all__
