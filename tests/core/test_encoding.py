"""Systems with an encoder: what is read, what is made again of it, what is refused."""

import keras
import numpy as np
import pytest
import tensorflow as tf
from keras import layers

from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler


class Pixel(Encoding, AdversarialModel):
    """Makes of z and a label the pixel z / 4 + label / 8, and reads z back; with `lossy` only its sign."""

    def __init__(self, lossy=False):
        super().__init__()
        self.lossy = lossy
        z, label = keras.Input([1], name="z"), keras.Input([], dtype="int32", name="label")
        pixel = layers.Rescaling(1 / 4)(z) + layers.Rescaling(1 / 8)(layers.Reshape([1])(label))
        self.generator = keras.Model({"z": z, "label": label}, layers.Reshape([1, 1, 1])(pixel))
        self.sampler = Sampler(self.generator, {"z": Latents(1), "label": Classes(3)})

    def players(self):
        return {"generator": [self.generator]}

    def encoder_specs(self):
        return self.example_specs() | {"label": tf.TensorSpec([None], tf.int32, name="label")}

    def encoding(self, inputs):
        z = 4 * (inputs["image"][:, 0, 0] - tf.cast(inputs["label"], tf.float32)[:, None] / 8)
        return {"z": tf.sign(z) if self.lossy else z, "size": tf.abs(z)}


IMAGES = np.array([0.5, -0.25, 0.125], np.float32).reshape(3, 1, 1, 1)


def test_codes_and_reconstructions_by_hand():
    model = Pixel()
    code = model.encode(IMAGES, batch_size=2, label=[0, 1, 2])
    np.testing.assert_allclose(code["z"], [[2.0], [-1.5], [-0.5]])
    np.testing.assert_allclose(code["size"], [[2.0], [1.5], [0.5]])
    np.testing.assert_allclose(model.reconstruct(IMAGES, label=[0, 1, 2]), IMAGES)
    lossy = Pixel(lossy=True).reconstruct(IMAGES, label=1)
    np.testing.assert_allclose(lossy[:, 0, 0, 0], [1 / 4 + 1 / 8, -1 / 4 + 1 / 8, 1 / 8], atol=1e-6)


def test_the_signature_has_the_codes_and_the_reconstruction():
    function, specs = Pixel().signatures()["encode"]
    assert set(specs) == {"image", "label"}
    served = function({"image": tf.constant(IMAGES), "label": tf.constant([0, 1, 2])})
    assert set(served) == {"z", "size", "reconstruction"}
    np.testing.assert_allclose(served["reconstruction"], IMAGES)


@pytest.mark.parametrize(
    ("images", "conditions", "message"),
    [
        (IMAGES, {}, "takes label beside the image; got nothing"),
        (IMAGES, {"label": 0, "style": 1}, "takes label beside the image; got label, style"),
        (IMAGES, {"label": [0, 1]}, "takes label of shape"),
        (IMAGES[..., 0], {"label": 0}, r"takes image of shape \[n, 1, 1, 1\]; got \(3, 1, 1\)"),
        (IMAGES[:0], {"label": 0}, "takes image of shape"),
    ],
)
def test_what_does_not_fit_is_refused(images, conditions, message):
    with pytest.raises(ValueError, match=message):
        Pixel().encode(images, **conditions)


def test_a_system_without_latents_reconstructs_nothing():
    model = Pixel()
    model.reconstructs = False
    assert set(model.signatures()["encode"][0]({"image": tf.constant(IMAGES), "label": tf.zeros([3], tf.int32)})) == {
        "z",
        "size",
    }
    with pytest.raises(ValueError, match="no latents to make them again"):
        model.reconstruct(IMAGES, label=0)
