"""Figures of DCGAN's latents, from the weights that ship."""

import numpy as np

from tfgan_zoo import data, metrics
from tfgan_zoo.hub import models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.random import latents
from tfgan_zoo.systems.dcgan import claim
from tfgan_zoo.utils import pictures


def interpolation(path, config_id="dcgan/fashion_mnist", **_):
    """Walks along great circles between latents, a row a pair, from weights that ship."""
    model = models.load(config_id, weights="pretrained")
    ends = model.latents(16, seed=0)
    walk = latents.slerp(ends[:8], ends[8:], 9)
    images = model.decode(walk.swapaxes(0, 1).reshape(8 * 9, -1))
    pictures.save_grid(images, path, columns=9)


def arithmetic(path, config_id="dcgan/avatars", rows=8, **_):
    """Glasses put on by sums of mean latents: in each row with them, without, the other style, the sum."""
    model = models.load(config_id, weights="pretrained")
    judge = claim.reader(data.arrays(**load_config(config_id).data.model_dump()), epochs=4, seed=0)
    sums, terms = claim.add_glasses(model, judge, trials=rows, count=1000, seed=0)
    columns = [model.decode(z.astype(np.float32)) for z in (*terms.values(), sums)]
    pictures.save_columns(columns, path)


def nearest_neighbours(path, config_id="dcgan/fashion_mnist", **_):
    """Samples on the left, beside each its three nearest training images in pixels."""
    model = models.load(config_id, weights="pretrained")
    train = data.arrays(**load_config(config_id).data.model_dump())["image"]
    samples = pictures.to_uint8(model.generate(10, seed=0))
    flat = (images.reshape(len(images), -1) / np.float32(255) for images in (samples, train))
    indices, _ = metrics.nearest_neighbours(*flat, k=3)
    pictures.save_array(metrics.neighbours_picture(samples, train, indices), path)
