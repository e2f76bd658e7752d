"""Trains a text encoder together with an image network, and writes their weights and card.

    python -m tfgan_zoo.benchmarks.train_encoder noto_emoji --out pretrained/text/noto_emoji

The structured joint embedding of Reed, Akata, Lee, Schiele 2016 (arXiv:1605.05395, section 3): the
compatibility F(v, t) = theta(v) . phi(t) of an image and a text of its class is to exceed that of every
wrong pair by the 0-1 loss, from both sides. Each distinct caption is a class of its own here, and the
hinges are averaged over the wrong pairs of a batch, as the authors' code does, where the paper has
the largest.
"""

import dataclasses
import time
from pathlib import Path

import keras
import tensorflow as tf
import typer
from keras import layers

from tfgan_zoo import data
from tfgan_zoo.evaluation.judges import encoder_retrieval
from tfgan_zoo.hub import cards
from tfgan_zoo.hub.weights import CARD, WEIGHTS, write_network
from tfgan_zoo.text import encoders
from tfgan_zoo.text.characters import characters
from tfgan_zoo.utils.files import sha256, write_json

BATCH = 128
_RATE = 1e-3


@dataclasses.dataclass(frozen=True)
class Recipe:
    """How to train: on the train split of a data set with captions, for steps of 128 pairs."""

    data: str
    steps: int
    seed: int = 0


RECIPES = {
    "noto_emoji": Recipe("noto_emoji", steps=600),
    "noto_emoji_paper": Recipe("noto_emoji", steps=600),
    "avatars": Recipe("described/avatars/avataaars", steps=800),
    # Nothing is trained on its embeddings: it judges what was trained on those of "avatars".
    "avatars_matcher": Recipe("described/avatars/avataaars", steps=800, seed=1),
}


def main(
    name: str,
    out: Path = typer.Option(..., help="the folder for the weights and the card"),
):
    """Trains NAME and writes the share of captions it finds among ten, on the test split, to the card."""
    recipe = RECIPES.get(name)
    if recipe is None:
        raise typer.BadParameter(f"no recipe for {name!r}; there are {', '.join(RECIPES)}")
    tf.config.experimental.enable_op_determinism()
    keras.utils.set_random_seed(recipe.seed)
    encoder = encoders.build(name)
    begun = time.monotonic()
    size = encoder.image_size
    pairs = data.arrays(recipe.data, "train", image_size=size, keys=("image", "caption"))
    fit(encoder, pairs, recipe.steps, recipe.seed)
    finish(encoder, recipe, out, time.monotonic() - begun)


def fit(encoder, pairs, steps, seed):
    """`steps` of AdamW on {"image": uint8 [n, H, H, 3], "caption": [n]}.

    The rate falls to zero along a cosine.
    """
    rate = keras.optimizers.schedules.CosineDecay(_RATE, steps)
    optimizer = keras.optimizers.AdamW(rate, weight_decay=1e-3)
    moved = keras.Sequential(
        [
            layers.RandomTranslation(0.1, 0.1, fill_mode="nearest", seed=seed),
            layers.RandomZoom(0.1, fill_mode="nearest", seed=seed),
        ]
    )
    variables = encoder.networks().trainable_variables
    optimizer.build(variables)

    @tf.function
    def step(image, caption):
        same = caption[:, None] == caption[None, :]
        with tf.GradientTape() as tape:
            seen = encoder.image(moved(image, training=True), training=True)
            read = encoder.text(characters(caption, encoder.text.input_shape[1]), training=True)
            loss = joint_loss(tf.matmul(seen, read, transpose_b=True), same)
        optimizer.apply(tape.gradient(loss, [variable.value for variable in variables]), variables)
        return loss

    stream = data.load(pairs, batch_size=min(BATCH, len(pairs["caption"])), seed=seed, start_step=0)
    for number, batch in enumerate(stream.take(steps), start=1):
        loss = step(batch["image"], batch["caption"])
        if number % max(1, steps // 10) == 0:
            print(f"step {number}: loss {float(loss):.4f}", flush=True)


def joint_loss(scores, same):
    """The mean hinge over all wrong pairs, each seen from its image and from its text.

    Args:
        scores: F(v, t), [B, B]: a row for every image, a column for every text, right on the diagonal.
        same: bool [B, B], where the text of the column is as right as the row's own.
    """
    right = tf.linalg.diag_part(scores)
    from_image = tf.nn.relu(1.0 + scores - right[:, None])
    from_text = tf.nn.relu(1.0 + scores - right[None, :])
    wrong = tf.cast(~same, tf.float32)
    return tf.reduce_sum(wrong * (from_image + from_text)) / tf.maximum(tf.reduce_sum(wrong), 1.0)


def finish(encoder, recipe, out, seconds):
    """Writes the weights of a trained `encoder` and their card with its score."""
    out.mkdir(parents=True, exist_ok=True)
    networks = encoder.networks()
    write_network(networks, out / WEIGHTS)
    card = {
        "id": f"text/{encoder.name}",
        **cards.provenance(),
        "recipe": {**dataclasses.asdict(recipe), "batch_size": BATCH},
        "wall_seconds": round(seconds, 1),
        "network": encoders.NETWORKS[encoder.name],
        "parameters": networks.count_params(),
        "weights_sha256": sha256(out / WEIGHTS),
    }
    # The score is that of the file, which loads only with a card.
    write_card(out, card)
    card["scores"] = encoder_retrieval(encoder.name, recipe.data, out)
    write_card(out, card)
    print(f"text/{encoder.name}: retrieval {card['scores'][0]['value']:.4f}, {seconds:.0f} s")


def write_card(folder, card):
    write_json(folder / CARD, card)


if __name__ == "__main__":
    typer.run(main)
