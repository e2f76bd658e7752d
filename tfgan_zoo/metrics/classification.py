"""What a classifier learns from fakes alone, tested on reals."""

import numpy as np
from sklearn.linear_model import LogisticRegression
from sklearn.pipeline import make_pipeline
from sklearn.preprocessing import StandardScaler

from tfgan_zoo.metrics._checks import as_labels, require_finite


def logistic_regression(features, labels):
    """Fits a standardised logistic regression and returns its predict function."""
    features = np.reshape(features, (len(features), -1))
    model = make_pipeline(StandardScaler(), LogisticRegression(max_iter=1000))
    model.fit(features, labels)
    return lambda rows: model.predict(np.reshape(rows, (len(rows), -1)))


def classification_accuracy_score(
    fake, fake_labels, real, real_labels, fit=logistic_regression
):
    """Classification accuracy score: train on fakes, test on reals; in [0, 1].

        CAS = E_{(x,y) real} [ f(x) = y ],   f fitted to fake (x, y) alone

    Ravuri and Vinyals 2019 (arXiv:1905.10887). fake [n, ...], real [m, ...] are features or
    images; labels are integers, those the fakes were conditioned on and the reals' own.
    `fit(inputs, labels)` returns a function from inputs to predicted labels. Higher is better: a
    perfect generator scores what the same classifier scores when it learns from reals; one that
    collapses within each class scores less; one that ignores its labels scores chance.
    """
    fake, real = np.asarray(fake), np.asarray(real)
    if len(fake) == 0 or len(real) == 0:
        raise ValueError(f"{len(fake)} fakes and {len(real)} reals; both need at least 1")
    if fake.shape[1:] != real.shape[1:]:
        raise ValueError(
            f"fakes have shape {list(fake.shape[1:])} and reals {list(real.shape[1:])}; "
            "use the same extractor for both"
        )
    require_finite(fake, "fake")
    require_finite(real, "real")
    fake_labels = as_labels(fake_labels, len(fake), "fake_labels")
    real_labels = as_labels(real_labels, len(real), "real_labels")
    if len(np.unique(fake_labels)) < 2:
        raise ValueError("the fakes have only one class; a classifier needs at least 2")
    predict = fit(fake, fake_labels)
    return float(np.mean(np.asarray(predict(real)) == real_labels))
