"""The AM score as a protocol: by a classifier of the data themselves, not by one of ImageNet."""

from tfgan_zoo.evaluation import PROTOCOLS, reference_arrays
from tfgan_zoo.evaluation.needs import draws_images, gives_logits, needs
from tfgan_zoo.evaluation.protocols import Count, Seed
from tfgan_zoo.evaluation.references import extractor_of, stamp
from tfgan_zoo.metrics.comparison import compare
from tfgan_zoo.metrics.sides import ImageSide


@PROTOCOLS.register
@needs(draws_images, gives_logits)
def am_score(
    model, config, picture, extractor: str, samples: Count = 10_000, seed: Seed = 0, split: str | None = None
):
    """KL of the classes of reals from those of samples, and the mean entropy of a sample's class, summed."""
    extractor = extractor_of(extractor)
    references = reference_arrays(config, split)
    facts = stamp(config, split, references)
    real = ImageSide(references["image"], extractor, facts.pop("data"), facts=facts)
    fake = ImageSide(model.generate(samples, seed=seed), extractor, seed=seed)
    return compare(fake, real, ["am"])
