"""Starts of runs with whatever a user may set: a plan, or a message that says what to do, and no folder."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tfgan_zoo.hub.config import load_config, parse_overrides
from tfgan_zoo.training import preflight, run_folder
from tfgan_zoo.training.run import built

ODD = ["-1", "0", "1", "2", "1.5", "true", "null", "x", "[]", "{}", "1e9", "../x", "001", "train", "\udce9"]
KEYS = [
    *(
        f"train.{key}"
        for key in ("steps", "batch_size", "seed", "log_every", "keep", "precision", "on_collapse")
    ),
    *(
        f"data.{key}"
        for key in ("name", "split", "image_size", "fit", "channels", "take", "keys", "data_dir")
    ),
    *(f"eval.sliced_wasserstein.{key}" for key in ("samples", "projections", "seed", "split", "nope")),
    *("eval.fid.extractor", "eval.nope", "held_out", "system_args.classes", "system_args.prior"),
    *(
        f"optimizers.generator.{key}"
        for key in ("learning_rate", "momentum", "clipnorm", "weight_decay", "class")
    ),
    *(
        f"networks.{player}.{key}"
        for player in ("generator", "discriminator")
        for key in ("image_size", "classes")
    ),
]


@pytest.mark.kind("starts of runs")
@settings(
    max_examples=60,
    deadline=None,
    derandomize=True,
    database=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(given_settings=st.dictionaries(st.sampled_from(KEYS), st.sampled_from(ODD), min_size=1, max_size=2))
def test_starts_of_any_settings(tried, tmp_path, given_settings):
    def start():
        overrides = parse_overrides([f"{key}={value}" for key, value in given_settings.items()])
        config = load_config("cgan/mnist", overrides, smoke=True)
        preflight.check_settings(config)
        run_folder.inspect(tmp_path / "run", config, resume=False)
        return preflight.examine(config, built(config))

    assert isinstance(tried.answers(start), preflight.Found | Exception)
    assert not (tmp_path / "run").exists()
