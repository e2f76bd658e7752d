"""Whether a long run leaks: `python -m tfgan_zoo.benchmarks.soak ID --minutes 30`.

Trains a config with frequent scores, pictures and checkpoints, reads the process's memory as it goes, and then
looks for what was left behind. Exit status 1 if memory grows or temporary files stay.
"""

import os
import signal
import sys
import tempfile
import threading
import time
from pathlib import Path

import numpy as np
import typer

from tfgan_zoo.hub.config import load_config
from tfgan_zoo.training.run import RunStopped, train

# The first part of a run fills caches and pools; growth is that of what follows.
_SETTLES = 0.3

# MiB an hour that noise of the allocator may look like.
_FLAT = 60.0


def main(config_id: str, minutes: float = 30, smoke: bool = False, every: int = 100):
    """Trains the config for MINUTES with scores and pictures EVERY so many steps."""
    settings = {f"train.{name}": every for name in ("score_every", "checkpoint_every", "log_every")}
    steps = every * 10**6
    config = load_config(config_id, {**settings, "train.steps": steps}, smoke)
    temporary = set(os.listdir(tempfile.gettempdir()))
    with tempfile.TemporaryDirectory() as folder:
        seconds, memory = _watched(config, Path(folder) / "run", 60 * minutes)
        unfinished = [path for path in Path(folder).rglob(".writing*")]
    left = set(os.listdir(tempfile.gettempdir())) - temporary
    # TensorFlow's own, which it removes when the process ends.
    left = {name for name in left if not name.startswith("__autograph_generated_file")}
    slope = growth(seconds, memory)
    print(
        f"{config_id}: {seconds[-1] / 60:.1f} minutes, memory {memory[0]:.0f} to {memory[-1]:.0f} MiB, at most "
        f"{max(memory):.0f}; after the first {_SETTLES:.0%} it grows by {slope:.1f} MiB an hour.\n"
        f"Temporary files left: {', '.join(sorted(left)) or 'none'}; half-written ones: {len(unfinished)}."
    )
    sys.exit(1 if slope > _FLAT or left or unfinished else 0)


def growth(seconds, memory):
    """The slope of memory, in MiB an hour, by least squares over what follows the first part."""
    start = int(_SETTLES * len(seconds))
    return float(np.polyfit(np.array(seconds[start:]) / 3600, memory[start:], 1)[0])


def _watched(config, folder, duration):
    """Trains until the time is up; seconds since the start and resident MiB, once a second."""
    seconds, memory, done = [], [], threading.Event()

    def watch():
        begun = time.monotonic()
        while not done.wait(1):
            seconds.append(time.monotonic() - begun)
            memory.append(resident_mib())
            if seconds[-1] > duration:
                os.kill(os.getpid(), signal.SIGTERM)
                return

    watcher = threading.Thread(target=watch, daemon=True)
    watcher.start()
    try:
        train(config, folder, say=lambda _: None)
    except RunStopped:
        pass
    finally:
        done.set()
        watcher.join()
    return seconds, memory


def resident_mib():
    """The memory of this process that lies in RAM."""
    pages = int(Path("/proc/self/statm").read_text().split()[1])
    return pages * os.sysconf("SC_PAGE_SIZE") / 2**20


if __name__ == "__main__":
    typer.run(main)
