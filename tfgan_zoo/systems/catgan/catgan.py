"""CatGAN: Unsupervised and Semi-supervised Learning with Categorical Generative Adversarial Networks, Springenberg,
ICLR 2016, arXiv:1511.06390.

The discriminator has no output for "real": it sorts images into K classes, and is to be certain of the class of each
real image, to use all classes alike, and to be uncertain about the class of fakes. The generator makes images of
whose classes the discriminator is certain and which fill all classes alike (section 3). A cross entropy on the
labelled images, where there are any, gives the classes their names.

Differs from the paper: the rates, the weight of the cross entropy and the sizes of the networks are of the zoo's own
choice. The moving averages of D's batch norms, by which it classifies after training, follow real images alone: fakes
have other statistics.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.core.semi_supervised import SemiSupervised
from tfgan_zoo.layers.batch_norm import kept_averages
from tfgan_zoo.losses.semi_supervised import entropy_of_mean, masked_cross_entropy, mean_of_entropies

__all__ = ["CatGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class CatGAN(SemiSupervised, AdversarialModel):
    """One step of each player on entropies of the K classes.

    The balance of the classes is measured on a batch, which should have five examples or more for each.

    Args:
        generator: functional model, latents [B, d] -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, images -> logits [B, K], or a dict with them under `logit`.
        label_weight: of the cross entropy of labelled images; at 0 training is unsupervised and takes no labels.
        fake_weight: of the entropy of fakes in D's loss; the paper's 1.
        supervised_only: train D on the labelled images alone, as a baseline, and G not at all.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    def __init__(
        self,
        generator,
        discriminator,
        label_weight=1.0,
        fake_weight=1.0,
        supervised_only=False,
        prior="uniform",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if supervised_only and not label_weight:
            raise ValueError("CatGAN with supervised_only=True learns from labels; give it a label_weight above 0.")
        self.generator = generator
        self.discriminator = discriminator
        self.label_weight = label_weight
        self.fake_weight = fake_weight
        self.supervised_only = supervised_only
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    @property
    def learns_from_labels(self):
        return self.label_weight != 0

    def train_step(self, data):
        if self.supervised_only:
            return self.supervised_step(data)
        noise, rows = self.noise(), self.rows(data["image"])
        logs = self._discriminator_step(data, self.sampler.draw(noise, rows))
        return logs | self._generator_step(self.sampler.draw(noise, rows))

    def _discriminator_step(self, data, latents):
        fake = self.sampler(latents, training=True)

        def discriminator_loss():
            # Each kind of image is a batch of its own to batch norm.
            of_real = self.class_logits(data["image"], training=True)
            with kept_averages(self.discriminator):
                of_fake = self.class_logits(fake, training=True)
                labelled = self._labelled_loss(data)
            certainty, balance = mean_of_entropies(of_real), entropy_of_mean(of_real)
            of_fakes = mean_of_entropies(of_fake)
            loss = certainty - balance - self.fake_weight * of_fakes + self.label_weight * labelled
            logs = {"real_entropy": certainty, "real_balance": balance, "fake_entropy": of_fakes}
            return loss, {"discriminator_loss": loss, "labelled_loss": labelled, **logs}

        return self.minimize("discriminator", discriminator_loss)

    def _labelled_loss(self, data):
        if not self.learns_from_labels:
            return tf.constant(0.0)
        logits = self.class_logits(data["labelled_image"], training=True)
        return masked_cross_entropy(data["labelled_label"], logits)

    def _generator_step(self, latents):
        def generator_loss():
            with kept_averages(self.discriminator):
                logits = self.class_logits(self.sampler(latents, training=True), training=True)
            loss = mean_of_entropies(logits) - entropy_of_mean(logits)
            return loss, {"generator_loss": loss}

        return self.minimize("generator", generator_loss)

    def classify(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"class_probs": [B, K], "cluster": int32 [B], the likeliest class}."""
        found = super().classify(inputs)
        return found | {"cluster": tf.argmax(found["class_probs"], axis=-1, output_type=tf.int32)}
