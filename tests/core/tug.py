"""Small models with losses whose updates can be worked by hand."""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel


@keras.saving.register_keras_serializable("tfgan_zoo_tests")
class Tug(AdversarialModel):
    """Two players with one weight each: `left` descends w, `right` descends 2 w of its own."""

    example_shapes = {"x": (1,)}

    def __init__(self, left, right, seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.left = left
        self.right = right

    def players(self):
        return {"left": [self.left], "right": [self.right]}

    def train_step(self, data):
        return self.minimize("left", lambda: self.left_loss(data["x"])) | self.minimize(
            "right", lambda: self.right_loss(data["x"])
        )

    def left_loss(self, x):
        loss = tf.reduce_mean(self.left(x) + self.right(x))
        return loss, {"left_loss": loss}

    def right_loss(self, x):
        loss = 2 * tf.reduce_mean(self.right(x))
        return loss, {"right_loss": loss}


def line(name):
    """One weight, starting at 1: x -> w x."""
    return keras.Sequential(
        [keras.Input([1]), keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")],
        name=name,
    )


def tug(left=None, right=None, kind=Tug, **compile_arguments):
    model = kind(line("left"), line("right"))
    model.compile(
        {
            "left": left or keras.optimizers.SGD(0.1),
            "right": right or keras.optimizers.SGD(0.1),
        },
        **compile_arguments,
    )
    return model


def ones(steps, batch=2):
    return tf.data.Dataset.from_tensors({"x": tf.ones([batch, 1])}).repeat(steps)


def weight(network):
    return float(network.trainable_variables[0].numpy()[0, 0])
