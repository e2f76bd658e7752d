"""DCGAN: Unsupervised Representation Learning with Deep Convolutional Generative Adversarial
Networks, Radford, Metz, Chintala, ICLR 2016, arXiv:1511.06434.

The all-convolutional recipe (`networks/dcgan.py`) trained with the GAN losses of Goodfellow et al.
2014: one step of the discriminator, then one of the generator. The discriminator's maps serve as
features (section 5).

Differs from the paper: nothing in the method; the configs say what sizes and data they take. The released
code also decays the weights (an L2 term of 1e-5) and starts the gains of batch norm at N(1, 0.02); here they
start at 1.
"""

import keras
import tensorflow as tf
from keras import layers

from tfgan_zoo.core.alternation import non_saturating_step
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.losses import gan

__all__ = ["DCGAN"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class DCGAN(AdversarialModel):
    """Alternates one step of each player on -log D(x) - log(1 - D(G(z))) and -log D(G(z)).

    Args:
        generator: functional model, latents [B, d] -> images [B, H, W, C] in [-1, 1].
        discriminator: functional model, images -> logits [B, 1].
        prior: the latents' distribution; the paper's is uniform in [-1, 1].
        seed: keys all the noise of training.
    """

    saturation = {"discriminator_loss": gan.SATURATED}

    def __init__(self, generator, discriminator, prior="uniform", seed=0, **kwargs):
        super().__init__(seed=seed, **kwargs)
        self.generator = generator
        self.discriminator = discriminator
        self.prior = prior
        self.sampler = Sampler(generator, {"z": Latents(generator.input_shape[-1], prior)})

    def train_step(self, data):
        return non_saturating_step(self, self.noise(), data["image"])

    def features(self, inputs):
        """Section 5.1: every convolution's maps, max-pooled to 4x4, flattened and concatenated.

        Args:
            inputs: {"image": [B, H, W, C] in [-1, 1]}.

        Returns:
            {"features": [B, F]}.
        """
        maps = inputs["image"]
        pooled = []
        for layer in self.discriminator.layers[1:]:
            if isinstance(layer, layers.Flatten):
                break
            maps = layer(maps, training=False)
            if isinstance(layer, layers.LeakyReLU):
                size = maps.shape[1] // 4
                grid = tf.nn.max_pool2d(maps, size, size, "VALID")
                pooled.append(tf.reshape(grid, [-1, 16 * grid.shape[-1]]))
        return {"features": tf.cast(tf.concat(pooled, axis=1), tf.float32)}

    def signatures(self):
        return super().signatures() | {"features": (self.features, self.example_specs())}
