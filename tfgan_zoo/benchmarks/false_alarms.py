"""How often the monitors of a run would alarm on the models that ship.

    python -m tfgan_zoo.benchmarks.false_alarms

Diversity: every look draws as many samples as the monitor does, by another seed, and holds them to the same
real examples. Saturation: the discriminator's mean loss on batches as in training, with both players at rest.
"""

import numpy as np
import typer

from tfgan_zoo import data
from tfgan_zoo.evaluation.verify import shipped
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.training.monitors import COLLAPSED, diversity_ratios, real_examples


def main(looks: int = 100, steps: int = 100):
    """Takes LOOKS at the diversity of each model, and the losses of STEPS steps."""
    print(f"{'config':28} diversity, least  median  below {COLLAPSED}   D's loss, mean  threshold")
    alarms = total = saturated = 0
    for config_id in shipped():
        found = ratios(config_id, looks)
        below = int((found < COLLAPSED).sum())
        alarms, total = alarms + below, total + len(found)
        losses = resting_losses(config_id, steps)
        saturated += any(loss < threshold for loss, threshold in losses.values())
        said = ", ".join(f"{loss:.3f}  {threshold:g}" for loss, threshold in losses.values()) or "a critic"
        print(f"{config_id:28} {found.min():16.3f}  {np.median(found):6.3f}  {below:9}   {said}", flush=True)
    print(f"Diversity: {alarms} false alarms in {total} looks. Saturation: {saturated} models.")


def ratios(config_id, looks):
    """The ratios of `looks` draws of a shipped model, of all that it makes."""
    batch = real_examples(load_config(config_id))
    model = models.load(config_id, weights="pretrained")
    return np.array([ratio for seed in range(looks) for ratio in diversity_ratios(model, batch, seed).values()])


def resting_losses(config_id, steps):
    """{loss: (its mean over so many batches of training data, its threshold)} of those that are monitored."""
    config, model = load_config(config_id), models.load(config_id, weights="pretrained")
    size = config.train.batch_size * model.batches_per_step
    stream = data.load(**config.data.model_dump(), batch_size=size, seed=config.train.seed, start_step=0)
    means = model.evaluate(stream, steps=steps, verbose=0, return_dict=True)
    return {name: (means[name], threshold) for name, threshold in model.saturation.items()}


if __name__ == "__main__":
    typer.run(main)
