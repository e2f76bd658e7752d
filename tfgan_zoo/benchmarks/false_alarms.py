"""How often the diversity sentinel would alarm on the models that ship.

    python -m tfgan_zoo.benchmarks.false_alarms

Every look draws as many samples as the sentinel does, by another seed, and holds them to the same real
examples.
"""

import numpy as np

from tfgan_zoo import zoo
from tfgan_zoo.config import load_config
from tfgan_zoo.training.sentinels import COLLAPSED, diversity_ratios, real_examples
from tfgan_zoo.verifying import shipped


def ratios(config_id, looks):
    """The ratios of `looks` draws of a shipped model, of all that it makes."""
    batch = real_examples(load_config(config_id))
    model = zoo.load(config_id, weights="pretrained")
    return np.array([ratio for seed in range(looks) for ratio in diversity_ratios(model, batch, seed).values()])


def main(looks=100):
    alarms = total = 0
    print(f"{'config':32} least ratio  median  alarms of looks (below {COLLAPSED})")
    for config_id in shipped():
        found = ratios(config_id, looks)
        below = int((found < COLLAPSED).sum())
        least, median = found.min(), np.median(found)
        print(f"{config_id:32} {least:11.3f}  {median:6.3f}  {below} of {len(found)}", flush=True)
        alarms, total = alarms + below, total + len(found)
    print(f"{alarms} false alarms in {total} looks.")


if __name__ == "__main__":
    main()
