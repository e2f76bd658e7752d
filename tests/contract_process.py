"""Runs contracts on one config in a process of its own, whose end frees what TensorFlow compiled.

    python tests/contract_process.py CONFIG_ID FOLDER CONTRACT ...

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
    print(json.dumps({name: _tried(contracts.CONTRACTS[name], given) for name in names}))


def _tried(contract, given):
    began, result, error = time.process_time(), None, None
    try:
        result = contract(**{name: getattr(given, name) for name in inspect.signature(contract).parameters})
    except Exception:
        error = traceback.format_exc()
    return {"seconds": time.process_time() - began, "result": result, "error": error}


if __name__ == "__main__":
    main(*sys.argv[1:])
