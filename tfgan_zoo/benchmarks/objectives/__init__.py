"""The bench of objectives: what each makes of the same networks and data in the same number of updates."""

from tfgan_zoo.benchmarks.objectives.bench import run
from tfgan_zoo.benchmarks.objectives.table import draw

__all__ = ["draw", "run"]
