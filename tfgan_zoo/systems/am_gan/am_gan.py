"""AM-GAN: Activation Maximization Generative Adversarial Nets, Zhou, Cai, Rong, Song, Ren, Zhang, Yu, Wang, ICLR 2018,
arXiv:1703.02000.

The discriminator tells K classes of reals and, as the class K + 1, fakes apart. In LabelGAN (Salimans et al. 2016)
the generator raises the sum of the K probabilities, so that a sample is drawn towards several classes at once, each
by its probability. AM-GAN gives each sample one class as its target and raises that one's probability among all
K + 1: the class that the discriminator finds likeliest at this step (dynamic labels), or one that is drawn
beforehand and given to the generator (predefined labels).

Differs from the paper: the AM score is by a small classifier of the zoo, the paper's is by a DenseNet. Dropout stands
after each convolution, as in the authors' refactored code, whose fifth dropout, weight norm and multiplicative noise
are left out. The scale of the first weights is a guess.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.classes import require_classes
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.losses import gan
from tfgan_zoo.losses.classification import cross_entropy
from tfgan_zoo.utils.batching import in_batches

__all__ = ["AMGAN"]

TARGETS = ("dynamic", "predefined", "any_class")


@keras.saving.register_keras_serializable("tfgan_zoo")
class AMGAN(AdversarialModel):
    """One step of each player on cross entropies over K + 1 classes.

    Args:
        generator: functional model, z [B, d] -> images [B, H, W, C] in [-1, 1]; with predefined targets
            {"z": [B, d], "label": [B]} -> images.
        discriminator: functional model, images -> logits [B, classes + 1], of which the last is that of fakes.
        targets: "dynamic", a sample's likeliest class; "predefined", drawn and given to the generator;
            "any_class", none, which is LabelGAN's loss.
        classes: K, how many classes reals have.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    saturation = {"source_loss": gan.SATURATED}

    def __init__(self, generator, discriminator, targets="dynamic", classes=10, prior="normal", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        if targets not in TARGETS:
            raise ValueError(f"The targets of AM-GAN are {', '.join(TARGETS)}; got {targets!r}.")
        self.generator = generator
        self.discriminator = discriminator
        self.targets = targets
        self.classes = classes
        self.prior = prior
        inputs = generator.input if isinstance(generator.input, dict) else {"z": generator.input}
        _require_fitting(targets, inputs, discriminator, classes)
        sources = {"z": Latents(inputs["z"].shape[-1], prior)}
        if targets == "predefined":
            require_classes(generator, "label", classes)
            sources["label"] = Classes(classes)
        self.sampler = Sampler(generator, sources)

    @property
    def example_shapes(self):
        return super().example_shapes | {"label": ()}

    def train_step(self, data):
        noise, real, label = self.noise(), data["image"], data["label"]
        rows = self.rows(real)
        fake = self.sampler(self.sampler.draw(noise, rows), training=True)

        def discriminator_loss():
            of_real, of_fake = (self.discriminator(images, training=True) for images in (real, fake))
            of_class = cross_entropy(label, of_real)
            loss = of_class + cross_entropy(tf.fill([rows], self.classes), of_fake)
            source = gan.discriminator(real_logit(of_real), real_logit(of_fake))
            return loss, {"discriminator_loss": loss, "real_class_loss": of_class, "source_loss": source}

        inputs = self.sampler.draw(noise, rows)

        def generator_loss():
            logits = self.discriminator(self.sampler(inputs, training=True), training=True)
            loss = self._generator_objective(logits, inputs.get("label"))
            return loss, {"generator_loss": loss}

        logs = self.minimize("discriminator", discriminator_loss)
        return logs | self.minimize("generator", generator_loss)

    def _generator_objective(self, logits, label):
        if self.targets == "any_class":
            return gan.generator_non_saturating(real_logit(logits))
        return cross_entropy(likeliest_class(logits) if self.targets == "dynamic" else label, logits)

    def class_logits(self, images):
        """Images [B, H, W, C] in [-1, 1] -> float32 logits [B, classes + 1]."""
        return tf.cast(self.discriminator(images, training=False), tf.float32)

    def classify(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"class_probs": [B, classes + 1]}, the last that of being a fake."""
        return {"class_probs": tf.nn.softmax(self.class_logits(inputs["image"]))}

    def signatures(self):
        return super().signatures() | {"classify": (self.classify, self.example_specs())}

    def picture(self, path, batch, seed=0):
        """A row for each class: of a thousand samples the ten that the discriminator is surest of."""
        self._show(path, 10, seed)

    def save_samples(self, path, n, seed, held_out):
        """As `picture`, `n` images in all, or a few less so that classes have as many each."""
        self._show(path, max(1, n // self.classes), seed)

    def _show(self, path, columns, seed):
        if self.targets == "predefined":
            show.conditions(self, path, columns, seed)
            return
        samples = self.generate(100 * columns, seed=seed)
        with self.averaged():
            probs = in_batches(lambda images: self.classify({"image": images})["class_probs"], samples, 250)
        surest = np.argsort(-probs[:, : self.classes], axis=0, kind="stable")[:columns].T
        show.examples(samples[surest.ravel()], self.example_key, path, columns)


def real_logit(logits):
    """[B, K + 1] -> [B]: log sum_{i <= K} p_i / p_{K+1}, the logit of being no fake, in float32."""
    logits = tf.cast(logits, tf.float32)
    return tf.reduce_logsumexp(logits[:, :-1], axis=-1) - logits[:, -1]


def likeliest_class(logits):
    """[B, K + 1] -> int32 [B]: the likeliest class of reals, through which no gradient goes."""
    return tf.argmax(logits[:, :-1], axis=-1, output_type=tf.int32)


def _require_fitting(targets, inputs, discriminator, classes):
    """Raises ValueError unless networks have the inputs and outputs that the targets and classes ask for."""
    if (targets == "predefined") != ("label" in inputs):
        has = "takes" if "label" in inputs else "takes no"
        raise ValueError(
            f"With {targets} targets the generator {has} labels; it needs them with predefined ones alone "
            "(networks.generator.classes)."
        )
    found = discriminator.output_shape[-1]
    if found != classes + 1:
        raise ValueError(
            f"The discriminator has {found} logits; for {classes} classes and that of fakes it needs {classes + 1} "
            "(classes=...)."
        )
