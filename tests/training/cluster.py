"""Processes on this machine that share a run, as TF_CONFIG tells them."""

import contextlib
import json
import os
import signal
import socket
import subprocess
import sys
from pathlib import Path

# Trains configs one after another under one strategy:
# {"strategy": name, "devices": logical CPUs, "runs": [[config id, overrides, folder, resume], ...]}.
TRAIN = """
import json, sys
import tensorflow as tf
asked = json.loads(sys.argv[1])
cpu = tf.config.list_physical_devices("CPU")[0]
tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * asked["devices"])
from tfgan_zoo.utils import distribution
strategy = distribution.make(asked["strategy"])
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.training.run import train
try:
    for config_id, overrides, folder, resume in asked["runs"]:
        config = load_config(config_id, overrides, smoke=True)
        card = train(config, folder, resume, strategy, say=lambda line: print(line, flush=True))
        print("done", config_id, card is not None, flush=True)
except Exception as error:
    print(f"{type(error).__name__}: {error}", flush=True)
    sys.exit(1)
"""

# Evaluates under one strategy: the arguments of `compare.evaluate`.
EVALUATE = """
import json, sys
from tfgan_zoo.utils import distribution
strategy = distribution.make("multiworker")
from tfgan_zoo.evaluation import compare
with strategy.scope():
    print("scores", json.dumps(compare.evaluate(**json.loads(sys.argv[1]))), flush=True)
"""

# Says how often the workers of each config of a list meet in a train step.
BENCHMARK = """
import json, sys
from tfgan_zoo.utils import distribution
strategy = distribution.make("multiworker")
from tfgan_zoo.benchmarks import training
from tfgan_zoo.hub.config import load_config
for config_id in json.loads(sys.argv[1]):
    result = training.measure(load_config(config_id, smoke=True), steps=2, repeats=1, strategy=strategy)
    print("meet", result["exchanges_per_step"], flush=True)
    print(training.describe(result), flush=True)
"""


class Workers:
    """Processes of one cluster on loopback.

    Args:
        code: what each of them runs: `TRAIN`, `EVALUATE` or `BENCHMARK`.
        asked: what each of them is given, JSON-ready; a list with one entry a process.
        logs: a folder for what they say.
    """

    def __init__(self, code, asked, logs):
        hosts = [f"127.0.0.1:{port}" for port in _free_ports(len(asked))]
        self.logs = [Path(logs) / f"worker{index}.log" for index in range(len(asked))]
        self.processes = []
        for index, (log, given) in enumerate(zip(self.logs, asked)):
            task = {"cluster": {"worker": hosts}, "task": {"type": "worker", "index": index}}
            with open(log, "w") as file:
                self.processes.append(
                    subprocess.Popen(
                        [sys.executable, "-c", code, json.dumps(given)],
                        stdout=file,
                        stderr=subprocess.STDOUT,
                        env={**os.environ, "TF_CONFIG": json.dumps(task), "CUDA_VISIBLE_DEVICES": ""},
                    )
                )

    def __enter__(self):
        return self

    def __exit__(self, *_):
        for process in self.processes:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            process.wait()

    def said(self, index):
        return self.logs[index].read_text(errors="replace")

    def kills(self, index, when):
        """Kills that process if `when()` holds while it stands still."""
        process = self.processes[index]
        process.send_signal(signal.SIGSTOP)
        due = when()
        process.send_signal(signal.SIGKILL if due else signal.SIGCONT)
        return due

    def wait(self, seconds):
        """The exit statuses, once all have ended."""
        return [process.wait(timeout=seconds) for process in self.processes]


def _free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    try:
        for each in sockets:
            each.bind(("127.0.0.1", 0))
        return [each.getsockname()[1] for each in sockets]
    finally:
        for each in sockets:
            each.close()
