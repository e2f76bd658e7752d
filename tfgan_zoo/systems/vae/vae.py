"""VAE: Auto-Encoding Variational Bayes, Kingma & Welling, ICLR 2014, arXiv:1312.6114.

An encoder q(z | x) and a decoder p(x | z) climb together the evidence lower bound
E_q log p(x | z) - KL(q(z | x) || N(0, I)), by one sample z = mu + sigma * epsilon an example
(Algorithm 1). It is the zoo's comparator with a likelihood.

Differs from the paper: no weight decay, Keras' initial weights and its Adagrad, whose sums of squares start
at 0.1, and pixels are binarised anew at every step. `beta` other than 1 and its warm-up are later additions
(Higgins et al. 2017, Sonderby et al. 2016).
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.encoding import Encoding
from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Latents, Sampler
from tfgan_zoo.layers.style_code import drawn
from tfgan_zoo.losses import variational
from tfgan_zoo.random import draws
from tfgan_zoo.random.noise import replica_rows

__all__ = ["VAE"]


@keras.saving.register_keras_serializable("tfgan_zoo")
class VAE(Encoding, AdversarialModel):
    """Algorithm 1 of the paper, with the estimator of equation 10.

    Inside, pixels are in [0, 1]. The losses are in nats an example; with `beta` 1
    `autoencoder_loss` is the negated bound.

    Args:
        encoder: functional model, image [B, H, W, C] in [-1, 1] -> {"mu": [B, d], "logvar": [B, d]}.
        generator: the decoder, functional model, latents [B, d] -> [B, H, W, C]: logits of the
            pixels, or their mean in [0, 1] with the Gaussian likelihood.
        likelihood: "bernoulli", or "gaussian" with one learned variance for all pixels.
        binarize: read a pixel as the probability of a 1, drawn anew at every step; without it the
            Bernoulli likelihood of grey pixels bounds nothing.
        beta: weight of the divergence.
        warmup_steps: the weight rises to `beta` linearly over so many steps; 0 for none.
        seed: keys all the noise of training.
    """

    def __init__(
        self,
        encoder,
        generator,
        likelihood="bernoulli",
        binarize=True,
        beta=1.0,
        warmup_steps=0,
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if likelihood not in ("bernoulli", "gaussian"):
            raise ValueError(f"The likelihood is bernoulli or gaussian; got {likelihood!r}.")
        if likelihood == "gaussian" and binarize:
            raise ValueError("The Gaussian likelihood is of grey pixels; set binarize to false.")
        if beta < 0 or warmup_steps < 0:
            raise ValueError(f"beta and warmup_steps are at least 0; got {beta}, {warmup_steps}.")
        self.encoder = encoder
        self.generator = generator
        self.likelihood = likelihood
        self.binarize = binarize
        self.beta = beta
        self.warmup_steps = warmup_steps
        if likelihood == "gaussian":
            self.log_variance = self.add_weight(name="log_variance", shape=(), initializer="zeros")
        self.latent_dim = generator.input_shape[-1]
        self.sampler = Sampler(generator, {"z": Latents(self.latent_dim)}, finish=self._image)

    def players(self):
        learned = [self.log_variance] if self.likelihood == "gaussian" else []
        return {"autoencoder": [self.encoder, self.generator, *learned]}

    def train_step(self, data):
        noise = self.noise()
        x = self._observe(data["image"], noise.key())
        epsilon = self.sampler.draw(noise, self.rows(x))["z"]

        def negated_bound():
            mu, logvar = self._posterior(x, training=True)
            decoded = self.generator(drawn(mu, logvar, epsilon), training=True)
            reconstruction = -tf.reduce_mean(self._log_likelihood(x, decoded))
            divergence = tf.reduce_mean(variational.divergence(mu, logvar))
            loss = reconstruction + self._weight() * divergence
            return loss, {
                "autoencoder_loss": loss,
                "reconstruction": reconstruction,
                "divergence": divergence,
            }

        return self.minimize("autoencoder", negated_bound)

    def _observe(self, image, key):
        """Pixels in [0, 1] of an image in [-1, 1]; 0 or 1, drawn by `key`, where they are binarised."""
        x = 0.5 * (tf.cast(image, tf.float32) + 1.0)
        if not self.binarize:
            return x
        shape = [self.rows(x), *x.shape[1:]]
        threshold = replica_rows(lambda everyone: draws.uniform(everyone, key), shape)
        return tf.cast(threshold < x, tf.float32)

    def _posterior(self, x, training):
        """q(z | x): its mean and log-variance, float32 [B, d]."""
        code = self.encoder(2.0 * x - 1.0, training=training)
        return tf.cast(code["mu"], tf.float32), tf.cast(code["logvar"], tf.float32)

    def _log_likelihood(self, x, decoded):
        if self.likelihood == "bernoulli":
            return variational.bernoulli(x, decoded)
        return variational.gaussian(x, decoded, self.log_variance.value)

    def _weight(self):
        """The divergence's weight at this step."""
        if not self.warmup_steps:
            return self.beta
        share = tf.cast(self.step, tf.float32) / self.warmup_steps
        return self.beta * tf.minimum(share, 1.0)

    def _image(self, decoded):
        """The mean of p(x | z) as an image in [-1, 1]."""
        decoded = tf.cast(decoded, tf.float32)
        mean = tf.sigmoid(decoded) if self.likelihood == "bernoulli" else decoded
        return tf.clip_by_value(2.0 * mean - 1.0, -1.0, 1.0)

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"mu", "logvar"} of q(z | x) and its mode "z", all [B, d]."""
        code = self.encoder(inputs["image"], training=False)
        mu, logvar = (tf.cast(code[name], tf.float32) for name in ("mu", "logvar"))
        return {"z": mu, "mu": mu, "logvar": logvar}

    def signatures(self):
        return super().signatures() | {"reconstruct": (self.reconstruct_signature, self.encoder_specs())}

    def reconstruct_signature(self, inputs):
        """Serving: {"image": [B, H, W, C]} -> {"image"}, decoded from the mean of q(z | x)."""
        return {"image": self.reconstruction(inputs, self.encoding(inputs))}

    def evidence_bound(self, images, seed=0, batch_size=500):
        """The bound (beta 1) on log p of each image, in nats, and its two terms.

        Args:
            images: [n, H, W, C] in [-1, 1]. Where pixels are binarised they are drawn once, by
                `seed`, for all the images together.
            seed: of the pixels and of the one latent an image.
            batch_size: how many are encoded at once.

        Returns:
            {"evidence_bound": bound, "reconstruction": -log p(x | z), "divergence": KL}, float64 [n].
        """
        x = self._observe(images, [seed, 0])
        epsilon = draws.normal([len(x), self.latent_dim], [seed, 1])
        terms = []
        with self.averaged():
            for start in range(0, len(x), batch_size):
                rows = slice(start, start + batch_size)
                mu, logvar = self._posterior(x[rows], training=False)
                decoded = self.generator(drawn(mu, logvar, epsilon[rows]), training=False)
                log_likelihood = self._log_likelihood(x[rows], decoded)
                terms.append((-log_likelihood, variational.divergence(mu, logvar)))
        reconstruction, divergence = (np.concatenate(t).astype(np.float64) for t in zip(*terms))
        return {
            "evidence_bound": -reconstruction - divergence,
            "reconstruction": reconstruction,
            "divergence": divergence,
        }

    def importance_weighted_bound(self, images, samples=500, seed=0):
        """log mean_s p(x, z_s) / q(z_s | x), z_s from q (Burda et al. 2016, equation 8): float64 [n].

        It lies between the evidence bound and log p(x), which it tends to. The pixels are those of
        `evidence_bound` for the same images and seed.
        """
        x = self._observe(images, [seed, 0])
        # So many images at once that about a thousand latents are decoded together.
        together = max(1, 1000 // samples)
        bounds = []
        with self.averaged():
            for start in range(0, len(x), together):
                rows = x[start : start + together]
                epsilon = draws.normal([samples, len(rows), self.latent_dim], [seed, 2 + start])
                weights = self._log_weights(rows, epsilon)
                bounds.append(tf.reduce_logsumexp(weights, axis=0) - np.log(samples))
        return np.concatenate(bounds).astype(np.float64)

    def _log_weights(self, x, epsilon):
        """log p(x, z) - log q(z | x), [S, B], at z = mu + sigma * epsilon for epsilon [S, B, d]."""
        mu, logvar = self._posterior(x, training=False)
        z = drawn(mu, logvar, epsilon)
        decoded = self.generator(tf.reshape(z, [-1, self.latent_dim]), training=False)
        decoded = tf.reshape(decoded, [*epsilon.shape[:2], *x.shape[1:]])
        prior_over_posterior = tf.reduce_sum(epsilon**2 + logvar - z**2, axis=-1) / 2
        return self._log_likelihood(x, decoded) + prior_over_posterior
