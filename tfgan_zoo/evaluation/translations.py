"""Protocols on translations of held-out images."""

import numpy as np

from tfgan_zoo import metrics
from tfgan_zoo.evaluation.needs import needs, translates_images
from tfgan_zoo.evaluation.protocols import PROTOCOLS, Count, Seed
from tfgan_zoo.evaluation.references import reference_arrays, stamp


@PROTOCOLS.register
@needs(translates_images)
def translation_error(model, config, picture, samples: Count = 500, seed: Seed = 0, split: str | None = None):
    """Mean absolute error, PSNR and SSIM between translations of held-out images and their pairs."""

    def errors(fake, real):
        yield "l1", np.abs(fake - real).mean()
        yield "psnr", metrics.psnr(real, fake).mean()
        yield "ssim", metrics.ssim(real, fake).mean()

    ways = {name: way for name, way in model.samplers().items() if way.paired}
    return _translation_scores(model, config, ways, errors, {}, samples, seed, split)


@PROTOCOLS.register
@needs(translates_images)
def translation_distance(
    model,
    config,
    picture,
    samples: Count = 500,
    projections: Count = 256,
    seed: Seed = 0,
    split: str | None = None,
):
    """Sliced Wasserstein distance between pixels of translations and of their domain, held out."""

    def distances(fake, real):
        flat = (images.reshape(len(images), -1) for images in (real, fake))
        yield "distance", metrics.sliced_wasserstein(*flat, projections=projections, seed=seed)

    settings = {"projections": projections}
    return _translation_scores(model, config, model.samplers(), distances, settings, samples, seed, split)


def _translation_scores(model, config, ways, measure, settings, samples, seed, split):
    """Scores `direction/name` of what `measure(translations, targets)` yields for each direction."""
    split = split or config.held_out or config.data.split
    held_out = reference_arrays(config, split)
    facts = stamp(config, split, held_out)
    scores = []
    for direction, way in ways.items():
        source, target = (_as_learnt(held_out[key][:samples]) for key in (way.of, way.makes))
        fake = model.translate(source, seed=seed, direction=direction)
        protocol = {
            "images": "in [-1, 1]",
            **facts,
            "n_real": len(target),
            "n_fake": len(fake),
            "seed": seed,
            **settings,
        }
        scores += [
            {"metric": f"{direction}/{name}", "value": float(value), "protocol": protocol}
            for name, value in measure(fake, target.astype(np.float32))
        ]
    return scores


def _as_learnt(images):
    """uint8 images scaled to [-1, 1]; floats, such as conditions of another range, as they are."""
    return images / 127.5 - 1.0 if images.dtype == np.uint8 else images
