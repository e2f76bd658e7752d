"""BiGAN: Adversarial Feature Learning, Donahue, Krähenbühl, Darrell, ICLR 2017, arXiv:1605.09782.

The discriminator tells pairs (x, E(x)) of a real image and its code from pairs (G(z), z) of a generated image and its
latents (equation 3). The generator G and the encoder E deceive it together, each pair with the other's label. At the
optimum E inverts G (theorem 2), though neither ever sees the other's output, and what E computes on the way are
features learned without labels. All three move in one step, with gradients at the same weights.

Differs from the paper: layers that read images and last ones have offsets, and no networks for ImageNet are given. The
latent regressors are the paper's baselines (section 4): a GAN whose encoder learns the latents of generated images.
`unpaired` is a baseline of the zoo: each image is shown with the code of another one.
"""

import keras
import tensorflow as tf

from tfgan_zoo.core import show
from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import gan

__all__ = ["BiGAN"]

# Whether the discriminator of an objective judges pairs, and the regressor's weight in the generator's loss.
_OBJECTIVES = {
    "bigan": (True, 0.0),
    "unpaired": (True, 0.0),
    "latent_regressor": (False, 0.0),
    "joint_latent_regressor": (False, 0.25),
}


@keras.saving.register_keras_serializable("tfgan_zoo")
class BiGAN(Encoding, AdversarialModel):
    """Simultaneous steps of discriminator, generator and encoder.

    The key of examples is "image", or "x" for points.

    Args:
        generator: functional model, latents [B, d] -> examples.
        encoder: functional model, examples -> {"z": [B, d], linear, "features": [B, n]}.
        discriminator: functional model, {key: examples, "z": [B, d]} -> logits [B, 1]; of the latent regressors,
            examples -> logits.
        objective: "bigan"; "unpaired", where D sees a real example with the code of the next one in its batch;
            "latent_regressor", a GAN whose encoder regresses z on G(z); or "joint_latent_regressor", where a quarter
            of the regression's error is a part of the generator's loss.
        weight_decay: lambda, by which lambda |w|^2 / 2 of a player's weights is added to its loss, except the gains
            of batch norm.
        prior: the latents' distribution.
        seed: keys all the noise of training.

    Raises:
        ValueError: there is no such objective, the decay is negative, or the discriminator does not judge what the
            objective asks for.
    """

    # The losses of the game are halved.
    saturation = {"discriminator_loss": gan.SATURATED / 2}

    def __init__(
        self,
        generator,
        encoder,
        discriminator,
        objective="bigan",
        weight_decay=2.5e-5,
        prior="uniform",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if objective not in _OBJECTIVES:
            raise ValueError(f"BiGAN's objective is one of {', '.join(_OBJECTIVES)}; got {objective!r}.")
        if weight_decay < 0:
            raise ValueError(f"A weight decay is 0 or more; got {weight_decay}.")
        self._judges_pairs, self._regressor_weight = _OBJECTIVES[objective]
        if isinstance(discriminator.input, dict) != self._judges_pairs:
            asked = "pairs of examples and latents" if self._judges_pairs else "examples alone"
            raise ValueError(f"With objective={objective!r} the discriminator judges {asked}.")
        self.generator = generator
        self.encoder = encoder
        self.discriminator = discriminator
        self.objective = objective
        self.weight_decay = weight_decay
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def players(self):
        return {"discriminator": [self.discriminator], "generator": [self.generator], "encoder": [self.encoder]}

    def train_step(self, data):
        noise, real = self.noise(), data[self.example_key]
        latents = self.sampler.draw(noise, self.rows(real))

        def losses():
            made = self.sampler(latents, training=True)
            of_game = self._inference_losses if self._judges_pairs else self._regression_losses
            found = of_game(real, made, latents["z"])
            logs = {f"{player}_loss": loss for player, loss in found.items()}
            return {player: loss + self._decay(player) for player, loss in found.items()}, logs

        return self.minimize_together(["discriminator", "generator", "encoder"], losses)

    def _inference_losses(self, real, made, z):
        """Equation 3, with swapped labels for G and E (section 3.4)."""
        code = self._code(real)
        if self.objective == "unpaired":
            code = tf.roll(code, shift=1, axis=0)
        # Each kind of pairs is a batch of its own to batch norm.
        of_real = self.discriminator({self.example_key: real, "z": code}, training=True)
        of_made = self.discriminator({self.example_key: made, "z": z}, training=True)
        deceit = gan.discriminator(of_made, of_real) / 2
        return {"discriminator": gan.discriminator(of_real, of_made) / 2, "generator": deceit, "encoder": deceit}

    def _regression_losses(self, real, made, z):
        """A GAN, and E's squared error in the latents of its samples."""
        of_real, of_made = (self.discriminator(examples, training=True) for examples in (real, made))
        error = tf.reduce_mean(tf.square(self._code(made) - z))
        deceit = gan.generator_non_saturating(of_made)
        return {
            "discriminator": gan.discriminator(of_real, of_made) / 2,
            "generator": deceit + self._regressor_weight * error,
            "encoder": error,
        }

    def _code(self, examples):
        return tf.cast(self.encoder(examples, training=True)["z"], tf.float32)

    def _decay(self, player):
        weights = [each for each in self.player_variables(player) if each.name != "gamma"]
        return self.weight_decay * tf.add_n([tf.nn.l2_loss(weight.value) for weight in weights])

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"z": [B, d], "features": [B, n]}, what E makes and its layer below."""
        code = self.encoder(inputs[self.example_key], training=False)
        return {name: tf.cast(code[name], tf.float32) for name in ("z", "features")}

    def picture(self, path, batch, seed=0):
        """A row of reals and three of samples, under each row its reconstructions; of points, samples alone."""
        show.reconstructions(self, path, batch, seed)
