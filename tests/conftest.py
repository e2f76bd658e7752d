"""Two logical CPUs for every test process, a cache of its own, and the command line."""

import contextlib
import ctypes
import gc
import os
import sys
from pathlib import Path

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")
# Graphs run a few times only, so that compiling them less well is faster.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import devices
import keras
import pytest
from grouping import ByGroup
from tensorflow.python.framework.config import disable_op_determinism

from tfgan_zoo import cli


def pytest_configure(config):
    devices.split_cpu()


@pytest.fixture(autouse=True, scope="session")
def private_cache(tmp_path_factory):
    """Tests neither read nor fill the user's cache of decoded data."""
    os.environ["TFGAN_ZOO_DATA"] = str(tmp_path_factory.mktemp("cache"))


@pytest.fixture
def zoo_data(tmp_path, monkeypatch):
    """The zoo's cache of this test alone, and no prepared TFDS data sets but its own."""
    monkeypatch.setenv("TFGAN_ZOO_DATA", str(tmp_path / "zoo_cache"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    return tmp_path / "zoo_cache"


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
    "cost": ("contracts of a system", ("system", "core seconds", "at most")),
}

# What a worker may hold when it ends, in GiB; 2.5 was measured at most, depending on the tests that it ran.
MEMORY_LIMIT = 2.75
WORKERS = {}


@pytest.fixture(autouse=True, scope="module")
def free_memory():
    """What a module's tests leave behind: Keras' global state, TensorFlow's graphs, and freed blocks."""
    yield
    keras.backend.clear_session()
    gc.collect()
    with contextlib.suppress(OSError, AttributeError):
        # The allocator of glibc keeps what was freed, in pools of every thread.
        ctypes.CDLL("libc.so.6").malloc_trim(0)


def resident():
    """{"now", "peak"}: GiB of memory that this process holds."""
    fields = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    return {name: int(fields[key].split()[0]) / 2**20 for name, key in (("now", "VmRSS"), ("peak", "VmHWM"))}


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session):
    output = getattr(session.config, "workeroutput", None)
    if output is not None:
        output["memory"] = resident()
    elif any(memory["now"] > MEMORY_LIMIT for memory in WORKERS.values()):
        session.exitstatus = 1


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_make_scheduler(config, log):
    return ByGroup(config, log)


@pytest.hookimpl(optionalhook=True)
def pytest_testnodedown(node, error):
    WORKERS[node.gateway.id] = getattr(node, "workeroutput", {}).get("memory", {"now": 0.0, "peak": 0.0})


def pytest_terminal_summary(terminalreporter):
    """Tables of what tests recorded, in rows of their columns."""
    recorded = {name: [] for name in TABLES}
    for reports in terminalreporter.stats.values():
        for report in reports:
            if getattr(report, "when", None) == "teardown":
                for name, row in report.user_properties:
                    recorded[name].append(row)
    if WORKERS:
        terminalreporter.section(f"memory of workers at their end (at most {MEMORY_LIMIT} GiB)")
        for worker, memory in sorted(WORKERS.items()):
            terminalreporter.line(f"{worker}: {memory['now']:.2f} GiB, at its peak {memory['peak']:.2f}")
    for name, (title, columns) in TABLES.items():
        if recorded[name]:
            terminalreporter.section(title)
            rows = _summed(recorded[name]) if name in ("tried", "killed") else sorted(recorded[name])
            for first, *others in (columns, *rows):
                cells = (_shown(name, cell) for cell in others)
                terminalreporter.line(f"{first:44}" + "".join(f" {cell:>14}" for cell in cells))


def _shown(name, cell):
    return f"{cell:.1e}" if isinstance(cell, float) and name == "alike" else cell


def _summed(rows):
    """One row for each of the first cells, the counts behind it added up."""
    counts = {}
    for what, *numbers in rows:
        counts[what] = [a + b for a, b in zip(counts.get(what, [0] * len(numbers)), numbers)]
    return [[what, *numbers] for what, numbers in sorted(counts.items())]
