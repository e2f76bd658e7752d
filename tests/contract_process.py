"""Runs contracts on one config in a process of its own, whose end frees what TensorFlow compiled.

    python tests/contract_process.py CONFIG_ID FOLDER CONTRACT ...

A contract that holds for every config is asked for as CONTRACT:CONFIG_ID, with any config.

The last line that it prints is {contract: {"seconds", "result", "error"}} in JSON, with the seconds of one
core that each took.
"""

import functools
import inspect
import json
import os
import subprocess
import sys
import time
import traceback
from pathlib import Path

import contracts
import devices
from config_contracts import CONFIG_CONTRACTS


class Given:
    """What contracts may ask for, by name; made when the first one asks."""

    def __init__(self, config_id, folder):
        self.config = contracts.smoke(config_id)
        self.folder = Path(folder)

    @functools.cached_property
    def reference(self):
        return contracts.compiled(self.config)


def found(config_id, folder, names):
    """What such a process prints, read; an AssertionError with its error output where it fails."""
    command = [sys.executable, __file__, config_id, str(folder), *names]
    done = subprocess.run(
        command, capture_output=True, text=True, env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"}
    )
    assert done.returncode == 0, done.stderr[-4000:]
    return json.loads(done.stdout.splitlines()[-1])


def main(config_id, folder, *names):
    devices.split_cpu()
    given = Given(config_id, folder)
    print(json.dumps({name: _tried(_named(name, given)) for name in names}))


def _named(name, given):
    """The contract of that name, as a function without arguments."""
    name, _, config_id = name.partition(":")
    if config_id:
        return functools.partial(CONFIG_CONTRACTS[name], config_id)
    contract = contracts.CONTRACTS[name]
    return lambda: contract(**{what: getattr(given, what) for what in inspect.signature(contract).parameters})


def _tried(contract):
    began, result, error = time.process_time(), None, None
    try:
        result = contract()
    except Exception:
        error = traceback.format_exc()
    return {"seconds": time.process_time() - began, "result": result, "error": error}


if __name__ == "__main__":
    main(*sys.argv[1:])
