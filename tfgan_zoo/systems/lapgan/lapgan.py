"""LAPGAN: Deep Generative Image Models using a Laplacian Pyramid of Adversarial Networks, Denton, Chintala, Szlam,
Fergus, NIPS 2015, arXiv:1506.05751.

An image is drawn from coarse to fine by a chain of conditional GANs. A Laplacian pyramid takes a real image
apart: I_0 is the image, I_k+1 = d(I_k) has half of its side, l_k = u(I_k+1) is that enlarged, and the residual
h_k = I_k - l_k is what was lost. At each level k a generator makes a residual of noise, the class and l_k, and a
discriminator sees it with l_k and the class; at the coarsest level K both know the class alone, and h_K = I_K
(equation 3). Each level learns from real coarse images, so that levels are trained in any order. A sample goes
through all of them: I_K = G_K(z_K), then I_k = u(I_k+1) + G_k(z_k, u(I_k+1)) (equation 2).

Differs from the paper: as in the release, images have 8, 16 and 32 pixels a side, where the paper has 8, 14 and 28,
and discriminators see the sum of h_k and l_k. Images lie in [-1, 1], in the release they have unit variance. Fakes
have the coarse images and classes of the reals beside them, where the release draws others, and a generator's step
has as many fakes as a batch has reals, in the release twice as many. A discriminator's loss is the sum of its terms
on reals and on fakes, twice the release's mean. Last convolutions of generators begin at zero.
"""

import keras
import numpy as np
import tensorflow as tf
from keras import ops

from tfgan_zoo.core.classes import require_classes
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Classes, Latents, Sampler
from tfgan_zoo.losses import gan
from tfgan_zoo.random.noise import StepNoise
from tfgan_zoo.utils import pictures

__all__ = ["LAPGAN"]

# More steps than any level takes: levels draw different noise.
_STEPS_OF_LEVEL = 2**32


@keras.saving.register_keras_serializable("tfgan_zoo")
class LAPGAN(AdversarialModel):
    """A conditional GAN for each level of a Laplacian pyramid, in stages level_0, level_1 and so on.

    `compile` takes the stages in any order, and some without others: a level's weights after its stage are the
    same whatever was trained before, if it sees the same batches. A level that was never trained adds nothing.

    Args:
        generators: functional models, from the finest level 0 to the coarsest K. That of level k < K:
            {"z": [B, d_k], "coarse": [B, H_k, H_k, C], "label": [B]} -> residuals [B, H_k, H_k, C], with
            H_k = H_0 / 2^k; that of level K: {"z", "label"} -> images [B, H_K, H_K, C]. All are linear.
        discriminators: functional models in the same order, {"residual", "coarse", "label"} -> logits [B, 1]; that
            of level K has no "coarse".
        objective: "adversarial", or "squared_error" for generators that minimise the squared distance to the
            real residual, as a baseline.
        classes: how many there are.
        prior: the distribution of all latents.
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}
    stages_in_any_order = True

    def __init__(
        self, generators, discriminators, objective="adversarial", classes=10, prior="uniform", seed=0, **kwargs
    ):
        super().__init__(seed=seed, **kwargs)
        if objective not in ("adversarial", "squared_error"):
            raise ValueError(f"LAPGAN's objective is adversarial or squared_error; got {objective!r}.")
        _require_pyramid(generators, discriminators)
        self.generators = list(generators)
        self.discriminators = list(discriminators)
        self.objective = objective
        self.classes = classes
        self.prior = prior
        self.coarsest = len(self.generators) - 1
        for network in (*self.generators, *self.discriminators):
            require_classes(network, "label", classes)
        sources = {
            self._input_of(level): Latents(network.input["z"].shape[-1], prior)
            for level, network in reversed(list(enumerate(self.generators)))
        }
        sources["label"] = Classes(classes)
        self.sampler = Sampler(self._chain(sources), sources, output="image", finish=_within_range)

    @property
    def stage_names(self):
        return tuple(f"level_{level}" for level in range(self.coarsest + 1))

    def players(self):
        return {
            f"{name}_{level}": [network]
            for name, networks in (("generator", self.generators), ("discriminator", self.discriminators))
            for level, network in enumerate(networks)
        }

    @property
    def example_shapes(self):
        return super().example_shapes | {"label": ()}

    def _level(self):
        """The level of the present stage."""
        return int(self.stage.rpartition("_")[2])

    def noise(self):
        """As in the base class, but by the level and its own steps: nothing hangs on what was trained before."""
        if self._evaluates:
            return super().noise()
        level = self._level()
        taken = tf.cast(self.optimizer_of(f"generator_{level}").iterations.value, tf.int64)
        return StepNoise(self.seed, level * _STEPS_OF_LEVEL + taken)

    def train_step(self, data):
        """Algorithm 1, at the level of the present stage."""
        level = self._level()
        real, coarse = laplacian_pyramid(data["image"], self.coarsest)[level]
        given = {"label": data["label"]} | ({} if coarse is None else {"coarse": coarse})
        noise, rows = self.noise(), self.rows(real)

        def latents():
            return noise.latents(self.prior, [rows, self.generators[level].input["z"].shape[-1]])

        def make(z):
            return self.generators[level]({"z": z, **given}, training=True)

        def judge(residual):
            return self.discriminators[level]({"residual": residual, **given}, training=True)

        if self.objective == "squared_error":
            return self._regression_step(level, real, make, latents())
        fake = make(latents())

        def discriminator_loss():
            loss = gan.discriminator(judge(real), judge(fake))
            return loss, {"discriminator_loss": loss}

        z = latents()

        def generator_loss():
            loss = gan.generator_non_saturating(judge(make(z)))
            return loss, {"generator_loss": loss}

        logs = self.minimize(f"discriminator_{level}", discriminator_loss)
        return logs | self.minimize(f"generator_{level}", generator_loss)

    def _regression_step(self, level, real, make, z):
        """The squared error alone, whose minimum is the mean of all residuals that l_k leaves open."""

        def squared_error():
            loss = tf.reduce_mean(tf.square(real - make(z)))
            return loss, {"generator_loss": loss}

        return self.minimize(f"generator_{level}", squared_error)

    def refine(self, images, level, label, z):
        """What a level adds to coarse images that are real: (l_k, h_k, G_k), each float32 [B, H_k, H_k, C].

        Args:
            images: float32 [B, H_0, H_0, C] in [-1, 1], which are taken apart.
            level: k, below the coarsest.
            label: int [B].
            z: latents [B, d_k].
        """
        real, coarse = laplacian_pyramid(images, self.coarsest)[level]
        inputs = {"z": z, "coarse": coarse, "label": label}
        return coarse, real, self.generators[level](inputs, training=False)

    def _input_of(self, level):
        """The name of a level's latents: those of the coarsest choose the image and are the model's `z`."""
        return "z" if level == self.coarsest else f"z_{level}"

    def _chain(self, sources):
        """{"z": z_K, ..., "z_0", "label"} -> {"image": I_0, "level_1": I_1, ..., "level_K": I_K}: equation 2."""
        label = keras.Input([], dtype="int32", name="label")
        inputs = {name: keras.Input([each.size], name=name) for name, each in sources.items() if name != "label"}
        image, made = None, {}
        for level in reversed(range(self.coarsest + 1)):
            given = {"z": inputs[self._input_of(level)], "label": label}
            if image is None:
                image = self.generators[level](given)
            else:
                coarse = up(image)
                image = coarse + self.generators[level]({**given, "coarse": coarse})
            made[f"level_{level}" if level else "image"] = image
        return keras.Model({**inputs, "label": label}, made, name="chain")

    def call(self, inputs):
        """Serving: {"z_0", ..., "z_K", "label"} -> {"image": [B, H, H, C], "level_images": [B, K + 1, H, H, C]}.

        z_K may also be called z. Level images go from the coarsest to the finest; their pixels are enlarged.
        """
        last = f"z_{self.coarsest}"
        inputs = {"z" if name == last else name: value for name, value in inputs.items()}
        made = self.sampler.network(inputs, training=False)
        levels = [made[f"level_{level}" if level else "image"] for level in reversed(range(self.coarsest + 1))]
        size = self.sampler.example_shape[:2]
        enlarged = [tf.image.resize(_within_range(image), size, "nearest") for image in levels]
        return {"image": _within_range(made["image"]), "level_images": tf.stack(enlarged, axis=1)}

    def signatures(self):
        specs = self.sampler.specs()
        z = specs.pop("z")
        last = f"z_{self.coarsest}"
        return {"serving_default": (self.call, {last: tf.TensorSpec(z.shape, z.dtype, name=last), **specs})}

    def picture(self, path, batch, seed=0, columns=4):
        """A row for each class: images at all levels, from coarse to fine, of the same latents for each."""
        self._show(path, columns, seed)

    def save_samples(self, path, n, seed, held_out):
        """As `picture`, `n` images in all, or a few less so that classes have as many each."""
        self._show(path, max(1, n // self.classes), seed)

    def _show(self, path, columns, seed):
        drawn = self.sampler.inputs_of(columns, seed, label=0)
        rows = []
        with self.averaged():
            for label in range(self.classes):
                given = {**drawn, "label": np.full(columns, label, np.int32)}
                made = self.call({name: tf.constant(value) for name, value in given.items()})["level_images"]
                rows.append(made.numpy().reshape(-1, *self.sampler.example_shape))
        pictures.save_grid(np.concatenate(rows), path, columns=columns * (self.coarsest + 1))


def down(images):
    """d: images [B, H, W, C] at half of their sides; bilinear, which is the mean of 2x2 pixels."""
    return ops.average_pool(images, 2, 2)


def up(images):
    """u: images [B, H, W, C] at twice their sides, bilinear."""
    return ops.image.resize(images, [2 * side for side in images.shape[1:3]], interpolation="bilinear")


def laplacian_pyramid(images, coarsest):
    """[(h_0, l_0), ..., (h_K, None)] of images [B, H, W, C], with K = `coarsest`: equation 1 and section 2.2."""
    levels = []
    for _ in range(coarsest):
        smaller = down(images)
        coarse = up(smaller)
        levels.append((images - coarse, coarse))
        images = smaller
    return [*levels, (images, None)]


def _require_pyramid(generators, discriminators):
    """Raises ValueError unless there is a pair for each of two levels or more, of sides that halve."""
    if len(generators) < 2 or len(generators) != len(discriminators):
        raise ValueError(
            "LAPGAN needs as many generators as discriminators, two or more, from the finest level to the "
            f"coarsest; got {len(generators)} and {len(discriminators)}."
        )
    sides = [network.output_shape[1] for network in generators]
    if any(fine != 2 * coarse for fine, coarse in zip(sides, sides[1:])):
        raise ValueError(
            "The images of LAPGAN's generators have half of the side at each level, from the finest on, such as "
            f"32, 16 and 8; got {', '.join(map(str, sides))}."
        )


def _within_range(images):
    return tf.clip_by_value(tf.cast(images, tf.float32), -1.0, 1.0)
