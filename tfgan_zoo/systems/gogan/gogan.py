"""GoGAN: Gang of GANs: Generative Adversarial Networks with Maximum Margin Ranking, Juefei-Xu, Boddeti, Savvides,
2017, arXiv:1704.04865.

WGANs in a row, each of which goes on from the one before. Their critics have a margin: a critic that scores a
real image above a sample by epsilon or more asks for nothing further. From the second stage on, the critic also
has to score reals above samples of the last stage's generator, by twice the margin: it ranks reals above samples
of the new generator above samples of the old one. Where its margins hold, each stage halves the distance to the
data that is left.

Differs from the paper: its text was not at hand, and the loss is written after a public port. There the old generator
is scored by its own critic, here by the new one, as in the authors' RankGAN; there both stages' networks go on
training, here the earlier ones stay as they are. Where clipped weights reach no gap of epsilon, `measure_margin` has
it measured in a stage before, `warm_up`: half of what the critic of a WGAN scores reals above samples. Masked images
are not completed; `invert` finds the latents of whole ones.
"""

import warnings
from dataclasses import dataclass

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.copies import choice, with_copies
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import hinge, wasserstein
from tfgan_zoo.utils.distribution import mean_over_replicas

__all__ = ["GoGAN"]

WARM_UP = "warm_up"
# Of a critic step in the mean of the warm-up's gaps: at its start they say little, and they swing.
_LEAST_SHARE = 1e-3


@keras.saving.register_keras_serializable("tfgan_zoo")
class GoGAN(AdversarialModel):
    """WGANs with margins in the stages stage_1, stage_2 and so on.

    A batch holds n_critic * B real examples, B for each step of the critic.

    Args:
        generator: functional model, latents [B, d] -> examples; those of later stages start as copies of the
            trained one before.
        critic: functional model, examples -> scores [B, 1], linear, without batch norm; copied alike.
        stage_count: how many GANs are trained.
        margin: epsilon.
        measure_margin: whether epsilon is measured instead, in a stage warm_up before the others.
        n_critic: critic steps per generator step.
        clip: after each critic step every weight of the critic is put into [-clip, clip].
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    def __init__(
        self,
        generator,
        critic,
        stage_count=2,
        margin=1.0,
        measure_margin=False,
        n_critic=5,
        clip=0.1,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        _check(stage_count=stage_count, margin=margin, n_critic=n_critic, clip=clip)
        self.generator = generator
        self.critic = critic
        self.stage_count = stage_count
        self.margin = margin
        self.measure_margin = measure_margin
        self.n_critic = n_critic
        self.clip = clip
        self.prior = prior
        self.generators = with_copies(generator, stage_count)
        self.critics = with_copies(critic, stage_count)
        self.epsilon = self.counter("epsilon", 0.0 if measure_margin else margin, "float32")
        # The number of the last stage that has begun.
        self.latest = self.counter("latest", 1)
        self.latent_dim = generator.input_shape[-1]
        sources = {"z": Latents(self.latent_dim, prior), "stage": _Stages(self.latest)}
        self.sampler = Sampler(choice(self.generators, by="stage", first=1), sources)

    @property
    def stage_names(self):
        warm_up = (WARM_UP,) if self.measure_margin else ()
        return (*warm_up, *(f"stage_{i}" for i in range(1, self.stage_count + 1)))

    @property
    def batches_per_step(self):
        return self.n_critic

    def players(self):
        critics = {f"critic_{i}": [each] for i, each in enumerate(self.critics, 1)}
        return critics | {f"generator_{i}": [each] for i, each in enumerate(self.generators, 1)}

    def _number(self):
        """i of the present stage; the warm-up trains the networks of the first."""
        return 1 if self.stage in (None, WARM_UP) else int(self.stage.removeprefix("stage_"))

    def begin_stage(self):
        i = self._number()
        if self.stage != WARM_UP and not self.epsilon.numpy() > 0:
            warnings.warn(
                f"After the warm-up the critic scores samples above reals, so that epsilon is {self.epsilon.numpy():g} "
                "and no margin; give warm_up more steps, or set margin and no measure_margin.",
                stacklevel=2,
            )
        if i > 1:
            for networks in (self.generators, self.critics):
                networks[i - 1].set_weights(networks[i - 2].get_weights())
        self.latest.assign(i)

    def train_step(self, data):
        noise, i = self.noise(), self._number()
        for k, batch in enumerate(self.split(data, self.n_critic)):
            real = batch[self.example_key]
            logs = self._critic_step(i, real, noise)
            if self.stage == WARM_UP:
                self._average_gap(logs["gap"], self.step.value * self.n_critic + k)
        z = self._latents(real, noise)

        def generator_loss():
            fake = self.generators[i - 1](z, training=True)
            loss = wasserstein.generator(self.critics[i - 1](fake, training=True))
            return loss, {"generator_loss": loss}

        return logs | self.minimize(f"generator_{i}", generator_loss)

    def _critic_step(self, i, real, noise):
        critic, z = self.critics[i - 1], self._latents(real, noise)
        fake = self.generators[i - 1](z, training=True)
        fake_before = self.generators[i - 2](z) if i > 1 else None

        def critic_loss():
            of_real, of_fake = critic(real, training=True), critic(fake, training=True)
            logs = {"gap": wasserstein.estimate(of_real, of_fake)}
            if self.stage == WARM_UP:
                loss = wasserstein.critic(of_real, of_fake)
            else:
                loss = hinge.ranking(of_real, of_fake, self.epsilon.value)
            if i > 1:
                of_before = critic(fake_before, training=True)
                loss += hinge.ranking(of_real, of_before, 2 * self.epsilon.value) / 2
                logs["gap_before"] = wasserstein.estimate(of_real, of_before)
            return loss, {"critic_loss": loss, **logs}

        logs = self.minimize(f"critic_{i}", critic_loss)
        for weight in self.player_variables(f"critic_{i}"):
            weight.assign(tf.clip_by_value(weight.value, -self.clip, self.clip))
        return logs

    def _average_gap(self, gap, before):
        """Makes epsilon half the mean of the warm-up's gaps, of which there were `before` others; older ones fade."""
        share = tf.maximum(1 / (tf.cast(before, tf.float32) + 1), _LEAST_SHARE)
        self.epsilon.assign_add(share * (mean_over_replicas(gap) / 2 - self.epsilon.value))

    def _latents(self, real, noise):
        return noise.latents(self.prior, [self.rows(real), self.latent_dim])

    def save_samples(self, path, n, seed, held_out):
        """As many samples of each stage, from the same latents, in a colour of its own, or in a row."""
        show.conditions(self, path, max(1, n // int(self.latest.numpy())), seed)

    def call(self, inputs):
        """Serving: {"z": [B, d], "stage": [B], from 1, or 0 for the last one that was trained} -> examples."""
        asked = inputs["stage"]
        latest = tf.cast(self.latest.value, asked.dtype)
        return super().call({**inputs, "stage": tf.where(asked == 0, latest, asked)})

    def score(self, inputs):
        """Serving: {"image": [B, H, W, C]} or {"x": [B, d]} -> {"scores": [B, stages]} by each stage's critic."""
        scores = [critic(inputs[self.example_key], training=False) for critic in self.critics]
        return {"scores": tf.cast(tf.concat(scores, axis=1), tf.float32)}

    def signatures(self):
        return super().signatures() | {"critics": (self.score, self.example_specs())}


@dataclass(frozen=True)
class _Stages:
    """Stages int32 [B], from 1: where none is asked for, the latest."""

    latest: keras.Variable

    def draw(self, rows, key):
        return tf.fill([rows], tf.cast(self.latest.value, tf.int32))

    def check(self, name, values):
        if not np.isin(values, self.shown()).all():
            raise ValueError(f"The condition {name!r} must be integers from 1 to {self.shown()[-1]}.")

    def shown(self):
        """Those that have begun, a row of a picture each."""
        return np.arange(1, int(self.latest.numpy()) + 1)


def _check(**positive):
    for name, value in positive.items():
        if value <= 0:
            raise ValueError(f"GoGAN needs {name} > 0; got {value}.")
