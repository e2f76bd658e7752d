"""Updates at every k-th step: when they happen, what they weigh, and what is logged."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from devices import two_replicas
from tug import Tug, line, ones, weight


@keras.saving.register_keras_serializable("tfgan_zoo_tests")
class Lazy(Tug):
    """`left` descends w at each third step."""

    def train_step(self, data):
        def loss():
            value = tf.reduce_mean(self.left(data["x"]))
            return 2 * value, value

        return {"value": self.minimize_every("left", 3, loss)}

    def players(self):
        return {"left": [self.left]}


def lazy(**arguments):
    model = Lazy(line("left"), line("right"))
    model.compile(keras.optimizers.SGD(0.01), **arguments)
    return model


@pytest.mark.parametrize("arguments", [{}, {"jit_compile": True}, {"run_eagerly": True}])
def test_the_first_of_k_steps_has_an_update_of_k_times_the_weight(arguments):
    model = lazy(**arguments)
    values, weights = [], []
    for _ in range(5):
        values += model.fit(ones(1), verbose=0).history["value"]
        weights.append(float(weight(model.left)))
    # Gradients of 2 w are 2, taken three times at steps 0 and 3.
    np.testing.assert_allclose(weights, [0.94, 0.94, 0.94, 0.88, 0.88], rtol=1e-5)
    np.testing.assert_allclose(values, [3, 0, 0, 3 * 0.94, 0], rtol=1e-5)
    assert int(model.optimizers["left"].iterations) == 2


def test_replicas_take_it_together():
    with two_replicas().scope():
        model = lazy()
    model.fit(ones(4), verbose=0)
    np.testing.assert_allclose(weight(model.left), 0.88, rtol=1e-5)
    assert int(model.optimizers["left"].iterations.numpy()) == 2


def test_evaluation_takes_none():
    model = lazy()
    assert model.evaluate(ones(1), verbose=0, return_dict=True)["value"] == pytest.approx(3)
    assert weight(model.left) == 1 and int(model.optimizers["left"].iterations) == 0
