"""Two logical CPUs for every test process, a cache of its own, and the command line."""

import os
import sys

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
import tensorflow as tf
from tensorflow.python.framework.config import disable_op_determinism

from tfgan_zoo import cli


def pytest_configure(config):
    # TensorFlow fixes its devices at first use, so this cannot wait for a fixture.
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


@pytest.fixture(autouse=True, scope="session")
def private_cache(tmp_path_factory):
    """Tests neither read nor fill the user's cache of decoded data."""
    os.environ["TFGAN_ZOO_DATA"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture(autouse=True)
def leave_determinism_off():
    """A training run turns op determinism on for its process, and Keras then does without XLA."""
    yield
    disable_op_determinism()


@pytest.fixture
def run(monkeypatch, capsys):
    """A function that runs a command line and gives (exit status, standard output, errors)."""

    def run(*arguments):
        monkeypatch.setattr(sys, "argv", ["tfgan-zoo", *map(str, arguments)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stop:
            cli.main()
        return stop.value.code or 0, *capsys.readouterr()

    return run


def pytest_terminal_summary(terminalreporter):
    """What hostile input was tried, how often, and how it was answered."""
    rows = {}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, value in report.user_properties:
                    if name == "tried":
                        kind, *counts = value
                        rows[kind] = [a + b for a, b in zip(rows.get(kind, [0, 0, 0]), counts)]
    if rows:
        terminalreporter.section("hostile input")
        terminalreporter.line(f"{'kind':44} cases  refused  unclear errors")
        for kind, (cases, refused, unclear) in sorted(rows.items()):
            terminalreporter.line(f"{kind:44} {cases:5}  {refused:7}  {unclear:14}")
