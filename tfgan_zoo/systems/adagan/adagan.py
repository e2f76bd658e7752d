"""AdaGAN: Boosting Generative Models, Tolstikhin, Gelly, Bousquet, Simon-Gabriel, Schoelkopf, NeurIPS 2017,
arXiv:1701.02386.

A mixture of GANs, each trained on data that are weighted towards what the mixture before it misses
(algorithm 1). To find that, a classifier learns to tell the data from samples of the mixture; where it is
sure of data, the mixture has nothing. The weights are those of the best next component, as far as the
classifier knows the densities (theorem 1).

Differs from the paper: the mixture's samples are drawn anew for each batch of the classifier. A component
counts in the mixture from its first step on.
"""

import contextlib
import warnings

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.copies import one_of, with_copies
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.replay import ExampleStore
from tfgan_zoo.core.sampler import Components, Latents, Sampler
from tfgan_zoo.core.unrolling import holding, unroll
from tfgan_zoo.losses import gan
from tfgan_zoo.utils.batching import in_batches

__all__ = ["AdaGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class AdaGAN(AdversarialModel):
    """Algorithm 1: the stages component_1, classifier_2, component_2, classifier_3 and so on.

    In component_t the generator and the discriminator of that number play a GAN on weighted data. In
    classifier_t a fresh classifier learns to tell the data, all alike, from the mixture of the t - 1
    components before.

    Args:
        generator: functional model, latents [B, d] -> examples; other components have fresh copies of it.
        discriminator: functional model, examples -> logits [B, 1]; copied alike.
        classifier: functional model, examples -> logits [B, 1], of data against samples; copied alike.
        components: T, how many there are.
        stored: how many of the data are kept to be weighted; as many as there are.
        beta: the weight of each new component in the mixture; None for 1 / t, which makes all equal.
        top_share: in place of the optimal weights, equal ones for this share of the data, that which the
            classifier is surest of, and none for the rest; 1 trains all components on the data as they are.
        unrolled: updates of the discriminator that a generator foresees (Metz et al. 2017); 5 in the release.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(
        self,
        generator,
        discriminator,
        classifier,
        components=5,
        stored=64_000,
        beta=None,
        top_share=None,
        unrolled=0,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if components < 2:
            raise ValueError(f"AdaGAN mixes two components or more; got components={components}.")
        for name, share in (("beta", beta), ("top_share", top_share)):
            if share is not None and not 0 < share <= 1:
                raise ValueError(f"AdaGAN needs 0 < {name} <= 1, or None; got {share}.")
        self.generator = generator
        self.discriminator = discriminator
        self.classifier = classifier
        self.components = components
        self.stored = stored
        self.beta = beta
        self.top_share = top_share
        self.unrolled = unrolled
        self.prior = prior
        self.generators = with_copies(generator, components)
        self.discriminators = with_copies(discriminator, components)
        self.classifiers = with_copies(classifier, components - 1)
        self.store = ExampleStore(stored, generator.output_shape[1:])
        self.mixture = self.add_weight(name="mixture", shape=[components], trainable=False)
        self.mixture.assign(mixture_weights(1, beta, components))
        sources = {"z": Latents(generator.input_shape[-1], prior), "component": Components(self.mixture)}
        self.sampler = Sampler(one_of(self.generators, "component"), sources)

    @property
    def stage_names(self):
        later = [f"{kind}_{t}" for t in range(2, self.components + 1) for kind in ("classifier", "component")]
        return ("component_1", *later)

    def players(self):
        generators = {f"generator_{t}": [each] for t, each in enumerate(self.generators, 1)}
        discriminators = {f"discriminator_{t}": [each] for t, each in enumerate(self.discriminators, 1)}
        classifiers = {f"classifier_{t}": [each] for t, each in enumerate(self.classifiers, 2)}
        return generators | discriminators | classifiers

    def _phase(self):
        """("component" or "classifier", t) of the present stage."""
        kind, _, t = (self.stage or "component_1").partition("_")
        return kind, int(t)

    def begin_stage(self):
        kind, t = self._phase()
        if kind == "component":
            self.mixture.assign(mixture_weights(t, self.beta, self.components))
            if t > 1:
                self.store.weigh(self.weights_of(self.store.held(), t))

    def weights_of(self, examples, t):
        """W_t of some data, float64 [n], by classifier t; equal ones, and a warning, where none are found."""
        classifier = self.classifiers[t - 2]
        logits = in_batches(lambda x: tf.cast(classifier(x, training=False), tf.float32), examples, 4096)
        # (1 - C) / C of a logit is e^-logit.
        ratios = np.exp(-logits[:, 0].astype(np.float64))
        if self.top_share is not None:
            return top_weights(ratios, self.top_share)
        weights = optimal_weights(ratios, _beta(t, self.beta))
        if weights is None:
            warnings.warn(f"Component {t} has equal weights, since no optimal ones were found.", stacklevel=2)
            return np.full(len(ratios), 1 / len(ratios))
        return weights

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        kind, t = self._phase()
        if kind == "classifier":
            return self._classifier_step(t, real, noise)
        if t == 1:
            self.store.keep(real)
        else:
            real = self.store.draw(self.rows(real), noise)
        return self._component_step(t, real, noise)

    def _classifier_step(self, t, real, noise):
        fake = self.sampler(self.sampler.draw(noise, self.rows(real)))
        classifier = self.classifiers[t - 2]

        def classifier_loss():
            loss = gan.discriminator(classifier(real, training=True), classifier(fake, training=True))
            return loss, {"classifier_loss": loss}

        return self.minimize(f"classifier_{t}", classifier_loss)

    def _component_step(self, t, real, noise):
        generator, discriminator = self.generators[t - 1], self.discriminators[t - 1]

        def discriminator_loss(fake):
            loss = gan.discriminator(discriminator(real, training=True), discriminator(fake, training=True))
            return loss, {"discriminator_loss": loss}

        def generator_loss():
            fake = generator(latents, training=True)
            with self._foreseen(t, lambda: discriminator_loss(fake)[0]):
                loss = gan.generator_non_saturating(discriminator(fake, training=True))
            return loss, {"generator_loss": loss}

        fake = generator(self._latents(real, noise), training=True)
        logs = self.minimize(f"discriminator_{t}", lambda: discriminator_loss(fake))
        latents = self._latents(real, noise)
        return logs | self.minimize(f"generator_{t}", generator_loss)

    def _latents(self, real, noise):
        return noise.latents(self.prior, [self.rows(real), self.generator.input_shape[-1]])

    def _foreseen(self, t, loss):
        """Within it, discriminator t is what it would be after `unrolled` more updates on a loss."""
        if not self.unrolled:
            return contextlib.nullcontext()
        variables = self.player_variables(f"discriminator_{t}")
        after = unroll(self.optimizer_of(f"discriminator_{t}"), variables, loss, self.unrolled)
        return holding(variables, after)

    def save_samples(self, path, n, seed, held_out):
        """As many samples of each component, in a colour of its own, or in a row."""
        trained = len(self.sampler.sources["component"].shown())
        show.conditions(self, path, max(1, n // trained), seed)

    def call(self, inputs):
        """Serving: {"z": [B, d], "component": [B], -1 to draw by the mixture's weights} -> examples."""
        asked, logits = inputs["component"], tf.math.log(self.mixture.value[None])
        drawn = tf.random.categorical(logits, tf.size(asked), dtype=tf.int32)[0]
        return super().call({**inputs, "component": tf.where(asked < 0, drawn, asked)})


def _beta(t, beta):
    """The weight with which component t enters the mixture."""
    if t == 1:
        return 1.0
    return 1 / t if beta is None else beta


def mixture_weights(t, beta, components):
    """The weights of the mixture after t steps, float64 [components]: old ones times 1 - beta, then beta."""
    weights = np.zeros(components)
    for step in range(1, t + 1):
        weights *= 1 - _beta(step, beta)
        weights[step - 1] = _beta(step, beta)
    return weights


def optimal_weights(ratios, beta):
    """W(i) proportional to max(0, lambda - (1 - beta) h_i), [n], summing to 1: equations 17 and 18.

    Args:
        ratios: h, of the mixture's density to that of the data, [n].
        beta: the weight of the component that is to be trained.

    Returns:
        None where no lambda fits, as may be for ratios that are not finite.
    """
    count, ordered = len(ratios), (1 - beta) * np.sort(ratios)
    taken = np.arange(1, count + 1)
    # Of the I smallest: beta (1 + (1 - beta) / beta sum / n) n / I.
    lambdas = (beta * count + np.cumsum(ordered)) / taken
    fits = (ordered <= lambdas) & (lambdas <= np.append(ordered[1:], np.inf))
    if not fits.any():
        return None
    weights = np.maximum(lambdas[fits.argmax()] - (1 - beta) * ratios, 0)
    return weights / weights.sum()


def top_weights(ratios, share):
    """Equal weights, [n], for the share of examples with the smallest ratios: the release's "topk"."""
    chosen = ratios <= np.quantile(ratios, share)
    return chosen / chosen.sum()
