"""An optimiser and learning-rate schedules of the GAN papers, which Keras lacks."""

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
        rate = self.initial * ops.power(1.0 / self.divisor, ops.cast(step, "float32"))
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
class RampedMomentumSGD(keras.optimizers.SGD):
    """SGD whose momentum rises linearly to `final_momentum` over the first `ramp_steps` updates.

    v <- m_t v - lr g, w <- w + v, as `keras.optimizers.SGD` with a momentum m_t that moves.
    """

    def __init__(
        self, learning_rate=0.1, momentum=0.5, final_momentum=0.7, ramp_steps=125_000, **kwargs
    ):
        super().__init__(learning_rate=learning_rate, momentum=momentum, **kwargs)
        self.final_momentum = final_momentum
        self.ramp_steps = ramp_steps

    def current_momentum(self):
        """m_t, a scalar tensor."""
        share = ops.minimum(ops.cast(self.iterations, "float32") / self.ramp_steps, 1.0)
        return self.momentum + (self.final_momentum - self.momentum) * share

    def update_step(self, gradient, variable, learning_rate):
        velocity = self.momentums[self._get_variable_index(variable)]
        momentum = ops.cast(self.current_momentum(), variable.dtype)
        rate = ops.cast(learning_rate, variable.dtype)
        self.assign(velocity, velocity * momentum - ops.cast(gradient, variable.dtype) * rate)
        self.assign_add(variable, velocity)

    def get_config(self):
        return {
            **super().get_config(),
            "final_momentum": self.final_momentum,
            "ramp_steps": self.ramp_steps,
        }
