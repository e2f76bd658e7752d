"""How much a discriminator overfits, by held-out images (section 3)."""

import functools

import numpy as np

from tfgan_zoo.evaluation import PROTOCOLS, reference_arrays
from tfgan_zoo.evaluation.needs import needs
from tfgan_zoo.evaluation.protocols import Count, Seed
from tfgan_zoo.evaluation.references import stamp
from tfgan_zoo.utils.batching import in_batches


def overfitting_of(of_train, of_held_out, of_fake):
    """r_v of equation 1 from logits [n] each, a float.

    0 where held-out images are judged as those of training are, 1 where they are judged as fakes are.
    """
    train, held_out, fake = (float(np.mean(logits)) for logits in (of_train, of_held_out, of_fake))
    return (train - held_out) / (train - fake)


def _judges_augmented_images(model, config, settings):
    if not hasattr(model, "judge"):
        raise ValueError(f"{type(model).__name__} has no discriminator of augmented images")


@PROTOCOLS.register
@needs(_judges_augmented_images)
def overfitting(
    model, config, picture, samples: Count = 500, changes: Count = 4, split: str = "test", seed: Seed = 0
):
    """r_v and r_t of equation 1, of images as the discriminator is shown them, and the probability p of changes.

    In the course of training fakes are those of the weights that train; of weights that ship, of averages.

    Args:
        samples: at most so many images of each kind, and so many fakes.
        changes: how often each image is changed at random and judged.
        split: of the images that the discriminator never saw.
    """
    train, references = reference_arrays(config), reference_arrays(config, split)
    held_out = references["image"][:samples]
    # Not clipped to [-1, 1], as in training.
    make = functools.partial(model.sampler, training=False)
    fake = in_batches(make, model.sampler.inputs_of(samples, seed=seed), batch_size=250)

    def judged(images):
        return np.concatenate([model.judge(images, seed + k) for k in range(changes)])

    of_train, of_held_out = (judged(images / 127.5 - 1) for images in (train["image"][:samples], held_out))
    values = {
        "overfitting": overfitting_of(of_train, of_held_out, judged(fake)),
        "real_sign": float(np.mean(np.sign(of_train))),
        "augmentation_probability": float(model.augmentation.p.numpy()),
    }
    protocol = {
        **stamp(config, split, references),
        "n_train": len(of_train) // changes,
        "n_real": len(held_out),
        "n_fake": samples,
        "changes": changes,
        "seed": seed,
    }
    return [{"metric": name, "value": value, "protocol": protocol} for name, value in values.items()]
