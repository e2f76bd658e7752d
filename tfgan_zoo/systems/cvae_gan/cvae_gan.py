"""CVAE-GAN: Fine-Grained Image Generation through Asymmetric Training, Bao, Chen, Wen, Li, Hua, ICCV 2017,
arXiv:1703.10155.

An encoder and a generator reconstruct images of given classes as a conditional VAE does; a discriminator judges
images, and a classifier learns their classes. The training is asymmetric: neither gives the generator its cross
entropy. Reconstructions are to have the features that both read of the image itself, and samples the features of
reals on average, over all images in the discriminator and within each class in the classifier. Averages move from
batch to batch, since a batch has few images of a class (Algorithm 1).

Differs from the paper: samples take their labels from the batch of reals, so that the averages of both are over the
same classes; they forget a tenth at each step, for which the paper gives no number. All four losses are of the weights
before the step, in one pass. The encoder and the classifier are small convolutional networks, not GoogLeNets, and
features are the last maps.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.classes import require_classes, require_logits
from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.layers.style_code import drawn
from tfgan_zoo.losses import gan, variational
from tfgan_zoo.losses.classification import cross_entropy
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.distribution import mean_over_replicas

__all__ = ["CVAEGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class CVAEGAN(Encoding, AdversarialModel):
    """One step of all four players, each on its own losses alone (Algorithm 1).

    Args:
        encoder: functional model, {"image": [B, H, W, C], "label": [B]} -> {"mu": [B, d], "logvar": [B, d]}.
        generator: functional model, {"z": [B, d], "label": [B]} -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, images -> {"logit": [B, 1], "features": [B, n]}.
        classifier: functional model, images -> {"logit": [B, classes], "features": [B, m]}. It reads fakes, too, but
            does not learn of them, so it is to have no batch norm, whose averages would.
        kl_weight: lambda_1, of the divergence of codes, in nats.
        reconstruction_weight: lambda_2, of the distance of images from their reconstructions (L_G).
        mean_weight: lambda_3, of the distance of samples' mean features from those of reals (L_GD).
        class_mean_weight: lambda_4, of the same within each class (L_GC).
        match_features: whether reconstructions are compared by features, too, and not by their pixels alone. Without
            it, and with the last two weights at 0, encoder and generator are a conditional VAE.
        momentum: the share of the moving averages that a step keeps, in [0, 1).
        classes: how many there are.
        seed: keys all the noise of training.

    Raises:
        ValueError: a weight is negative, the momentum is out of range, or a network has another number of classes.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(
        self,
        encoder,
        generator,
        discriminator,
        classifier,
        kl_weight=3.0,
        reconstruction_weight=1.0,
        mean_weight=1e-3,
        class_mean_weight=1e-3,
        match_features=True,
        momentum=0.9,
        classes=10,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if not 0 <= momentum < 1:
            raise ValueError(f"The momentum of CVAE-GAN's averages is in [0, 1); got {momentum}.")
        if min(kl_weight, reconstruction_weight, mean_weight, class_mean_weight) < 0:
            raise ValueError("The weights of CVAE-GAN's losses are at least 0.")
        self.encoder = encoder
        self.generator = generator
        self.discriminator = discriminator
        self.classifier = classifier
        self.kl_weight = kl_weight
        self.reconstruction_weight = reconstruction_weight
        self.mean_weight = mean_weight
        self.class_mean_weight = class_mean_weight
        self.match_features = match_features
        self.momentum = momentum
        self.classes = classes
        self.latent_dim = generator.input["z"].shape[-1]
        self.sampler = Sampler(generator, {"z": Latents(self.latent_dim), "label": Classes(classes)})
        require_classes(encoder, "label", classes)
        require_logits(classifier, "logit", classes)
        # Moving averages of the features of reals and of samples, [2, groups, n].
        self.means = self._averages("means", 1, discriminator)
        self.class_means = self._averages("class_means", classes, classifier)

    def _averages(self, name, groups, network):
        return self.add_weight(
            name=name,
            shape=[2, groups, network.output["features"].shape[-1]],
            dtype="float32",
            initializer="zeros",
            trainable=False,
            aggregation="only_first_replica",
        )

    @property
    def example_shapes(self):
        return super().example_shapes | {"label": ()}

    def players(self):
        return {
            "classifier": [self.classifier],
            "discriminator": [self.discriminator],
            "generator": [self.generator],
            "encoder": [self.encoder],
        }

    def train_step(self, data):
        noise, real, label = self.noise(), data["image"], data["label"]
        rows = self.rows(real)
        epsilon = noise.latents("normal", [rows, self.latent_dim])
        z = self.sampler.draw(noise, rows, label=label)["z"]

        logs, (means, class_means) = self.minimize_together(
            list(self.players()), lambda: self._objectives(real, label, epsilon, z)
        )
        self.means.assign(means)
        self.class_means.assign(class_means)
        return logs

    def _objectives(self, real, label, epsilon, z):
        """({player: its loss}, (what to log, the averages with this batch))."""
        mu, logvar = self._posterior(real, label, training=True)
        reconstructed = self.sampler({"z": drawn(mu, logvar, epsilon), "label": label}, training=True)
        sampled = self.sampler({"z": z, "label": label}, training=True)
        images = (real, reconstructed, sampled)
        judged, classified = (
            [network(each, training=True) for each in images] for network in (self.discriminator, self.classifier)
        )
        everyone, of_class = tf.ones([self.rows(real), 1]), tf.one_hot(label, self.classes)
        means = self._moved(self.means, judged, everyone)
        class_means = self._moved(self.class_means, classified, of_class)

        divergence = tf.reduce_mean(variational.divergence(mu, logvar))
        reconstruction = self._reconstruction_loss(images, judged, classified)
        mean_loss, class_mean_loss = (half_squares(each[0] - each[1]) for each in (means, class_means))
        of_real, of_reconstructed, of_sampled = (each["logit"] for each in judged)
        losses = {
            "classifier": cross_entropy(label, classified[0]["logit"]),
            # The second term is that of samples, -E log(1 - D).
            "discriminator": gan.discriminator(of_real, of_reconstructed) - gan.generator_minimax(of_sampled),
            "generator": self.reconstruction_weight * reconstruction
            + self.mean_weight * mean_loss
            + self.class_mean_weight * class_mean_loss,
            "encoder": self.kl_weight * divergence + self.reconstruction_weight * reconstruction,
        }
        logs = {f"{player}_loss": loss for player, loss in losses.items()} | {
            "divergence": divergence,
            "reconstruction_loss": reconstruction,
            "mean_loss": mean_loss,
            "class_mean_loss": class_mean_loss,
        }
        return losses, (logs, (means, class_means))

    def _reconstruction_loss(self, images, judged, classified):
        """L_G: half the squared distances of images and features from those of their reconstructions."""
        pairs = [images[:2]]
        if self.match_features:
            pairs += [(seen[0]["features"], seen[1]["features"]) for seen in (judged, classified)]
        of_batch = tf.add_n([half_squares(tf.cast(a, tf.float32) - tf.cast(b, tf.float32)) for a, b in pairs])
        return of_batch / tf.cast(self.rows(images[0]), tf.float32)

    def _moved(self, averages, seen, groups):
        """The averages [2, groups, n] with what a network sees of reals and of samples in this batch.

        groups: [B, groups], 1 where an example is of a group. The average of a group without examples stays.
        """
        now = [tf.cast(seen[place]["features"], tf.float32) for place in (0, -1)]
        sums = tf.stack([tf.matmul(groups, features, transpose_a=True) for features in now])
        sums, counts = mean_over_replicas([sums, tf.reduce_sum(groups, axis=0)[:, None]])
        moves = (1.0 - self.momentum) * tf.cast(counts > 0, tf.float32)
        kept = averages.value
        return kept + moves * (tf.math.divide_no_nan(sums, counts) - kept)

    def _posterior(self, image, label, training):
        """q(z | x, c): its mean and log-variance, float32 [B, d]."""
        code = self.encoder({"image": image, "label": label}, training=training)
        return tf.cast(code["mu"], tf.float32), tf.cast(code["logvar"], tf.float32)

    def encoding(self, inputs):
        """Serving: {"image", "label"} -> {"mu", "logvar"} of q(z | x, c) and its mode "z", all [B, d]."""
        mu, logvar = self._posterior(inputs["image"], inputs["label"], training=False)
        return {"z": mu, "mu": mu, "logvar": logvar}

    def encoder_specs(self):
        return self.example_specs() | {"label": tf.TensorSpec([None], tf.int32, name="label")}

    def picture(self, path, batch, seed=0, samples=8):
        """A real image | its reconstruction | `samples` samples of its class, from the same latents in each row."""
        images, labels = batch["image"].numpy(), batch["label"].numpy()
        z = self.latents(samples, seed)
        made = [self.decode(np.tile(each, [len(images), 1]), label=labels) for each in z]
        pictures.save_columns([images, self.reconstruct(images, label=labels), *made], path)


def half_squares(differences):
    """Half of the sum of squares of all numbers, a scalar."""
    return 0.5 * tf.reduce_sum(tf.square(differences))
