"""IAN's claim: reconstructions and samples are nearer to photos than a VAE's, and strokes paint what they ask for."""

import numpy as np

from tfgan_zoo import metrics
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check
from tfgan_zoo.systems.ian import editing
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "Reconstructions and samples are nearer to photos than those of a VAE of the same networks, and strokes on latents "
    "bring a part of a photo nearer to a colour while the rest of it stays."
)
PAPER = "Figures 1, 5 and 6: edits of photos, reconstructions and samples, judged by eye (no numbers)"

CHECKS = [
    Check("reconstruction_ratio", "Fréchet distance of reconstructions from photos, IAN over VAE", headline=True),
    Check("sample_ratio", "Fréchet distance of samples from photos, IAN over VAE", headline=True),
    Check("nearer", "Share of the way to a stroke's colour that the box of a photo goes"),
    Check("outside_ratio", "Change outside the box, edits over plain decoding"),
    Check("reconstructions", "Fréchet distance of IAN's reconstructions"),
    Check("reconstructions_vae", "Fréchet distance of the VAE's reconstructions"),
    Check("samples", "Fréchet distance of IAN's samples"),
    Check("samples_vae", "Fréchet distance of the VAE's samples"),
]

CONFIG = "ian/avatars"

# A VAE of the same networks, by pixels alone; it has no player for the discriminator.
VAE = {
    "system_args.introspective": False,
    "system_args.adversarial_weight": 0.0,
    "system_args.feature_weight": 0.0,
    "optimizers.discriminator": None,
}


def measure(bench, steps, adversarial_weight, extractor, box, stroke_steps, split="test", seed=0):
    """Trains IAN and a VAE, and paints held-out photos.

    Args:
        steps: of training; in each the head moves twice.
        adversarial_weight: of IAN, see there.
        extractor: in whose features distances are.
        box, stroke_steps: [left, top, right, bottom] and steps of the strokes, whose colours are those of the box of
            another photo.
        split: of the photos.
    """
    common = {"train.steps": steps, "train.score_every": steps, "eval": None}
    ian = bench.train("ian", CONFIG, {**common, "system_args.adversarial_weight": adversarial_weight}, seed)
    vae = bench.train("vae", CONFIG, {**common, **VAE}, seed)
    photos = reference_arrays(ian.config, split)["image"]
    features = metrics.load_extractor(extractor)
    ours, theirs = (distances(each, photos, features, seed) for each in (ian, vae))
    found = {f"{name[:-1]}_ratio": ours[name] / theirs[name] for name in ours}
    found |= ours | {f"{name}_vae": value for name, value in theirs.items()}
    painted = strokes(ian.model, photos / np.float32(127.5) - 1, box, stroke_steps)
    found |= {name: ian.note(name, value) for name, value in painted.items()}
    return {check.key: found[check.key] for check in CHECKS}


def distances(variant, photos, features, seed):
    """Fréchet distances of reconstructions of uint8 photos, and of as many samples, from the photos."""
    made = {
        "reconstructions": variant.model.reconstruct(photos / np.float32(127.5) - 1),
        "samples": variant.model.generate(len(photos), seed),
    }
    real = features(photos)["features"]
    return {
        name: variant.note(name, metrics.frechet_distance(real, features(to_uint8(images))["features"]))
        for name, images in made.items()
    }


def strokes(model, photos, box, steps):
    """A stroke of the next photo's colour on each photo [n, H, W, C]: {"nearer", "outside_ratio"}."""
    colours = editing.mean_colours(np.roll(photos, -1, axis=0), box)
    found = model.paint(photos, model.encode(photos)["code"], np.tile(box, [len(photos), 1]), colours, steps)
    edited = found["edited"]
    before, after = (
        np.linalg.norm(editing.mean_colours(images, box) - colours, axis=-1).mean() for images in (photos, edited)
    )
    outside = np.ones(photos.shape[1:3], bool)
    left, top, right, bottom = box
    outside[top:bottom, left:right] = False
    change, plain = (np.abs(images - photos)[:, outside].mean() for images in (edited, found["decoded"]))
    return {"nearer": float(1 - after / before), "outside_ratio": float(change / plain)}
