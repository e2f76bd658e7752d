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


# What tests give to `record_property`, with the title and the columns of its table.
TABLES = {
    "tried": ("hostile input", ("kind", "cases", "refused", "unclear errors")),
    "killed": ("killed and resumed", ("what", "moments", "lost")),
    "alike": ("replicas beside one", ("config", "strategy", "replicas", "weights differ")),
}


def pytest_terminal_summary(terminalreporter):
    """Tables of what tests recorded, in rows of their columns."""
    recorded = {name: [] for name in TABLES}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, row in report.user_properties:
                    recorded[name].append(row)
    for name, (title, columns) in TABLES.items():
        if recorded[name]:
            terminalreporter.section(title)
            rows = sorted(recorded[name]) if name == "alike" else _summed(recorded[name])
            for first, *others in (columns, *rows):
                cells = (f"{cell:.1e}" if isinstance(cell, float) else cell for cell in others)
                terminalreporter.line(f"{first:44}" + "".join(f" {cell:>14}" for cell in cells))


def _summed(rows):
    """One row for each of the first cells, the counts behind it added up."""
    counts = {}
    for what, *numbers in rows:
        counts[what] = [a + b for a, b in zip(counts.get(what, [0] * len(numbers)), numbers)]
    return [[what, *numbers] for what, numbers in sorted(counts.items())]
