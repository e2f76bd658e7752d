"""SRGAN's claim: it gives up some of the squared error for images that look like photographs."""

from tfgan_zoo import metrics
from tfgan_zoo.evaluation import reference_arrays
from tfgan_zoo.reproduce import Check, probes
from tfgan_zoo.systems.srgan.srgan import enlarged
from tfgan_zoo.utils.pictures import to_uint8

CLAIM = (
    "The squared error makes SRResNet, with the highest PSNR and SSIM and images that are too smooth; SRGAN, "
    "with lower ones, makes images whose sharpness and features are nearer to those of photographs."
)
PAPER = (
    "Figure 2, PSNR and SSIM of one image: bicubic 21.59 dB and 0.6423, SRResNet 23.53 dB and 0.7832, SRGAN "
    "21.15 dB and 0.6868; table 2, BSD100: SRResNet 27.58 dB and 0.7620, SRGAN 25.16 dB and 0.6688, of "
    "luminance"
)

CHECKS = [
    Check("psnr_gain", "PSNR of SRResNet less that of bicubic interpolation, in dB", paper="1.94"),
    Check("psnr_cost", "PSNR of SRResNet less that of SRGAN, in dB", paper="2.38", headline=True),
    Check("ssim_lead", "SSIM of SRResNet less the higher one of bicubic and SRGAN", paper="0.096"),
    Check("gradient_distance_ratio", "Distance to the gradients of real images, SRGAN over SRResNet"),
    Check(
        "frechet_ratio",
        "Frechet distance to real images in a classifier's features, SRGAN over SRResNet",
        headline=True,
    ),
    Check("psnr_bicubic", "PSNR of bicubic interpolation, in dB", paper="21.59"),
    Check("psnr_srresnet", "PSNR of SRResNet, in dB", paper="23.53"),
    Check("psnr_srgan", "PSNR of SRGAN, in dB", paper="21.15"),
    Check("ssim_bicubic", "SSIM of bicubic interpolation", paper="0.642"),
    Check("ssim_srresnet", "SSIM of SRResNet", paper="0.783"),
    Check("ssim_srgan", "SSIM of SRGAN", paper="0.687"),
    Check("gradient_distance_bicubic", "Distance to the gradients of real images, bicubic"),
    Check("gradient_distance_srresnet", "Distance to the gradients of real images, SRResNet"),
    Check("gradient_distance_srgan", "Distance to the gradients of real images, SRGAN"),
    Check("frechet_bicubic", "Frechet distance to real images, bicubic"),
    Check("frechet_srresnet", "Frechet distance to real images, SRResNet"),
    Check("frechet_srgan", "Frechet distance to real images, SRGAN"),
]

# SRResNet for as many steps: what follows its first stage is the squared error again.
SRRESNET = {"networks.features": None, "system_args.adversarial_weight": 0.0}

# Keeps the seeds of classifiers apart from those of generators.
_JUDGE = 1000


def measure(bench, examples, probe_epochs, seeds, split="test", seed=0):
    """Trains SRResNet for as long as SRGAN from each seed, and a classifier on real images that judges both.

    Args:
        examples: how many held-out images are enlarged.
        probe_epochs: of the classifier over the real training images.
        seeds: the first may be that of the weights that ship. All figures are means over them.
        split: of the images that are enlarged.
        seed: added to each of `seeds`.
    """
    found = []
    for each in (seed + one for one in seeds):
        srgan = bench.shipped("srgan", "srgan/cifar10", each)
        srresnet = bench.train("srresnet", "srgan/cifar10", {"eval": None, **SRRESNET}, each)
        found.append(compared(srgan, srresnet, examples, probe_epochs, split, _JUDGE + each))
    means = {key: probes.mean_and_error([values[key] for values in found]) for key in found[0]}
    return {check.key: means[check.key] for check in CHECKS}


def compared(srgan, srresnet, examples, probe_epochs, split, seed):
    """All figures of a pair of variants and of bicubic interpolation, by key; `seed` is the judge's."""
    real = reference_arrays(srgan.config)
    held_out = {key: values[:examples] for key, values in reference_arrays(srgan.config, split).items()}
    small, original = held_out["condition"], held_out["image"]
    judge = probes.classifier(real["image"], {"label": real["label"]}, probe_epochs, seed=seed)
    of_original = probes.features(judge, original)
    made = {
        "bicubic": enlarged(small, original.shape[1:3]),
        "srresnet": srresnet.model.translate(small),
        "srgan": srgan.model.translate(small),
    }
    found = {}
    for name, images in ((name, to_uint8(images)) for name, images in made.items()):
        found[f"psnr_{name}"] = metrics.psnr(original, images).mean()
        found[f"ssim_{name}"] = metrics.ssim(original, images).mean()
        found[f"gradient_distance_{name}"] = probes.gradient_distance(images, original)
        found[f"frechet_{name}"] = metrics.frechet_distance(of_original, probes.features(judge, images))
    for name, variant in (("srresnet", srresnet), ("srgan", srgan)):
        for figure in ("psnr", "ssim", "gradient_distance", "frechet"):
            variant.note(figure, found[f"{figure}_{name}"])
    return found | differences(found)


def differences(found):
    """What is claimed, of the figures of the three ways."""
    return {
        "psnr_gain": found["psnr_srresnet"] - found["psnr_bicubic"],
        "psnr_cost": found["psnr_srresnet"] - found["psnr_srgan"],
        "ssim_lead": found["ssim_srresnet"] - max(found["ssim_bicubic"], found["ssim_srgan"]),
        "gradient_distance_ratio": found["gradient_distance_srgan"] / found["gradient_distance_srresnet"],
        "frechet_ratio": found["frechet_srgan"] / found["frechet_srresnet"],
    }
