"""A game of two losses that are no system's own: least squares, and cross entropy with R1."""

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import gan, least_squares, penalties
from tfgan_zoo.utils.registry import look_up

# Of each the discriminator's loss of (real scores, fake scores), and the generator's of fake scores.
_LOSSES = {
    "least_squares": (least_squares.discriminator, least_squares.generator),
    "cross_entropy": (gan.discriminator, gan.generator_non_saturating),
}


class PlainGAN(AdversarialModel):
    """One step of the discriminator, then one of the generator.

    Args:
        generator: functional model, latents [B, d] -> examples.
        discriminator: functional model, examples -> scores [B, 1].
        losses: "least_squares" (Mao et al. 2017, arXiv:1611.04076) or "cross_entropy".
        r1_weight: gamma of Mescheder et al. 2018 (arXiv:1801.04406), equation 9.
        prior: the latents' distribution.
        seed: keys all the noise of training.
    """

    def __init__(self, generator, discriminator, losses="cross_entropy", r1_weight=0.0, prior="normal", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.losses_of = look_up(losses, _LOSSES, "pair of losses")
        self.r1_weight = r1_weight
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def train_step(self, data):
        of_discriminator, of_generator = self.losses_of
        noise, real = self.noise(), data[self.example_key]
        rows = self.rows(real)
        fake = self.sampler(self.sampler.draw(noise, rows), training=True)

        def judge(examples):
            return self.discriminator(examples, training=True)

        def discriminator_loss():
            loss = of_discriminator(judge(real), judge(fake))
            penalty = penalties.r1(judge, real) if self.r1_weight else 0.0
            return loss + self.r1_weight * penalty, {"discriminator_loss": loss}

        latents = self.sampler.draw(noise, rows)

        def generator_loss():
            loss = of_generator(judge(self.sampler(latents, training=True)))
            return loss, {"generator_loss": loss}

        return self.minimize("discriminator", discriminator_loss) | self.minimize("generator", generator_loss)
