"""Translation: shapes checked, noise by place, batches."""

import keras
import numpy as np
import pytest
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Sampler, Uniform
from tfgan_zoo.layers.dropout import GivenDropout


class Fading(AdversarialModel):
    """Drops each pixel of a 2x2 image by its own noise; the way back is the identity."""

    def __init__(self):
        super().__init__()
        condition = keras.Input([2, 2, 1], name="condition")
        noise = keras.Input([4], name="noise")
        self.there = keras.Model(
            {"condition": condition, "noise": noise}, GivenDropout(0.5)([condition, noise])
        )
        image = keras.Input([2, 2, 1])
        self.back = keras.Model(image, keras.layers.Identity()(image))

    def samplers(self):
        return {
            "there": Sampler(self.there, {"noise": Uniform(4)}, makes="image", of="condition", paired=True),
            "back": Sampler(self.back, {}, makes="condition", of="image"),
        }


def halves(n):
    return np.full([n, 2, 2, 1], 0.5, np.float32)


def test_an_images_noise_depends_on_the_seed_and_its_place_alone():
    model = Fading()
    seven = model.translate(halves(7), seed=3)
    assert set(np.unique(seven)) == {0, 1}
    assert len(np.unique(seven, axis=0)) > 1
    np.testing.assert_array_equal(model.translate(halves(3), seed=3), seven[:3])
    np.testing.assert_array_equal(model.translate(halves(7), seed=3, batch_size=2), seven)
    assert not np.array_equal(model.translate(halves(7), seed=4), seven)


def test_a_direction_is_chosen_by_name():
    np.testing.assert_array_equal(Fading().translate(halves(2), direction="back"), halves(2))
    with pytest.raises(ValueError, match="Fading translates there, back; got 'up'"):
        Fading().translate(halves(2), direction="up")


def test_shapes_are_those_of_both_domains():
    assert Fading().example_shapes == {"condition": (2, 2, 1), "image": (2, 2, 1)}


@pytest.mark.parametrize("shape", [(2, 2, 1), (3, 2, 2, 3), (0, 2, 2, 1)])
def test_other_shapes_are_refused(shape):
    with pytest.raises(ValueError, match=r"must have shape \[n, 2, 2, 1\]"):
        Fading().translate(np.zeros(shape))


def test_a_bare_tensor_is_no_pair():
    with pytest.raises(ValueError, match="dicts of condition and image; got a bare tensor"):
        Fading().batch(tf.zeros([2, 2, 2, 1]))


def test_averaged_weights_translate():
    class Scaling(AdversarialModel):
        def __init__(self):
            super().__init__()
            image = keras.Input([1, 1, 1])
            scale = keras.layers.Dense(1, use_bias=False, kernel_initializer="ones")
            self.network = keras.Model(image, scale(image))

        def players(self):
            return {"generator": [self.network]}

        def samplers(self):
            return {"there": Sampler(self.network, {}, makes="image_b", of="image_a")}

    model = Scaling()
    model.compile({"generator": keras.optimizers.SGD(1.0, use_ema=True, ema_momentum=0.5)})
    for _ in range(2):
        model.minimize("generator", lambda: (tf.reduce_sum(model.network(tf.ones([1, 1, 1, 1]))), {}))
    # The weight went 1, 0, -1, its average 0, then 0 / 2 - 1 / 2.
    assert model.translate(np.ones([1, 1, 1, 1])).item() == -0.5
    assert model.network(tf.ones([1, 1, 1, 1])).numpy().item() == -1


def test_there_is_nothing_to_generate_from():
    with pytest.raises(ValueError, match=r"no latents; it translates images: translate\(images\)"):
        Fading().generate(4)
