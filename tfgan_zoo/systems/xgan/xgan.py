"""XGAN: Unsupervised Image-to-Image Translation for Many-to-Many Mappings, Royer, Bousmalis, Gouws, Bertsch,
Mosseri, Cole, Murphy, 2017, arXiv:1711.05139.

Two domains, of which no pairs are known, have an autoencoder each. The inner layers of both encoders are the
same, and so are those of both decoders: there is one embedding, and to translate an image is to decode its
embedding in the other domain. Two losses ask both domains to use the embedding alike. A classifier learns to
tell from embeddings which domain an image is of, and by gradient reversal the encoders learn to make that hard.
And the embedding of a translation must be that of its source: this is the semantic consistency loss, which
asks for the same meaning where a cycle would ask for the same pixels. A discriminator in each domain asks for
translations that look real. One step of encoders, decoders and classifier together, then one of both
discriminators.

Differs from the paper: the semantic consistency loss is the cosine distance of both embeddings, of which each
has length 1, and not the sum of absolute differences (`semantic="l1"`), under which all embeddings become one
where the losses weigh the same. Embeddings of length 1 and the layers of the domain classifier are those of a
port, and networks have no batch norm. There is no teacher by default, and none that was trained on faces.
"""

import keras
import numpy as np
import tensorflow as tf

from tfgan_zoo.core.model import AdversarialModel
from tfgan_zoo.core.sampler import Sampler
from tfgan_zoo.layers.gradient_reversal import reversed_gradient
from tfgan_zoo.losses import gan
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.batching import in_batches

__all__ = ["XGAN"]

OTHER = {"a": "b", "b": "a"}


@keras.saving.register_keras_serializable("tfgan_zoo")
class XGAN(AdversarialModel):
    """The weighted sum of the losses of reconstruction, domain, semantic consistency, GAN and teacher.

    Batches hold `image_a` and `image_b`, unpaired. e_a is `encoder_a`, then `shared_encoder`; d_a is
    `shared_decoder`, then `decoder_a`; the same for b.

    Args:
        encoder_a, encoder_b: functional models, images of a domain -> maps.
        shared_encoder: functional model, maps -> embeddings [B, d], of length 1 each: embeddings that may
            shrink come near each other whatever they say.
        shared_decoder: functional model, embeddings -> maps.
        decoder_a, decoder_b: functional models, maps -> images of a domain in [-1, 1].
        domain_classifier: functional model c, embeddings -> logits [B, 1] of domain a against b.
        discriminator_a, discriminator_b: functional models, images -> logits.
        teacher: a network T that is not trained, such as `FrozenFeatures`: images of a -> features, d numbers
            an image; None for none.
        reconstruction_weight: of ||x - d(e(x))||, the Euclidean distance of whole images.
        domain_weight: of the cross-entropy that c descends and the encoders ascend.
        semantic_weight: of the distance of e_a(x) and e_b(d_b(e_a(x))), and the same from b.
        gan_weight: of -log D of the translations in each domain.
        teacher_weight: of ||T(x) - e_a(x)||_1, with T(x) scaled to length 1.
        semantic: the distance of embeddings, a name in `SEMANTIC_DISTANCES`.
        seed: keys nothing, as there is no noise.
    """

    # The loss is the sum of two discriminators'.
    saturation = {"discriminator_loss": 2 * gan.SATURATED}

    def __init__(
        self,
        encoder_a,
        encoder_b,
        shared_encoder,
        shared_decoder,
        decoder_a,
        decoder_b,
        domain_classifier,
        discriminator_a,
        discriminator_b,
        teacher=None,
        reconstruction_weight=1.0,
        domain_weight=1.0,
        semantic_weight=1.0,
        gan_weight=1.0,
        teacher_weight=1.0,
        semantic="cosine",
        seed=0,
        **kwargs,
    ):
        super().__init__(seed=seed, **kwargs)
        if semantic not in SEMANTIC_DISTANCES:
            known = ", ".join(SEMANTIC_DISTANCES)
            raise ValueError(f"Distances of embeddings are {known}; got semantic={semantic!r}.")
        self.encoder_a = encoder_a
        self.encoder_b = encoder_b
        self.shared_encoder = shared_encoder
        self.shared_decoder = shared_decoder
        self.decoder_a = decoder_a
        self.decoder_b = decoder_b
        self.domain_classifier = domain_classifier
        self.discriminator_a = discriminator_a
        self.discriminator_b = discriminator_b
        self.teacher = teacher
        self.reconstruction_weight = reconstruction_weight
        self.domain_weight = domain_weight
        self.semantic_weight = semantic_weight
        self.gan_weight = gan_weight
        self.teacher_weight = teacher_weight
        self.semantic = semantic
        if teacher is not None:
            self._require_size(teacher)
        self.ways = {f"{source}_to_{target}": self._way(source, target) for source, target in OTHER.items()}

    def _require_size(self, teacher):
        taught = teacher.compute_output_shape((1, *self.encoder_a.input_shape[1:]))
        if np.prod(taught) != self.shared_encoder.output_shape[-1]:
            raise ValueError(
                "A teacher gives as many numbers as an embedding has, "
                f"{self.shared_encoder.output_shape[-1]}; this one gives {np.prod(taught)}. "
                "Build the networks with embeddings of that size."
            )

    def _way(self, source, target):
        """The `Sampler` that translates: all four networks of a direction in one."""
        image = keras.Input(getattr(self, f"encoder_{source}").input_shape[1:], name=f"image_{source}")
        translation = self._decoded(target, self._embedding(source, image, None), None)
        network = keras.Model(image, translation, name=f"{source}_to_{target}")
        return Sampler(network, {}, makes=f"image_{target}", of=f"image_{source}")

    def players(self):
        encoders = [self.encoder_a, self.encoder_b, self.shared_encoder]
        decoders = [self.shared_decoder, self.decoder_a, self.decoder_b]
        return {
            "translators": [*encoders, *decoders, self.domain_classifier],
            "discriminators": [self.discriminator_a, self.discriminator_b],
        }

    def samplers(self):
        return dict(self.ways)

    def _embedding(self, domain, images, training):
        maps = getattr(self, f"encoder_{domain}")(images, training=training)
        return self.shared_encoder(maps, training=training)

    def _decoded(self, domain, embeddings, training):
        maps = self.shared_decoder(embeddings, training=training)
        return getattr(self, f"decoder_{domain}")(maps, training=training)

    def _decoded_in_both(self, embeddings):
        """{domain: its image of each embedding}, while training; what both decoders share runs once."""
        maps = self.shared_decoder(embeddings, training=True)
        return {"a": self.decoder_a(maps, training=True), "b": self.decoder_b(maps, training=True)}

    def _judged(self, domain, images):
        return getattr(self, f"discriminator_{domain}")(images, training=True)

    def train_step(self, data):
        real = {domain: data[f"image_{domain}"] for domain in OTHER}
        logs, fake = self.minimize("translators", lambda: self._translators_loss(real))

        def discriminator_loss():
            losses = [
                gan.discriminator(self._judged(domain, real[domain]), self._judged(domain, fake[domain]))
                for domain in OTHER
            ]
            return sum(losses), {"discriminator_loss": sum(losses)}

        return logs | self.minimize("discriminators", discriminator_loss)

    def _translators_loss(self, real):
        """The weighted sum, and (what to log, the translations by the domain that they are in)."""
        embeddings = {domain: self._embedding(domain, real[domain], True) for domain in OTHER}
        made = {source: self._decoded_in_both(embeddings[source]) for source in OTHER}
        fake = {target: made[source][target] for source, target in OTHER.items()}
        read = {source: self._embedding(target, fake[target], True) for source, target in OTHER.items()}

        distance = SEMANTIC_DISTANCES[self.semantic]
        reconstruction = sum(_length(real[domain] - made[domain][domain]) for domain in OTHER)
        semantic = sum(distance(embeddings[domain], read[domain]) for domain in OTHER)
        told = self._domain_loss(embeddings["a"], embeddings["b"])
        deceit = sum(gan.generator_non_saturating(self._judged(domain, fake[domain])) for domain in OTHER)
        loss = (
            self.reconstruction_weight * reconstruction
            + self.domain_weight * told
            + self.semantic_weight * semantic
            + self.gan_weight * deceit
        )
        logs = {
            "reconstruction_loss": reconstruction,
            "domain_loss": told,
            "semantic_loss": semantic,
            "deceit_loss": deceit,
        }
        if self.teacher is not None:
            logs["teacher_loss"] = self._teacher_loss(real["a"], embeddings["a"])
            loss += self.teacher_weight * logs["teacher_loss"]
        return loss, ({"translator_loss": loss, **logs}, fake)

    def _domain_loss(self, a, b):
        """The cross-entropy of c on embeddings of both domains, to which its gradient comes reversed."""
        logits = [self.domain_classifier(reversed_gradient(each), training=True) for each in (a, b)]
        return gan.discriminator(*logits)

    def _teacher_loss(self, images, embeddings):
        taught = tf.reshape(tf.cast(self.teacher(images), tf.float32), tf.shape(embeddings))
        return _absolute(_unit(taught), embeddings)

    def embed(self, images, domain="a", batch_size=250):
        """The embeddings of images of a domain.

        Args:
            images: float array [n, H, W, C] in [-1, 1].
            domain: "a" or "b".
            batch_size: how many are embedded at once.

        Returns:
            float32 array [n, d] of length 1 each.

        Raises:
            ValueError: there is no such domain.
        """
        if domain not in OTHER:
            raise ValueError(f"The domains are a and b; got {domain!r}.")

        def embedding(batch):
            return tf.cast(self._embedding(domain, batch, False), tf.float32)

        with self.averaged():
            return in_batches(embedding, np.asarray(images, np.float32), batch_size)

    def reconstruct(self, images, domain="a", batch_size=250):
        """d(e(x)) of images x of a domain, float32 [n, H, W, C]. Arguments and errors: as `embed`."""
        embeddings = self.embed(images, domain, batch_size)

        def decoded(batch):
            return tf.cast(self._decoded(domain, batch, False), tf.float32)

        with self.averaged():
            return in_batches(decoded, embeddings, batch_size)

    def a_to_b(self, inputs):
        """Serving: {"image": [B, H, W, C] of a} -> {"image": of b}."""
        return {"image": self.ways["a_to_b"].serve({"image_a": inputs["image"]})}

    def b_to_a(self, inputs):
        """Serving: {"image": [B, H, W, C] of b} -> {"image": of a}."""
        return {"image": self.ways["b_to_a"].serve({"image_b": inputs["image"]})}

    def embed_a(self, inputs):
        """Serving: {"image": [B, H, W, C] of a} -> {"embedding": [B, d]}."""
        return {"embedding": tf.cast(self._embedding("a", inputs["image"], False), tf.float32)}

    def embed_b(self, inputs):
        """Serving: {"image": [B, H, W, C] of b} -> {"embedding": [B, d]}."""
        return {"embedding": tf.cast(self._embedding("b", inputs["image"], False), tf.float32)}

    def call(self, inputs):
        """`a_to_b`."""
        return self.a_to_b(inputs)

    def signatures(self):
        a, b = (
            {"image": tf.TensorSpec([None, *encoder.input_shape[1:]], tf.float32, name="image")}
            for encoder in (self.encoder_a, self.encoder_b)
        )
        return {
            "a_to_b": (self.a_to_b, a),
            "b_to_a": (self.b_to_a, b),
            "embed_a": (self.embed_a, a),
            "embed_b": (self.embed_b, b),
        }

    def picture(self, path, batch, seed=0):
        """a | d_a(e_a(a)) | its translation d_b(e_a(a)) | b | d_b(e_b(b)) | d_a(e_b(b)); a row a pair."""
        columns = []
        for source, target in OTHER.items():
            images = batch[f"image_{source}"].numpy()
            translated = self.translate(images, direction=f"{source}_to_{target}")
            columns += [images, self.reconstruct(images, source), translated]
        pictures.save_columns(columns, path)


def _unit(vectors):
    """Rows [B, d] scaled to length 1."""
    return tf.math.l2_normalize(vectors, axis=-1)


def _length(images):
    """||x||, the root of the sum of squares of each image [B, H, W, C], as a mean over the batch."""
    squares = tf.reduce_sum(tf.square(tf.cast(images, tf.float32)), axis=[1, 2, 3])
    # At 0 the root has no gradient.
    return tf.reduce_mean(tf.sqrt(tf.maximum(squares, 1e-12)))


def _absolute(vectors, others):
    """||u - v||_1 of rows [B, d], as a mean over the batch."""
    return tf.reduce_mean(tf.reduce_sum(tf.abs(vectors - others), axis=-1))


def _cosine(vectors, others):
    """1 - cos(u, v) of rows [B, d], as a mean over the batch."""
    return tf.reduce_mean(1.0 - tf.reduce_sum(_unit(vectors) * _unit(others), axis=-1))


SEMANTIC_DISTANCES = {"cosine": _cosine, "l1": _absolute}
