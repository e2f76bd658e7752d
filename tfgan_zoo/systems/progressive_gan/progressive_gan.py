"""ProgressiveGAN: Progressive Growing of GANs for Improved Quality, Stability, and Variation, Karras,
Aila, Laine, Lehtinen, ICLR 2018, arXiv:1710.10196.

Both networks begin with images of 4x4. When enough images have been shown, a level of twice the
resolution fades in: its share alpha in what the generator makes, in the reals and in what the critic
sees rises on a line from 0 to 1 (figure 2), and then stays there for as long again. The loss is that
of WGAN-GP with one step of the critic for one of the generator, and a drift term (appendix A).

Differs from the paper: the batch is of one size at all resolutions. Reals are not mirrored. The standard
deviation before the last convolution is by default that of groups of four, as in the authors' TensorFlow
code; the paper takes the whole batch.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.optimizers import restart
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import penalties, wasserstein
from tfgan_zoo.systems.progressive_gan.networks import critic_at, cross_fade, generator_at

__all__ = ["ProgressiveGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class ProgressiveGAN(AdversarialModel):
    """One step of the critic and one of the generator, at the level that training has reached.

    Reals are given at full size; `generate` and serving give full size, at lower levels by repeating
    pixels, cut to [-1, 1]. Only the optimisers `RestartingAdam` and plain SGD can be used, as Adam's
    moments are forgotten when a fade begins and when it ends.

    Args:
        generator: functional model, latents [B, d] -> images, a list with one for each level.
        critic: functional model, [alpha [B], image, ...] with an image for each level -> scores, a list.
        stable: images shown at a level once it stands alone.
        fade: images shown while a level fades in.
        first_size: the resolution at which training begins; full size trains without growing.
        penalty_weight: lambda of the gradient penalty.
        gradient_norm: gamma, the length that the critic's gradient should have; the penalty is
            lambda / gamma^2 E (||grad f|| - gamma)^2 (appendix D takes 750 on CIFAR-10).
        drift: weight of E f(x)^2, which keeps the scores of reals near 0.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    def __init__(
        self,
        generator,
        critic,
        stable=600_000,
        fade=600_000,
        first_size=4,
        penalty_weight=10.0,
        gradient_norm=1.0,
        drift=0.001,
        prior="normal",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.critic = critic
        self.stable = stable
        self.fade = fade
        self.first_size = first_size
        self.penalty_weight = penalty_weight
        self.gradient_norm = gradient_norm
        self.drift = drift
        self.prior = prior
        self.shown = self.counter("shown")
        latents = Latents(generator.input_shape[-1], prior)
        self.sampler = Sampler(generator, {"z": latents}, output=-1, forward=self._at_full_size)
        self._find_levels()

    def _find_levels(self):
        sizes = [image.shape[1] for image in self.generator.outputs]
        if [image.shape[1] for image in self.critic.inputs[1:]] != sizes:
            raise ValueError("The generator and the critic of a ProgressiveGAN need the same levels.")
        if self.first_size not in sizes:
            raise ValueError(
                f"first_size must be one of {', '.join(map(str, sizes))}; got {self.first_size}."
            )
        self.levels = range(sizes.index(self.first_size), len(sizes))
        generators = {k: generator_at(self.generator, k) for k in self.levels}
        critics = {k: critic_at(self.critic, k) for k in self.levels}
        # In functions, where Keras does not take them for networks of their own.
        self._generator_at, self._critic_at = generators.__getitem__, critics.__getitem__

    def players(self):
        return {"critic": [self.critic], "generator": [self.generator]}

    def growth(self, shown):
        """(level, alpha) for the batch that follows `shown` images."""
        level, alpha = schedule(shown, self.stable, self.fade, len(self.levels))
        return level + self.levels[0], alpha

    def train_step(self, data):
        noise, real = self.noise(), data["image"]
        level, alpha = self.growth(self.shown.value)
        everyone = self.rows(real) * tf.distribute.get_strategy().num_replicas_in_sync
        self._restart_optimizers(level, alpha, everyone)
        logs = self._critic_step(real, level, alpha, noise)
        logs |= self._generator_step(self.rows(real), level, alpha, noise)
        self.shown.assign(self.shown + tf.cast(everyone, tf.int64))
        return logs

    def _restart_optimizers(self, level, alpha, batch):
        """The release empties all slots at the first batch of each fade, and at the first after it."""
        last_level, last_alpha = self.growth(self.shown.value - tf.cast(batch, tf.int64))
        begins = tf.logical_or(level != last_level, (alpha == 1) != (last_alpha == 1))
        for optimizer in self.optimizers.values():
            restart(optimizer, begins)

    def _critic_step(self, real, level, alpha, noise):
        rows = self.rows(real)
        latents = self.sampler.draw(noise, rows)["z"]
        shares = noise.uniform([rows])

        def losses(k):
            reals, fakes = self._shown_real(real, k, alpha), self._fake(latents, k, alpha)
            of_real = self._score(reals, k, alpha)
            distance = wasserstein.critic(of_real, self._score(fakes, k, alpha))
            penalty = penalties.gradient_penalty(
                lambda x: self._score(x, k, alpha),
                penalties.between(reals, fakes, shares),
                self.gradient_norm,
            )
            loss = distance + self.penalty_weight / self.gradient_norm**2 * penalty
            loss += self.drift * tf.reduce_mean(tf.square(of_real))
            return loss, {"critic_loss": distance, "gradient_penalty": penalty}

        return self._minimize_at(level, "critic", losses)

    def _generator_step(self, rows, level, alpha, noise):
        latents = self.sampler.draw(noise, rows)["z"]

        def losses(k):
            scores = self._score(self._fake(latents, k, alpha), k, alpha)
            loss = wasserstein.generator(scores)
            return loss, {"generator_loss": loss}

        return self._minimize_at(level, "generator", losses)

    def _minimize_at(self, level, player, losses):
        """One update of a player at a level, a tensor; `losses(k)` is (loss, what to log) at level k.

        Gradients are taken within the branch of the level, so that one graph serves all levels and
        a step costs what its own level costs.
        """
        variables = self.player_variables(player)

        def branch(k):
            gradients, logs = self.gradients(player, lambda: losses(k))
            values = gradients.get(player, [None] * len(variables))
            return logs, [tf.zeros_like(v.value) if g is None else g for g, v in zip(values, variables)]

        logs, gradients = self._at(level, branch)
        if not self._evaluates:
            self.apply({player: gradients})
        return logs

    def _at(self, level, function):
        """`function(k)` of a level known as a tensor."""
        if len(self.levels) == 1:
            return function(self.levels[0])
        branches = [lambda k=k: function(k) for k in self.levels]
        return tf.switch_case(level - self.levels[0], branches)

    def _fake(self, latents, k, alpha):
        """Images of level k, cross-faded with those of the level below."""
        if k == 0:
            return self._generator_at(k)(latents)
        below, image = self._generator_at(k)(latents)
        return cross_fade(_double(below), image, alpha)

    def _shown_real(self, real, k, alpha):
        """Reals at level k, cross-faded with their halved selves."""
        image = _shrink(real, real.shape[1] // (4 * 2**k))
        return cross_fade(_double(_shrink(image, 2)), image, alpha) if k else image

    def _score(self, images, k, alpha):
        return self._critic_at(k)([tf.fill(tf.shape(images)[:1], alpha), images])

    def _at_full_size(self, inputs):
        """{"z": [B, d]} -> images [B, H, W, C] in [-1, 1] of the level that training has reached."""
        level, alpha = self.growth(self.shown.value)
        return self._at(level, lambda k: self._enlarged(inputs["z"], k, alpha))

    def _enlarged(self, latents, k, alpha):
        image = self._fake(latents, k, alpha)
        for _ in range(k, self.levels[-1]):
            image = _double(image)
        return tf.clip_by_value(image, -1.0, 1.0)

    def signatures(self):
        """As the base's; an export has the level that training has reached, and not the other ones."""
        level, alpha = (float(value) for value in self.growth(self.shown.value))

        def serve(inputs):
            return {"image": self._enlarged(inputs["z"], int(level), alpha)}

        return {"serving_default": (serve, self.sampler.specs())}


def schedule(shown, stable, fade, levels):
    """The level [] int32 and alpha [] float32 for the batch that follows `shown` images, int64.

    Level 0 stands for `stable` images; each further one fades in over `fade` images, alpha rising
    from 0 to 1, and stands at alpha = 1 for `stable` more; the last one stays.
    """
    period = stable + fade
    level = tf.clip_by_value((shown - stable) // period + 1, 0, levels - 1)
    faded_in = tf.cast(shown - (level * period - fade), tf.float32) / fade
    alpha = tf.where(level == 0, 1.0, tf.clip_by_value(faded_in, 0.0, 1.0))
    return tf.cast(level, tf.int32), alpha


def _double(images):
    return tf.repeat(tf.repeat(images, 2, axis=1), 2, axis=2)


def _shrink(images, factor):
    return tf.nn.avg_pool2d(images, factor, factor, "VALID") if factor > 1 else images
