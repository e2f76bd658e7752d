"""Monitors of a run: a saturated discriminator, and mode collapse, which finite losses do not show."""

from collections import deque

import numpy as np

from tfgan_zoo.evaluation import held_out_batch
from tfgan_zoo.metrics.neighbours import mean_distance
from tfgan_zoo.training.callbacks import StepCallback, TrainingDiverged

SATURATION_STEPS = 1000

# Samples that differ by less than this share of what real examples differ by are few images, many times.
COLLAPSED = 0.5
COLLAPSE_SAMPLES = 64


class Collapsed(TrainingDiverged):
    """What a monitor found, in a run that does not go on after it."""


class Saturation(StepCallback):
    """Alarms where the median of a discriminator's loss over the last steps is below the system's threshold.

    The losses and their thresholds are the system's own, `model.saturation`; a system with a critic has none.

    Args:
        alarm: takes the finding, a line of text.
        steps: over how many steps the median is taken; there is no alarm before so many, nor twice within them.
    """

    def __init__(self, alarm, steps=SATURATION_STEPS):
        super().__init__()
        self.alarm = alarm
        self.steps = steps
        self.seen = deque()

    def on_train_begin(self, logs=None):
        self.begun = int(self.model.step.numpy())

    def on_step(self, step, logs):
        self.seen.append((step, logs))
        while self.seen[0][0] <= step - self.steps:
            self.seen.popleft()
        if step - self.begun < self.steps:
            return
        for name, threshold in self.model.saturation.items():
            losses = [logs[name] for _, logs in self.seen if name in logs]
            median = np.median(losses) if losses else np.inf
            if median < threshold:
                self.begun = step
                self.alarm(
                    f"The discriminator is saturated: the median of its {name} over the {self.steps} steps up to "
                    f"{step} is {median:.3g}, below {threshold:g}; the generator learns little from it."
                )


class Diversity(StepCallback):
    """Alarms where samples differ among each other by far less than real examples do.

    Args:
        alarm: takes the finding, a line of text.
        batch: real examples, {key: array [n, ...]}; as many samples are drawn.
        every: steps between two looks.
        threshold: of the ratio that `diversity_ratios` gives.
    """

    def __init__(self, alarm, batch, every, threshold=COLLAPSED):
        super().__init__()
        self.alarm = alarm
        self.batch = batch
        self.every = every
        self.threshold = threshold

    def on_step(self, step, logs):
        if step % self.every:
            return
        for name, ratio in diversity_ratios(self.model, self.batch, seed=step).items():
            if ratio < self.threshold:
                self.alarm(
                    f"The samples have collapsed: at step {step} two of {name} differ by {ratio:.2g} times what "
                    f"two real ones do, below {self.threshold}."
                )


def real_examples(config):
    """The real examples that a config's samples are held to: {key: array [n, ...]}."""
    batch = held_out_batch(config, COLLAPSE_SAMPLES)
    return {key: values.numpy() for key, values in batch.items()}


def diversity_ratios(model, batch, seed):
    """Mean distance between two examples that the model makes over that of real ones, for each key it makes.

    Args:
        model: a system.
        batch: real examples, {key: array [n, ...]} with n at least 2.
        seed: of what is made.
    """
    made = model.makes(batch, seed)
    return {key: mean_distance(made[key]) / mean_distance(batch[key]) for key in made}
