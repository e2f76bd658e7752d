"""The step of most GANs: one of the discriminator, then one of the generator (Goodfellow et al. 2014, algorithm 1)."""

import functools

from tfgan_zoo.losses import gan


def non_saturating_step(model, noise, real, judge=None):
    """One update of D by -log D(x) - log(1 - D(G(z))), then one of G by -log D(G(z)), with latents of its own.

    Args:
        model: an `AdversarialModel` with a sampler, and players "discriminator" and "generator".
        noise: of this step, by which latents are drawn.
        real: examples [B, ...].
        judge: examples -> logits [B, 1]; None for the model's discriminator in training mode.

    Returns:
        {"discriminator_loss", "generator_loss"}, scalars.
    """
    judge = judge or functools.partial(model.discriminator, training=True)
    rows = model.rows(real)
    # Real and fake stay separate batches: batch norm would otherwise mix their statistics.
    fake = model.sampler(model.sampler.draw(noise, rows), training=True)

    def discriminator_loss():
        loss = gan.discriminator(judge(real), judge(fake))
        return loss, {"discriminator_loss": loss}

    latents = model.sampler.draw(noise, rows)

    def generator_loss():
        loss = gan.generator_non_saturating(judge(model.sampler(latents, training=True)))
        return loss, {"generator_loss": loss}

    logs = model.minimize("discriminator", discriminator_loss)
    return logs | model.minimize("generator", generator_loss)
