"""Systems whose discriminator tells the classes of images apart and learns them from few labels."""

import numpy as np
import tensorflow as tf
from scipy import special

from tfgan_zoo.core import show
from tfgan_zoo.losses.semi_supervised import masked_cross_entropy
from tfgan_zoo.utils.batching import in_batches


class SemiSupervised:
    """The part of such a system that is the same in all; it stands before `AdversarialModel` among the bases.

    A batch has `image`, of all examples, and a labelled batch beside, `labelled_image` and `labelled_label`, as
    `data.load` gives where only some examples have a label. To `fit` one may also give images and labels that are -1
    where there is none: the labelled batch is then what has a label in the batch itself, so that each should hold some.

    The system has a `discriminator` of images, whose output is logits of classes or a dict with them under `logit`.
    With the argument `supervised_only`, which each such system has, it learns from the labelled batch alone.
    """

    # Whether the cross entropy of labels is a part of its loss.
    learns_from_labels = True

    @property
    def classes(self):
        """How many classes the discriminator tells apart."""
        return self._class_output(self.discriminator.output).shape[-1]

    @property
    def example_shapes(self):
        shapes = super().example_shapes
        labelled = {"labelled_image": shapes["image"], "labelled_label": ()}
        return shapes | labelled if self.learns_from_labels else shapes

    def batch(self, data):
        if isinstance(data, (tuple, list)) and len(data) == 2:
            data = {"image": data[0], "label": data[1]}
        if isinstance(data, dict) and "labelled_image" not in data and {"image", "label"} <= set(data):
            data = {**data, "labelled_image": data["image"], "labelled_label": data["label"]}
        return super().batch(data)

    def _class_output(self, judged):
        return judged["logit"] if isinstance(judged, dict) else judged

    def class_logits(self, images, training=False):
        """[B, H, W, C] -> logits [B, K]."""
        return self._class_output(self.discriminator(images, training=training))

    def supervised_step(self, data):
        """One step of the discriminator on labelled images alone: the baseline of semi-supervised learning."""

        def loss():
            loss = masked_cross_entropy(data["labelled_label"], self.class_logits(data["labelled_image"], True))
            return loss, {"labelled_loss": loss}

        return self.minimize("discriminator", loss)

    def picture(self, path, batch, seed=0):
        """Writes a row for each class: of a thousand samples the ten that are surest to be of it."""
        samples = self.generate(1000, seed=seed)
        with self.averaged():
            logits = in_batches(self.class_logits, samples, 250)
        surest = np.argsort(-special.softmax(logits, axis=1), axis=0, kind="stable")[:10].T
        show.examples(samples[surest.ravel()], self.example_key, path, columns=10)

    def classify(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"class_probs": [B, K]}."""
        return {"class_probs": tf.nn.softmax(tf.cast(self.class_logits(inputs["image"]), tf.float32))}

    def signatures(self):
        return super().signatures() | {"classify": (self.classify, self.example_specs())}
