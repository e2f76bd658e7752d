"""How often the sentinels would alarm on the models that ship.

    python -m tfgan_zoo.benchmarks.false_alarms

Diversity: every look draws as many samples as the sentinel does, by another seed, and holds them to the same
real examples. Saturation: the discriminator's loss on batches as in training, with both players at rest; the
sentinel takes the median of 1,000 steps, of which fewer at rest tell as much.
"""

import numpy as np
import tensorflow as tf
import typer

from tfgan_zoo import data
from tfgan_zoo.evaluation.verify import shipped
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.training.callbacks import StepCallback
from tfgan_zoo.training.monitors import COLLAPSED, SATURATED, diversity_ratios, real_examples


def main(looks: int = 100, steps: int = 100):
    """Takes LOOKS at the diversity of each model, and the losses of STEPS steps."""
    print(f"{'config':28} diversity, least  median  below {COLLAPSED}   D's loss, median  below {SATURATED}")
    alarms = total = saturated = 0
    for config_id in shipped():
        found = ratios(config_id, looks)
        below = int((found < COLLAPSED).sum())
        alarms, total = alarms + below, total + len(found)
        loss = resting_loss(config_id, steps)
        saturated += loss is not None and loss < SATURATED
        said = "no such loss" if loss is None else f"{loss:.3f}  {'yes' if loss < SATURATED else 'no'}"
        print(f"{config_id:28} {found.min():16.3f}  {np.median(found):6.3f}  {below:9}   {said}", flush=True)
    print(f"Diversity: {alarms} false alarms in {total} looks. Saturation: {saturated} models.")


def ratios(config_id, looks):
    """The ratios of `looks` draws of a shipped model, of all that it makes."""
    batch = real_examples(load_config(config_id))
    model = models.load(config_id, weights="pretrained")
    return np.array([ratio for seed in range(looks) for ratio in diversity_ratios(model, batch, seed).values()])


def resting_loss(config_id, steps):
    """The median of `discriminator_loss` over steps in which no weight moves; None for games without it."""
    players = load_config(config_id).optimizers
    still = {f"optimizers.{player}.learning_rate": 0.0 for player in players}
    model = models.load(config_id, weights="pretrained", overrides=still)
    config = load_config(config_id, still)
    size = config.train.batch_size * model.batches_per_step
    losses = _Losses()
    stream = data.load(**config.data.model_dump(), batch_size=size, seed=config.train.seed, start_step=0)
    model.fit(stream, steps_per_epoch=steps, verbose=0, shuffle=False, callbacks=[losses])
    return float(np.median(losses.seen)) if losses.seen else None


class _Losses(StepCallback):
    """Keeps what `discriminator_loss` was."""

    def __init__(self):
        super().__init__()
        self.seen = []

    def on_step(self, step, logs):
        if "discriminator_loss" in logs:
            self.seen.append(float(tf.squeeze(logs["discriminator_loss"])))


if __name__ == "__main__":
    typer.run(main)
