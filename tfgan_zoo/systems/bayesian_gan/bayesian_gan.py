"""BayesianGAN: Bayesian GAN, Saatchi, Wilson, NIPS 2017, arXiv:1705.09558.

Not one generator and one discriminator are learnt but their posterior: there are several of each, and each is
a Markov chain of weights that stochastic gradient Hamiltonian Monte Carlo moves (Algorithm 1). Each generator
meets all discriminators, and each discriminator the fakes of all generators. The discriminators tell K
classes and fakes apart; their predictions, averaged over samples of their weights, classify images of which
few are labelled.

Differs from the paper: labels enter by a cross entropy, and the generators' loss has a Huber distance of
features, both as in the authors' code, but the distance is that of mean features and not that from one
example to another. Gradients, prior and noise are those of Algorithm 1, where that code takes the log-sum-exp
of losses, the mean of the squared weights, momentum of 0.5 and far less noise. The cross entropy of labels is a
mean, so that to SGHMC a hundred labels weigh as much as N examples do. Each chain moves once a step: as in the code,
the samples of Algorithm 1's inner loop are chains of their own. The fakes of all generators are one batch to
batch norm, whose moving averages follow reals alone. Predictions are averaged over earlier weights, too,
where the code takes the present ones alone.
"""

import contextlib

import keras
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.copies import choice, with_copies
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.core.semi_supervised import SemiSupervised
from tfgan_zoo.layers.batch_norm import kept_averages
from tfgan_zoo.losses import gan
from tfgan_zoo.losses.semi_supervised import masked_cross_entropy, real_logit
from tfgan_zoo.systems.bayesian_gan.samples import WeightSamples
from tfgan_zoo.utils.distribution import mean_over_replicas

__all__ = ["BayesianGAN"]

DESCENT, SAMPLING = "descent", "sampling"

# The least values of arguments.
_LEAST = {"examples": 1, "generator_chains": 1, "discriminator_chains": 1, "samples": 0, "sample_every": 1}


@keras.saving.register_keras_serializable("tfgan_zoo")
class BayesianGAN(SemiSupervised, AdversarialModel):
    """Algorithm 1: one update of all discriminators, then one of all generators.

    Both descend -log posterior / N, an energy per example: in the stage "descent" by any optimiser, such as
    Adam, and in the stage "sampling" by `core.optimizers.SGHMC`, while the discriminators' weights are kept
    from time to time.

    Args:
        generator: functional model, latents [B, d] -> images [B, H, W, C] in [-1, 1]; the other chains have
            fresh copies of it.
        discriminator: functional model, images -> {"logit": [B, K], "features": [B, f]}; copied alike.
        examples: N, the size of the training set.
        generator_chains: how many generators there are: J_g M, the paper's 10 times 2.
        discriminator_chains: how many discriminators there are: J_d M, the paper's 1 times 2.
        prior_deviation: of the normal prior of each weight; 1 in the paper's experiments on images.
        unlabelled_weight: of the loss of unlabelled reals and of fakes, these being averaged over generators;
            None for the number of generators, as Algorithm 1 sums over them.
        feature_match: the weight of the distance between mean features; at 0 D's output may be logits alone.
        samples: how many earlier samples of each discriminator's weights are kept, beside the present ones.
        sample_every: the steps from one kept sample to the next.
        supervised_only: train the discriminators on labelled images alone, as a baseline, and no generator.
        prior: the latents' distribution.
        seed: keys all the noise of training but that of SGHMC, which has a seed of its own.
    """

    saturation = {"unlabelled_loss": gan.SATURATED}
    stage_names = (DESCENT, SAMPLING)

    def __init__(
        self,
        generator,
        discriminator,
        examples,
        generator_chains=20,
        discriminator_chains=2,
        prior_deviation=1.0,
        unlabelled_weight=None,
        feature_match=1.0,
        samples=1,
        sample_every=1000,
        supervised_only=False,
        prior="uniform",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if feature_match and "features" not in _outputs(discriminator):
            raise ValueError("BayesianGAN needs a discriminator with an output features, or feature_match=0.")
        self.generator = generator
        self.discriminator = discriminator
        self.examples = examples
        self.generator_chains = generator_chains
        self.discriminator_chains = discriminator_chains
        self.prior_deviation = prior_deviation
        self.unlabelled_weight = unlabelled_weight
        self.feature_match = feature_match
        self.samples = samples
        self.sample_every = sample_every
        self.supervised_only = supervised_only
        self.prior = prior
        for name, least in _LEAST.items():
            if getattr(self, name) < least:
                raise ValueError(f"BayesianGAN needs {name} of {least} or more; got {getattr(self, name)}.")
        self.generators = with_copies(generator, generator_chains)
        self.discriminators = with_copies(discriminator, discriminator_chains)
        self.kept = [WeightSamples(each, samples) for each in self.discriminators] if samples else []
        latents, numbers = Latents(generator.input_shape[-1], prior), Classes(generator_chains)
        mixture = choice(self.generators, by="generator_index")
        self.sampler = Sampler(mixture, {"z": latents, "generator_index": numbers})

    def players(self):
        return {"discriminator": self.discriminators, "generator": self.generators}

    def train_step(self, data):
        if self.stage == SAMPLING:
            self._keep_samples()
        if self.supervised_only:
            return self.supervised_step(data)
        noise, image = self.noise(), data["image"]
        logs = self._discriminator_step(data, self._latents(noise, image))
        return logs | self._generator_step(image, self._latents(noise, image))

    def _keep_samples(self):
        for kept, discriminator in zip(self.kept, self.discriminators):
            kept.keep(discriminator, self.due(self.sample_every))

    def _latents(self, noise, image):
        """A batch of latents [B, d] for each generator."""
        shape = [self.rows(image), self.generator.input_shape[-1]]
        return [noise.latents(self.prior, shape) for _ in self.generators]

    def _fakes(self, latents):
        """Images [B J, ...]: one of each of the J generators, then another of each, and so on."""
        made = [generator(z, training=True) for generator, z in zip(self.generators, latents)]
        return tf.reshape(tf.stack(made, axis=1), [-1, *made[0].shape[1:]])

    def _discriminator_step(self, data, latents):
        fake, chains = self._fakes(latents), self.discriminator_chains
        weight = self.generator_chains if self.unlabelled_weight is None else self.unlabelled_weight

        def discriminator_loss():
            found = [self._unlabelled_loss(each, data["image"], fake) for each in self.discriminators]
            unlabelled = tf.add_n(found)
            labelled = self._labelled_loss(data, within=kept_averages)
            loss = labelled + weight * unlabelled + self._prior_energy("discriminator")
            logs = {"labelled_loss": labelled / chains, "unlabelled_loss": unlabelled / chains}
            return loss, {"discriminator_loss": loss, **logs}

        return self.minimize("discriminator", discriminator_loss)

    def _unlabelled_loss(self, discriminator, image, fake):
        """-E log p(real | x) - E log p(fake | G(z)) by one discriminator."""
        of_real = self._class_output(discriminator(image, training=True))
        with kept_averages(discriminator):
            of_fake = self._class_output(discriminator(fake, training=True))
        return gan.discriminator(real_logit(of_real), real_logit(of_fake))

    def _labelled_loss(self, data, within=contextlib.nullcontext):
        """The cross entropy of labelled images, summed over discriminators, each run in a context."""
        losses = []
        for discriminator in self.discriminators:
            with within(discriminator):
                logits = self._class_output(discriminator(data["labelled_image"], training=True))
            losses.append(masked_cross_entropy(data["labelled_label"], logits))
        return tf.add_n(losses)

    def _generator_step(self, image, latents):
        def generator_loss():
            fake = self._fakes(latents)
            judged = [self._deceit_and_distance(each, image, fake) for each in self.discriminators]
            deceit, distance = (tf.add_n(each) for each in zip(*judged))
            loss = deceit + self.feature_match * distance + self._prior_energy("generator")
            pairs = self.generator_chains * self.discriminator_chains
            logs = {"deceit_loss": deceit / pairs, "feature_distance": distance / pairs}
            return loss, {"generator_loss": loss, **logs}

        return self.minimize("generator", generator_loss)

    def _deceit_and_distance(self, discriminator, image, fake):
        """-E log p(real | G(z)) and the distance of features by one discriminator, summed over generators."""
        with kept_averages(discriminator):
            judged = discriminator(fake, training=True)
            deceit = gan.generator_non_saturating(real_logit(self._class_output(judged)))
            deceit *= self.generator_chains
            if not self.feature_match:
                return deceit, tf.constant(0.0)
            wanted = discriminator(image, training=True)["features"]
        features = tf.reshape(judged["features"], [-1, self.generator_chains, *wanted.shape[1:]])
        means = (_mean_over_batch(each) for each in (wanted[:, None], features))
        return deceit, tf.reduce_sum(keras.losses.huber(*means))

    def _prior_energy(self, player):
        """-log p(weights) / N of a player's chains, less a constant."""
        squares = tf.add_n([tf.reduce_sum(tf.square(each.value)) for each in self.player_variables(player)])
        return squares / (2 * self.prior_deviation**2 * self.examples)

    def supervised_step(self, data):
        """One step of the discriminators on labelled images alone, with the same prior."""

        def discriminator_loss():
            labelled = self._labelled_loss(data)
            loss = labelled + self._prior_energy("discriminator")
            return loss, {"discriminator_loss": loss, "labelled_loss": labelled / self.discriminator_chains}

        return self.minimize("discriminator", discriminator_loss)

    def classify(self, inputs):
        """Serving: the mean over the samples of D's weights, and the deviation from sample to sample.

        {"image": [B, H, W, C]} -> {"class_probs": [B, K], "class_std": [B, K]}
        """
        probs, weights = self._probs_by_sample(inputs["image"])
        weights = (weights / tf.reduce_sum(weights))[:, None, None]
        mean = tf.reduce_sum(weights * probs, axis=0)
        variance = tf.reduce_sum(weights * tf.square(probs - mean), axis=0)
        return {"class_probs": mean, "class_std": tf.sqrt(variance)}

    def _probs_by_sample(self, image):
        """Probabilities [S, B, K] by the discriminators now and at samples, and which of these exist, [S]."""
        outputs = [discriminator(image, training=False) for discriminator in self.discriminators]
        exist = [tf.ones([len(outputs)])]
        for kept, discriminator in zip(self.kept, self.discriminators):
            outputs += kept.outputs(discriminator, image)
            exist.append(kept.known)
        logits = tf.stack([tf.cast(self._class_output(each), tf.float32) for each in outputs])
        return tf.nn.softmax(logits), tf.concat(exist, axis=0)

    def picture(self, path, batch, seed=0):
        """Writes a row for each generator, all of the same latents."""
        show.conditions(self, path, columns=20, seed=seed)


def _mean_over_batch(features):
    """[B, J, f] -> [J, f]: over the batch of all replicas."""
    return mean_over_replicas(tf.reduce_mean(tf.cast(features, tf.float32), axis=0))


def _outputs(network):
    """The names of a network's outputs."""
    return network.output if isinstance(network.output, dict) else {}
