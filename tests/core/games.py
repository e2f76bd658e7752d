"""Small games with losses whose updates can be worked by hand."""

import keras
import tensorflow as tf

from tfgan_zoo.core.game import Game


@keras.saving.register_keras_serializable("tfgan_zoo_tests")
class Tug(Game):
    """Two players with one weight each: `left` descends w, `right` descends 2 w of its own."""

    reported = ("left_loss", "right_loss")

    def __init__(self, left, right, seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.left = left
        self.right = right

    def players(self):
        return {"left": [self.left], "right": [self.right]}

    def train_step(self, data):
        x = self.example(data, "x")
        left_loss = self.minimize("left", lambda: tf.reduce_mean(self.left(x) + self.right(x)))
        right_loss = self.minimize("right", lambda: 2 * tf.reduce_mean(self.right(x)))
        return self.report(left_loss=left_loss, right_loss=right_loss)


def line(name):
    """One weight, starting at 1: x -> w x."""
    return keras.Sequential(
        [keras.Input([1]), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")],
        name=name,
    )


def tug(left=None, right=None, **compile_arguments):
    game = Tug(line("left"), line("right"))
    game.compile(
        {
            "left": left or keras.optimizers.SGD(0.1),
            "right": right or keras.optimizers.SGD(0.1),
        },
        **compile_arguments,
    )
    return game


def ones(steps, batch=2):
    return tf.data.Dataset.from_tensors({"x": tf.ones([batch, 1])}).repeat(steps)


def weight(network):
    return float(network.trainable_variables[0].numpy()[0, 0])
