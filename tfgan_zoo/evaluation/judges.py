"""How good the networks are by which models are scored: what their own cards say."""

from tfgan_zoo import data, metrics
from tfgan_zoo.text import encoders
from tfgan_zoo.text.retrieval import retrieved

# Among how many captions, its own and others drawn at random, an image is to find its own.
CHOICES = 10


def classifier_accuracy(name, folder=None):
    """The share of a data set's test split that its classifier gets right, through the extractor.

    Args:
        name: of a classifier, which is its data's.
        folder: where its weights and card lie; None for those that ship.

    Returns:
        A list of one score dict.
    """
    test = data.arrays(name, "test")
    logits = metrics.classifier(name, folder)(test["image"], batch_size=500)["logits"]
    value = float((logits.argmax(axis=1) == test["label"]).mean())
    protocol = {"data": f"{name}:test", "n_test": len(logits)}
    return [{"metric": "accuracy", "value": value, "protocol": protocol}]


def encoder_retrieval(name, source, folder=None):
    """The chance that an image's own caption is scored above others, in the test split of a data set.

    Args:
        name: of a text encoder.
        source: the name of the data set.
        folder: where its weights and card lie; None for those that ship.

    Returns:
        A list of one score dict.
    """
    encoder = encoders.load(name, folder)
    test = data.arrays(source, "test", image_size=encoder.image_size, keys=("image", "caption"))
    images, texts = encoder.embed_images(test["image"]), encoder.embed_captions(test["caption"])
    value = retrieved(images, texts, test["caption"], CHOICES)
    protocol = {"data": f"{source}:test", "n_test": len(test["caption"]), "choices": CHOICES}
    return [{"metric": "retrieval", "value": value, "protocol": protocol}]
