"""Trains a classifier whose features score images, and writes its weights and card.

    python -m tfgan_zoo.benchmarks.train_classifier mnist --out pretrained/classifier/mnist

The data are TFDS', prepared on disk: padded to 32 x 32, shifted at random and, where a mirrored
image keeps its label, mirrored. SGD with Nesterov momentum, a warm-up and a cosine to zero.
"""

import dataclasses
import time
from pathlib import Path

import keras
import tensorflow as tf
import typer

from tfgan_zoo import data
from tfgan_zoo.evaluation.judges import classifier_accuracy
from tfgan_zoo.hub import cards
from tfgan_zoo.hub.weights import CARD, WEIGHTS, write_network
from tfgan_zoo.metrics.features.classifier import NETWORKS, SIDE, network
from tfgan_zoo.utils.files import sha256, write_json

BATCH = 128
_STEPS_A_CALL = 50
_RATE, _POLISHING_RATE = 0.1, 0.03


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How to train, in steps of 128 images, multiples of 50.

    shift: pixels that images move in each direction at most; mirror: whether labels allow it.
    polish: steps at the end that start again at a lower rate and move images by half as much.
    """

    steps: int
    shift: int
    mirror: bool
    polish: int = 0


RECIPES = {
    "mnist": Recipe(steps=3000, shift=2, mirror=False),
    "fashion_mnist": Recipe(steps=4500, shift=2, mirror=True, polish=1000),
    "cifar10": Recipe(steps=5000, shift=4, mirror=True),
}


def main(
    name: str,
    out: Path = typer.Option(..., help="the folder for the weights and the card"),
    seed: int = 0,
):
    """Trains NAME on its train split and writes its accuracy on the test split to the card."""
    recipe = RECIPES.get(name)
    if recipe is None:
        raise typer.BadParameter(f"no recipe for {name!r}; there are {', '.join(RECIPES)}")
    tf.config.experimental.enable_op_determinism()
    examples = data.arrays(name, "train", image_size=SIDE, fit="pad")
    begun = time.monotonic()
    model = train(NETWORKS[name], recipe, examples, seed)
    finish(name, model, out, seed, time.monotonic() - begun, len(examples["image"]))


def train(arguments, recipe, examples, seed=0):
    """The `network(**arguments)` trained on {"image": [n, 32, 32, C], "label": [n]} by a recipe."""
    keras.utils.set_random_seed(seed)
    model = network(**arguments)
    fit(model, examples, recipe, _RATE, seed)
    if recipe.polish:
        polish(model, examples, recipe, seed)
    return model


def polish(model, examples, recipe, seed):
    last = dataclasses.replace(recipe, steps=recipe.polish, shift=recipe.shift // 2)
    fit(model, examples, last, _POLISHING_RATE, seed + 1)


def fit(model, examples, recipe, rate, seed):
    """`recipe.steps` of SGD, a fifth of them to warm up to `rate`."""
    head = keras.Model(model.input, model.output["logits"])
    warm_up = recipe.steps // 5
    schedule = keras.optimizers.schedules.CosineDecay(
        rate / 10, recipe.steps - warm_up, warmup_target=rate, warmup_steps=warm_up
    )
    optimizer = keras.optimizers.SGD(schedule, momentum=0.9, nesterov=True, weight_decay=5e-4)
    optimizer.exclude_from_weight_decay(var_names=["gamma", "beta", "bias"])
    head.compile(
        optimizer,
        keras.losses.SparseCategoricalCrossentropy(from_logits=True),
        metrics=["accuracy"],
        steps_per_execution=_STEPS_A_CALL,
        jit_compile=False,
    )
    pause = max(_STEPS_A_CALL, recipe.steps // 10 // _STEPS_A_CALL * _STEPS_A_CALL)
    head.fit(
        augmented(examples, recipe, seed),
        steps_per_epoch=pause,
        epochs=recipe.steps // pause,
        shuffle=False,
        verbose=2,
    )


def finish(name, model, out, seed, seconds, count):
    """Writes the weights of `model`, trained on `count` images, and their card with the accuracy."""
    recipe = RECIPES[name]
    out.mkdir(parents=True, exist_ok=True)
    write_network(model, out / WEIGHTS)
    card = {
        "id": f"classifier/{name}",
        **cards.provenance(),
        "seed": seed,
        "recipe": {**dataclasses.asdict(recipe), "batch_size": BATCH},
        "epochs": round((recipe.steps + recipe.polish) * BATCH / count, 2),
        "wall_seconds": round(seconds, 1),
        "network": NETWORKS[name],
        "parameters": model.count_params(),
        "weights_sha256": sha256(out / WEIGHTS),
    }
    # The accuracy is that of the file, which loads only with a card.
    write_card(out, card)
    card["scores"] = classifier_accuracy(name, out)
    write_card(out, card)
    print(f"classifier/{name}: test accuracy {card['scores'][0]['value']:.4f}, {seconds:.0f} s")


def augmented(examples, recipe, seed):
    """An endless stream of (images, labels), the same for the same seed."""
    stream = data.load(examples, batch_size=BATCH, seed=seed, start_step=0)

    def change(step, batch):
        return vary(batch["image"], recipe, tf.stack([seed, step])), batch["label"]

    return stream.enumerate().map(change, num_parallel_calls=tf.data.AUTOTUNE).prefetch(8)


def vary(images, recipe, seed):
    """Each image [b, 32, 32, C] moved by up to `shift` pixels on black, and mirrored or not."""
    count, shift = tf.shape(images)[0], recipe.shift
    draws = tf.random.stateless_uniform([3, count], seed)
    corners = tf.cast(draws[:2] * (2 * shift + 1), tf.int32)
    mirrored = (draws[2] < 0.5) & recipe.mirror
    pixels = tf.range(SIDE)
    columns = tf.where(mirrored[:, None], SIDE - 1 - pixels, pixels)
    edge = [[0, 0], [shift, shift], [shift, shift], [0, 0]]
    padded = tf.pad(images, edge, constant_values=-1.0)
    moved = tf.gather(padded, corners[0][:, None] + pixels, axis=1, batch_dims=1)
    return tf.gather(moved, corners[1][:, None] + columns, axis=2, batch_dims=1)


def write_card(folder, card):
    write_json(folder / CARD, card)


if __name__ == "__main__":
    typer.run(main)
