"""Learning-rate schedules of the GAN papers, which Keras lacks."""

import math

import keras
from keras import ops


@keras.saving.register_keras_serializable("tfgan_zoo")
class FlooredExponentialDecay(keras.optimizers.schedules.LearningRateSchedule):
    """lr_t = max(initial / divisor^t, floor): the decay of Goodfellow et al.'s released code.

    Args:
        initial: the rate of the first update.
        divisor: what every update divides the rate by (slightly above 1).
        floor: the rate never falls below it.
    """

    def __init__(self, initial, divisor, floor):
        self.initial = initial
        self.divisor = divisor
        self.floor = floor

    def __call__(self, step):
        # A power of 1 / divisor would multiply its rounding in float32 by the step.
        rate = self.initial * ops.exp(-math.log(self.divisor) * ops.cast(step, "float32"))
        return ops.maximum(rate, self.floor)

    def get_config(self):
        return {"initial": self.initial, "divisor": self.divisor, "floor": self.floor}


@keras.saving.register_keras_serializable("tfgan_zoo")
class ConstantThenLinear(keras.optimizers.schedules.LearningRateSchedule):
    """lr_t = initial for `constant_steps` updates, then down to 0 on a line over `decay_steps` more.

    The schedule of the translation papers (Zhu et al. 2017, arXiv:1703.10593, section 4).
    """

    def __init__(self, initial, constant_steps, decay_steps):
        self.initial = initial
        self.constant_steps = constant_steps
        self.decay_steps = decay_steps

    def __call__(self, step):
        done = (ops.cast(step, "float32") - self.constant_steps) / self.decay_steps
        return self.initial * (1.0 - ops.clip(done, 0.0, 1.0))

    def get_config(self):
        return {
            "initial": self.initial,
            "constant_steps": self.constant_steps,
            "decay_steps": self.decay_steps,
        }


@keras.saving.register_keras_serializable("tfgan_zoo")
class ConstantThenExponential(keras.optimizers.schedules.LearningRateSchedule):
    """lr_t = initial for `constant_steps` updates, then by a constant factor at each of `decay_steps` more.

    After them it stays at `final_share` of the initial rate. The schedule of Donahue et al. 2017 (arXiv:1605.09782,
    appendix C).
    """

    def __init__(self, initial, constant_steps, decay_steps, final_share=0.01):
        self.initial = initial
        self.constant_steps = constant_steps
        self.decay_steps = decay_steps
        self.final_share = final_share

    def __call__(self, step):
        done = (ops.cast(step, "float32") - self.constant_steps) / self.decay_steps
        return self.initial * self.final_share ** ops.clip(done, 0.0, 1.0)

    def get_config(self):
        return {
            "initial": self.initial,
            "constant_steps": self.constant_steps,
            "decay_steps": self.decay_steps,
            "final_share": self.final_share,
        }
