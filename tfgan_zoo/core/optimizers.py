"""Optimisers of the GAN papers, which Keras lacks."""

import math
import random
import zlib

import keras
import tensorflow as tf
from keras import ops

from tfgan_zoo.random import draws


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

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        # Keras keeps no velocities where momentum begins at 0.
        self.momentums = self.momentums or self.add_optimizer_variables(variables, "momentum")

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


@keras.saving.register_keras_serializable("tfgan_zoo")
class RestartingAdam(keras.optimizers.Adam):
    """Adam that can forget its moments while training goes on (Kingma & Ba 2015, Algorithm 1).

    After `restart` the next update is that of a fresh Adam: moments and bias corrections begin
    anew, while `iterations`, the learning rate's schedule and averages of weights go on.
    """

    def build(self, variables):
        if self.built:
            return
        if self.amsgrad:
            raise ValueError("RestartingAdam has no amsgrad; leave it out.")
        super().build(variables)
        # The count of updates at the last restart.
        self.begun = self.add_variable((), dtype="int", aggregation="only_first_replica", name="begun")

    def restart(self, when):
        """Restarts where the boolean scalar `when` holds; callable in a graph, on every replica."""
        self.begun.assign(ops.where(when, self.iterations, self.begun))

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        m, v = self._momentums[index], self._velocities[index]
        g = ops.cast(gradient, variable.dtype)
        age = ops.cast(self.iterations - self.begun, variable.dtype)
        kept = ops.cast(age > 0, variable.dtype)
        self.assign(m, kept * self.beta_1 * m + (1 - self.beta_1) * g)
        self.assign(v, kept * self.beta_2 * v + (1 - self.beta_2) * ops.square(g))
        rate = ops.cast(learning_rate, variable.dtype) * ops.sqrt(1 - self.beta_2 ** (age + 1))
        rate = rate / (1 - self.beta_1 ** (age + 1))
        self.assign_sub(variable, rate * m / (ops.sqrt(v) + self.epsilon))


@keras.saving.register_keras_serializable("tfgan_zoo")
class HistoricalAdam(keras.optimizers.Adam):
    """Adam on a loss to which historical averaging adds c |w - mean of past w|^2.

    Salimans et al. 2016, arXiv:1606.03498, section 3.3. The mean is of the weights before each update so far, and a
    part of the optimiser's state.

    Args:
        history: c.
    """

    def __init__(self, learning_rate=0.001, history=1e-3, **kwargs):
        super().__init__(learning_rate, **kwargs)
        self.history = history

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.means = self.add_optimizer_variables(variables, "mean")

    def update_step(self, gradient, variable, learning_rate):
        mean = self.means[self._get_variable_index(variable)]
        # There is no past before the first update.
        past = ops.cast(self.iterations, variable.dtype)
        pull = 2 * self.history * ops.minimum(past, 1) * (variable - mean)
        self.assign(mean, mean + (variable - mean) / (past + 1))
        super().update_step(gradient + pull, variable, learning_rate)

    def get_config(self):
        return {**super().get_config(), "history": self.history}


@keras.saving.register_keras_serializable("tfgan_zoo")
class LazyAdam(keras.optimizers.Adam):
    """Adam for a player whose regulariser is taken every k steps, in an update of its own.

    There are then k + 1 updates in k steps. With c = k / (k + 1) the rate is c times, and the decay rates of the
    moments are to the power of c, what is given here, so that as much happens in k steps as without a
    regulariser (Karras et al. 2020, arXiv:1912.04958, appendix B).

    With `use_ema`, averages of weights may have a half-life in place of Keras' `ema_momentum`, which can grow
    with training.

    Args:
        learning_rate: a number; of an Adam that takes one update a step, as beta_1 and beta_2 are.
        every: k; 0 where there is no regulariser.
        ema_half_life: updates after which half of the average is older; 0 leaves `ema_momentum` to hold.
        ema_ramp: the half-life is at most this share of the updates so far; 0 for no such bound.
    """

    def __init__(
        self,
        learning_rate=0.001,
        beta_1=0.9,
        beta_2=0.999,
        every=0,
        ema_half_life=0.0,
        ema_ramp=0.0,
        **kwargs,
    ):
        if not isinstance(learning_rate, int | float):
            raise TypeError(f"LazyAdam takes a number as learning rate; got {learning_rate!r}.")
        share = every / (every + 1) if every else 1.0
        super().__init__(learning_rate * share, beta_1=beta_1**share, beta_2=beta_2**share, **kwargs)
        self._given = {"learning_rate": learning_rate, "beta_1": beta_1, "beta_2": beta_2}
        self.every, self.ema_half_life, self.ema_ramp = every, ema_half_life, ema_ramp

    def _update_model_variables_moving_average(self, trainable_variables):
        if not (self.use_ema and self.ema_half_life):
            super()._update_model_variables_moving_average(trainable_variables)
            return
        momentum = self.ema_momentum_now()
        for variable, average in zip(trainable_variables, self._model_variables_moving_average):
            if average is not None:
                average.assign(momentum * average + (1 - momentum) * variable)

    def ema_momentum_now(self):
        """The share that averages keep in the next update, a scalar; 0 in the first."""
        updates = ops.cast(self.iterations, "float32")
        half_life = ops.minimum(self.ema_half_life, self.ema_ramp * updates) if self.ema_ramp else self.ema_half_life
        kept = ops.exp(-math.log(2) / ops.maximum(half_life, 1e-8))
        return ops.where(updates > 0, kept, 0.0)

    def get_config(self):
        names = ("every", "ema_half_life", "ema_ramp")
        return {**super().get_config(), **self._given, **{name: getattr(self, name) for name in names}}


@keras.saving.register_keras_serializable("tfgan_zoo")
class SGHMC(keras.optimizers.Optimizer):
    """Stochastic gradient Hamiltonian Monte Carlo: weights that are drawn from a posterior and do not settle.

    v <- (1 - a) v - lr g + n, w <- w + v, with normal noise n of variance 2 a lr T / N (Chen, Fox, Guestrin
    2014, arXiv:1402.4102, equation 15, without an estimate of the gradient's own noise). Where g is the
    gradient of -log(likelihood prior) / N, the weights follow (likelihood prior)^(1 / T), but for an error
    that grows with the rate. The noise is keyed by the seed, the optimiser's name and the number of the update: it
    is the same on any number of replicas and after an interruption.

    Args:
        examples: N, how many examples the likelihood is of: the size of the training set.
        learning_rate: lr, a number or a schedule.
        friction: a, above 0 and at most 1; the share of the velocity that each update takes away.
        temperature: T, 0 or more; at 0 there is no noise, which is gradient descent with momentum 1 - a.
        seed: an integer; by default drawn when the optimiser is made.

    Raises:
        ValueError: a number is out of its range.
    """

    def __init__(self, examples, learning_rate=5e-4, friction=0.01, temperature=1.0, seed=None, **kwargs):
        super().__init__(learning_rate=learning_rate, **kwargs)
        if examples < 1:
            raise ValueError(f"SGHMC needs examples of 1 or more, as many as there are; got {examples}.")
        if not 0 < friction <= 1:
            raise ValueError(f"SGHMC needs a friction above 0 and at most 1; got {friction}.")
        if temperature < 0:
            raise ValueError(f"SGHMC needs a temperature of 0 or more; got {temperature}.")
        self.examples, self.friction, self.temperature = examples, friction, temperature
        self.seed = random.randrange(2**31) if seed is None else seed

    def build(self, variables):
        if self.built:
            return
        super().build(variables)
        self.velocities = self.add_optimizer_variables(variables, "velocity")
        # Optimisers of one seed differ by their names, which are those of players.
        self._key = zlib.crc32(f"{self.seed} {self.name}".encode())

    def update_step(self, gradient, variable, learning_rate):
        index = self._get_variable_index(variable)
        velocity, rate = self.velocities[index], ops.cast(learning_rate, variable.dtype)
        moved = (1 - self.friction) * velocity - rate * ops.cast(gradient, variable.dtype)
        if self.temperature:
            variance = 2 * self.friction * rate * self.temperature / self.examples
            moved += ops.sqrt(variance) * ops.cast(self._noise(index, variable.shape), variable.dtype)
        self.assign(velocity, moved)
        self.assign_add(variable, velocity)

    def _noise(self, index, shape):
        """Standard normal numbers for one variable in the present update."""
        place = ops.cast(self.iterations, "int64") * len(self.velocities) + index
        return draws.normal(shape, tf.stack([tf.constant(self._key, tf.int64), place]))

    def get_config(self):
        names = ("examples", "friction", "temperature", "seed")
        return {**super().get_config(), **{name: getattr(self, name) for name in names}}


def restart(optimizer, when):
    """Lets an optimiser forget its slots where the boolean scalar `when` holds.

    Raises:
        TypeError: it has slots and cannot forget them.
    """
    if hasattr(optimizer, "restart"):
        optimizer.restart(when)
    elif not _is_plain_sgd(optimizer):
        raise TypeError(
            f"{type(optimizer).__name__} cannot forget its slots when a new phase of training begins; "
            "use RestartingAdam."
        )


def _is_plain_sgd(optimizer):
    """Whether an optimiser has no slots: an SGD whose momentum is 0 and stays so."""
    is_sgd = isinstance(optimizer, keras.optimizers.SGD) and not isinstance(optimizer, RampedMomentumSGD)
    return is_sgd and not optimizer.momentum
