"""Improved GAN: Improved Techniques for Training GANs, Salimans, Goodfellow, Zaremba, Cheung, Radford, Chen, NIPS 2016,
arXiv:1606.03498.

The discriminator tells K classes of real images apart, and fakes as one class more, so that it learns to classify
from labelled images, unlabelled ones and fakes (section 5). The generator makes images whose features, at a layer
within the discriminator, have the same mean as those of reals (section 3.1).

The paper's other techniques are options that the configs of other systems have, too: minibatch discrimination is
`minibatch_kernels` of a discriminator's builder, virtual batch norm `virtual_batch` of a generator's, historical
averaging the optimiser HistoricalAdam, and one-sided label smoothing `real_target`, which the system `gan` has as well.

Differs from the paper: weight norm starts at the lengths of its kernels, and not by data; G's last layer has none.
Historical averages are an optimiser's state, whose term has the weight 1e-3 by default, as the paper gives none. The
reals of G's step are those of D's, in a pass of their own.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.core.semi_supervised import SemiSupervised
from tfgan_zoo.losses import gan, semi_supervised
from tfgan_zoo.losses.feature_matching import NORMS, feature_matching
from tfgan_zoo.utils.registry import look_up

__all__ = ["ImprovedGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class ImprovedGAN(SemiSupervised, AdversarialModel):
    """One step of D on K + 1 classes, then one of G on feature matching.

    Args:
        generator: functional model, latents [B, d] -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, images -> {"logit": [B, K], "features": [B, d]}.
        generator_loss: "feature_matching", or "non_saturating" for the cross entropy of fakes taken for reals.
        feature_norm: of feature matching, "squared" (the authors' code for MNIST) or "absolute" (for CIFAR-10).
        real_target: what D is to say of reals; below 1, such as 0.9, for one-sided label smoothing.
        supervised_only: train D on the labelled images alone, as a baseline, and G not at all.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    # The loss is half of the GAN's.
    saturation = {"unlabelled_loss": gan.SATURATED / 2}

    def __init__(
        self,
        generator,
        discriminator,
        generator_loss="feature_matching",
        feature_norm="squared",
        real_target=1.0,
        supervised_only=False,
        prior="uniform",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.generator_loss = generator_loss
        losses = {"feature_matching": self._feature_matching, "non_saturating": self._non_saturating}
        self._generator_objective = look_up(generator_loss, losses, "generator loss")
        look_up(feature_norm, NORMS, "norm")
        self.feature_norm = feature_norm
        self.real_target = real_target
        self.supervised_only = supervised_only
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def train_step(self, data):
        if self.supervised_only:
            return self.supervised_step(data)
        noise, real = self.noise(), data["image"]
        logs = self._discriminator_step(data, self.sampler.draw(noise, self.rows(real)))
        return logs | self._generator_step(real, self.sampler.draw(noise, self.rows(real)))

    def _discriminator_step(self, data, latents):
        fake = self.sampler(latents, training=True)

        def discriminator_loss():
            # Labelled, real and fake images never share a batch, which minibatch discrimination would tell apart.
            labelled = semi_supervised.masked_cross_entropy(
                data["labelled_label"], self.class_logits(data["labelled_image"], training=True)
            )
            of_real, of_fake = (self.class_logits(images, training=True) for images in (data["image"], fake))
            unlabelled = semi_supervised.discriminator(of_real, of_fake, self.real_target)
            loss = labelled + unlabelled
            return loss, {"discriminator_loss": loss, "labelled_loss": labelled, "unlabelled_loss": unlabelled}

        return self.minimize("discriminator", discriminator_loss)

    def _generator_step(self, real, latents):
        def generator_loss():
            loss = self._generator_objective(real, self.sampler(latents, training=True))
            return loss, {"generator_loss": loss}

        return self.minimize("generator", generator_loss)

    def _feature_matching(self, real, fake):
        of_real, of_fake = (self.discriminator(images, training=True)["features"] for images in (real, fake))
        return feature_matching(of_real, of_fake, self.feature_norm)

    def _non_saturating(self, real, fake):
        return gan.generator_non_saturating(semi_supervised.real_logit(self.class_logits(fake, training=True)))

    def classify(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"class_probs": [B, K], "real_prob": [B]}."""
        logits = tf.cast(self.class_logits(inputs["image"]), tf.float32)
        return {"class_probs": tf.nn.softmax(logits), "real_prob": tf.sigmoid(semi_supervised.real_logit(logits))}
