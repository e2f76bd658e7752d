"""CycleGAN: Unpaired Image-to-Image Translation using Cycle-Consistent Adversarial Networks, Zhu, Park,
Isola, Efros, ICCV 2017, arXiv:1703.10593.

Two mappings G: A -> B and F: B -> A between domains of which no pairs are known. Each must deceive the
discriminator of its target domain, and each must undo the other: F(G(a)) = a, G(F(b)) = b (equations
1 to 3). One step of G and F together, then one of both discriminators, which are shown fakes from a pool
of the last fifty.

Differs from the paper: nothing in the method. A batch of more than one image goes through the pool
at once. The release's crops and flips are off by default. Gains of instance norm start at 1, in the release
at N(1, 0.02).
"""

import keras
import tensorflow as tf

from tfgan_zoo.core.augmentation import Jitter
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.replay import HistoryPool
from tfgan_zoo.core.sampler import Sampler
from tfgan_zoo.losses import least_squares
from tfgan_zoo.utils import pictures

__all__ = ["CycleGAN"]


def _distance(images, others):
    """|x - y|_1 as a mean over batch, pixels and channels."""
    return tf.reduce_mean(tf.abs(images - others))


@keras.saving.register_keras_serializable("tfgan_zoo")
class CycleGAN(AdversarialModel):
    """Equation 3 with least squares for the log likelihood, as in section 4.

    Batches hold `image_a` and `image_b`, unpaired.

    Args:
        generator_ab: functional model G, images of A -> images of B in [-1, 1].
        generator_ba: functional model F, images of B -> images of A.
        discriminator_a, discriminator_b: functional models, images -> scores of any shape.
        gan_weight: of the adversarial losses; 0 leaves the cycle alone.
        cycle_weight: lambda of equation 3.
        identity_weight: of |G(b) - b| + |F(a) - a| (section 5.2), which the paper adds for paintings,
            with half of lambda; 0 for none.
        pool: slots of each direction's pool of old fakes.
        jitter: pixels by which images are enlarged before a crop at random, each image on its own; 0 for
            none. The release takes 256 to 286.
        mirror: turn half of the images left to right, as the release does.
        seed: keys all the noise of training.
    """

    # The loss is that of both discriminators, each halved.
    saturation = {"discriminator_loss": least_squares.SATURATED}

    def __init__(
        self,
        generator_ab,
        generator_ba,
        discriminator_a,
        discriminator_b,
        gan_weight=1.0,
        cycle_weight=10.0,
        identity_weight=0.0,
        pool=50,
        jitter=0,
        mirror=False,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if identity_weight and generator_ab.input_shape != generator_ab.output_shape:
            raise ValueError(
                "The identity loss needs domains of one shape; got "
                f"{generator_ab.input_shape[1:]} and {generator_ab.output_shape[1:]}."
            )
        self.generator_ab = generator_ab
        self.generator_ba = generator_ba
        self.discriminator_a = discriminator_a
        self.discriminator_b = discriminator_b
        self.gan_weight = gan_weight
        self.cycle_weight = cycle_weight
        self.identity_weight = identity_weight
        self.pool = pool
        self.jitter = jitter
        self.mirror = mirror
        self.augment = Jitter(jitter, mirror)
        self.pool_a = HistoryPool(pool, generator_ba.output_shape[1:])
        self.pool_b = HistoryPool(pool, generator_ab.output_shape[1:])

    def players(self):
        return {
            "generators": [self.generator_ab, self.generator_ba],
            "discriminators": [self.discriminator_a, self.discriminator_b],
        }

    def samplers(self):
        return {
            "a_to_b": Sampler(self.generator_ab, {}, makes="image_b", of="image_a"),
            "b_to_a": Sampler(self.generator_ba, {}, makes="image_a", of="image_b"),
        }

    def train_step(self, data):
        noise = self.noise()
        [a], [b] = (self.augment(noise, data[key]) for key in ("image_a", "image_b"))
        logs, fake_a, fake_b = self.minimize("generators", lambda: self._generator_loss(a, b))

        # The pools are for the discriminators alone; G and F answer for what they made just now.
        shown_a = self.pool_a.exchange(fake_a, noise)
        shown_b = self.pool_b.exchange(fake_b, noise)

        def discriminator_loss():
            loss = self._judge(self.discriminator_a, a, shown_a) + self._judge(
                self.discriminator_b, b, shown_b
            )
            return loss, {"discriminator_loss": loss}

        return logs | self.minimize("discriminators", discriminator_loss)

    def _generator_loss(self, a, b):
        """Equation 3, and (what to log, F(b), G(a))."""
        fake_b = self.generator_ab(a, training=True)
        fake_a = self.generator_ba(b, training=True)
        deceit = least_squares.generator(
            self.discriminator_b(fake_b, training=True)
        ) + least_squares.generator(self.discriminator_a(fake_a, training=True))
        cycle = _distance(self.generator_ba(fake_b, training=True), a) + _distance(
            self.generator_ab(fake_a, training=True), b
        )
        loss = self.gan_weight * deceit + self.cycle_weight * cycle
        if self.identity_weight:
            same = _distance(self.generator_ab(b, training=True), b) + _distance(
                self.generator_ba(a, training=True), a
            )
            loss += self.identity_weight * same
        return loss, ({"generator_loss": loss, "cycle_loss": cycle}, fake_a, fake_b)

    @staticmethod
    def _judge(discriminator, real, fake):
        """Halved, which slows the discriminator down beside the generators (section 4)."""
        return 0.5 * least_squares.discriminator(
            discriminator(real, training=True), discriminator(fake, training=True)
        )

    def a_to_b(self, inputs):
        """Serving: {"image": [B, H, W, C] of A} -> {"image": of B}."""
        return {"image": tf.cast(self.generator_ab(inputs["image"], training=False), tf.float32)}

    def b_to_a(self, inputs):
        """Serving: {"image": [B, H, W, C] of B} -> {"image": of A}."""
        return {"image": tf.cast(self.generator_ba(inputs["image"], training=False), tf.float32)}

    def call(self, inputs):
        """`a_to_b`."""
        return self.a_to_b(inputs)

    def picture(self, path, batch, seed=0):
        """a | G(a) | F(G(a)) | b | F(b) | G(F(b)), a row a pair of examples."""
        columns = []
        for key, way, back in (("image_a", "a_to_b", "b_to_a"), ("image_b", "b_to_a", "a_to_b")):
            images = batch[key].numpy()
            translated = self.translate(images, direction=way)
            columns += [images, translated, self.translate(translated, direction=back)]
        pictures.save_columns(columns, path)

    def signatures(self):
        specs = {
            name: {"image": tf.TensorSpec([None, *network.input_shape[1:]], tf.float32, name="image")}
            for name, network in (("a_to_b", self.generator_ab), ("b_to_a", self.generator_ba))
        }
        return {"a_to_b": (self.a_to_b, specs["a_to_b"]), "b_to_a": (self.b_to_a, specs["b_to_a"])}
