"""Sentinels: cheap signs that a game is lost although its losses are finite."""

from collections import deque

import numpy as np
import tensorflow as tf
from scipy.spatial.distance import pdist

from tfgan_zoo.evaluation import held_out_batch
from tfgan_zoo.training.callbacks import StepCallback, TrainingDiverged

# A discriminator whose loss stays below this (in nats; 1.39 says nothing is learnt, 0 that all is known) tells
# real from fake so surely that its gradient says little.
SATURATED = 0.05
SATURATION_STEPS = 1000

# Samples that differ by less than this share of what real examples differ by are few images, many times.
COLLAPSED = 0.5
COLLAPSE_SAMPLES = 64


class Collapsed(TrainingDiverged):
    """A sentinel's finding, in a run that does not go on after it."""


class Saturation(StepCallback):
    """Alarms where the median of `discriminator_loss` over the last steps is below a threshold.

    Games without a loss of that name have critics, which do not saturate.

    Args:
        alarm: takes the finding, a line of text.
        threshold: of the median.
        steps: over how many steps it is taken; there is no alarm before so many, nor twice within them.
    """

    def __init__(self, alarm, threshold=SATURATED, steps=SATURATION_STEPS):
        super().__init__()
        self.alarm = alarm
        self.threshold = threshold
        self.steps = steps
        self.seen = deque()

    def on_train_begin(self, logs=None):
        self.begun = int(self.model.step.numpy())

    def on_step(self, step, logs):
        if "discriminator_loss" not in logs:
            return
        self.seen.append((step, float(tf.squeeze(logs["discriminator_loss"]))))
        while self.seen[0][0] <= step - self.steps:
            self.seen.popleft()
        if step - self.begun < self.steps:
            return
        median = np.median([loss for _, loss in self.seen])
        if median < self.threshold:
            self.begun = step
            self.alarm(
                f"The discriminator is saturated: its median loss over the {self.steps} steps up to {step} is "
                f"{median:.3g}, below {self.threshold}; the generator learns little from it."
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
        model: a `Game`.
        batch: real examples, {key: array [n, ...]} with n at least 2.
        seed: of what is made.
    """
    made = model.makes(batch, seed)
    return {key: _mean_distance(made[key]) / _mean_distance(batch[key]) for key in made}


def _mean_distance(examples):
    return float(pdist(np.reshape(examples, [len(examples), -1])).mean())
