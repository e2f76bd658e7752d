"""The objectives of the bench, and how each makes a model of the networks that all share."""

from dataclasses import dataclass, field

import keras

from tfgan_zoo.benchmarks.objectives.plain import PlainGAN
from tfgan_zoo.hub import models
from tfgan_zoo.losses import f_divergences


@dataclass(frozen=True)
class Objective:
    """An objective of the bench.

    Attributes:
        title: its row's name.
        system: a system of the zoo; None for `PlainGAN`.
        arguments: its settings, where they are not the paper's defaults.
        judge: "critic", a score of an example, or "autoencoder", a reconstruction and its code.
        of_data: settings that depend on the data set, {data: {argument: value}}.
        rmsprop: whether the optimiser is RMSprop, not Adam.
    """

    title: str
    system: str | None
    arguments: dict = field(default_factory=dict)
    judge: str = "critic"
    of_data: dict = field(default_factory=dict)
    rmsprop: bool = False

    def model(self, generator, judge, data, rate, seed):
        """The compiled model, of the networks of that data set."""
        system = models.system_class(self.system) if self.system else PlainGAN
        settings = {"prior": "normal", **self.arguments, **self.of_data.get(data, {})}
        model = system(generator, judge, seed=seed, **settings)
        optimizer = keras.optimizers.RMSprop(rate) if self.rmsprop else keras.optimizers.Adam(rate, beta_1=0.5)
        model.compile(optimizers=optimizer, steps_per_execution=50)
        return model


OBJECTIVES = {
    "minimax": Objective("GAN, minimax", "gan", {"generator_loss": "minimax"}),
    "non_saturating": Objective("GAN, non-saturating", "gan", {"generator_loss": "non_saturating"}),
    "r1": Objective("GAN, non-saturating, R1", None, {"losses": "cross_entropy", "r1_weight": 1.0}),
    "least_squares": Objective("least squares", None, {"losses": "least_squares"}),
    "wgan": Objective("WGAN", "wgan", rmsprop=True),
    "wgan_gp": Objective("WGAN-GP", "wgan_gp", of_data={"ring": {"penalty_weight": 0.1}, "mixture": {"penalty_weight": 0.1}}),
    **{
        f"fgan_{name}": Objective(f"f-GAN, {name.replace('_', ' ')}", "fgan", {"divergence": name})
        for name in f_divergences.DIVERGENCES
    },
    "ebgan": Objective(
        "EBGAN",
        "ebgan",
        judge="autoencoder",
        # The energy is a distance, so that its margin has the data's scale.
        of_data={"ring": {"margin": 1.0}, "mixture": {"margin": 1.0}, "mnist": {"margin": 5.0}},
    ),
    "began": Objective("BEGAN", "began", {"k_rate": 5e-3}, judge="autoencoder"),
    "b_gan": Objective("b-GAN", "b_gan"),
    "bs_gan": Objective("boundary-seeking GAN", "bs_gan", {"pixels": "continuous"}),
    "geometric_gan": Objective("geometric GAN", "geometric_gan"),
}
