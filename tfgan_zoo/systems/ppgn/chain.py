"""The chain of codes by which images are drawn (Nguyen et al. 2017, arXiv:1612.00005, equations 5 and 11)."""

from typing import NamedTuple

import numpy as np
import tensorflow as tf

from tfgan_zoo.utils.batching import in_batches

# Codes stay in [0, CEILING], as in the released code.
CEILING = 30.0


class Context(NamedTuple):
    """What inpainting keeps: an image [B, H, W, C], and a mask [B, H, W, 1] that is 1 where it is missing."""

    image: tf.Tensor
    mask: tf.Tensor


def chain(h, target, eps, steps, rate, decode, denoise, classify, context=None, decays=False, seed=0):
    """Codes after `steps` of h <- clip(h + rate g / mean|g|), float32 [B, d].

        g = eps_1 (R(h) - h) + eps_2 d log C_y(G(h)) / dh + N(0, eps_3^2) [+ eps_4 J^T (x - G(h))]

    R, the denoiser, is where codes of images are (no gradient goes through it), and the classifier C says which
    class is asked for. The mean is each code's own. With a context C sees it in its place, and the last term, of
    the Jacobian J of G and of known pixels alone, draws the others towards fitting.

    Args:
        h: codes [B, d].
        target: classes int [B].
        eps: float tensor [3], or [4] with a context.
        steps: an integer or an integer tensor.
        rate: the mean distance that a code moves in a step, before it is put back into [0, CEILING].
        decode: G, codes -> images [B, H, W, C].
        denoise: R, codes -> codes.
        classify: C, images -> logits [B, K].
        context: a `Context`, or None.
        decays: whether the rate falls to 0, evenly.
        seed: of the noise, which depends on a code's row.
    """

    def step(i, h):
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch(h)
            image = decode(h)
            losses = -eps[1] * log_probability(classify(pasted(image, context)), target)
            if context is not None:
                known = (1 - context.mask) * (context.image - image)
                losses += eps[3] * tf.reduce_sum(tf.square(known), axis=[1, 2, 3]) / 2
        noise = tf.random.stateless_normal(tf.shape(h), [seed, i])
        g = eps[0] * (denoise(h) - h) - tape.gradient(losses, h) + eps[2] * noise
        share = 1 - tf.cast(i, tf.float32) / tf.cast(steps, tf.float32) if decays else 1.0
        unit = tf.math.divide_no_nan(g, tf.reduce_mean(tf.abs(g), axis=1, keepdims=True))
        return i + 1, tf.clip_by_value(h + share * rate * unit, 0.0, CEILING)

    return tf.while_loop(lambda i, h: i < steps, step, (0, tf.cast(h, tf.float32)))[1]


def pasted(image, context):
    """The image with all that is known of it put into its place."""
    return image if context is None else context.mask * image + (1 - context.mask) * context.image


def log_probability(logits, target):
    """log C_y(x) [B]."""
    return -tf.nn.sparse_softmax_cross_entropy_with_logits(target, tf.cast(logits, tf.float32))


class Chains:
    """The part of `PPGN` that draws; it needs the settings and networks of its constructor."""

    def _chain(self, h, target, eps, steps, classifier=None, **arguments):
        def classify(images):
            return (classifier or self.classifier)(images, training=False)

        return chain(h, target, eps, steps, self.chain_rate, self._decode, self._denoise, classify, **arguments)

    def draw(self, h, target, steps=None, eps=None, classifier=None, batch_size=250):
        """Chains from codes, with averaged weights where they are kept.

        Args:
            h: codes [n, d] that chains begin at, such as `encode` gives.
            target: classes, one for all or int [n].
            steps, eps: None for those of the model.
            classifier: a functional model, images -> logits, that is plugged in; None for the model's own.
            batch_size: how many run at once.

        Returns:
            {"image": [n, H, W, C], "h": [n, d], "prob": [n] of the class that was asked for}, float32 arrays.
        """
        steps, eps = self.chain_steps if steps is None else steps, self.eps if eps is None else eps
        rows = {"h": np.asarray(h, np.float32), "target": np.broadcast_to(np.int32(target), [len(h)])}

        def made(rows):
            return self._made(**rows, eps=tf.constant(eps, tf.float32), steps=steps, classifier=classifier)

        with self.averaged():
            return in_batches(tf.function(made, reduce_retracing=True), rows, batch_size)

    def _made(self, h, target, eps, steps, classifier=None, context=None, **arguments):
        """What `draw` and the signatures give."""
        h = self._chain(h, target, eps, steps, classifier, context=context, **arguments)
        image = pasted(self._decode(h), context)
        logits = (classifier or self.classifier)(image, training=False)
        return {"image": image, "h": h, "prob": tf.exp(log_probability(logits, target))}

    def chains(self, inputs):
        """Serving: {"h": [B, d], "target": [B], "eps": [3], "steps": []} -> {"image", "h": [B, d], "prob": [B]}."""
        return self._made(**inputs)

    def inpaint(self, inputs):
        """Serving: `chains` with {"image": [B, H, W, C], "mask": [B, H, W, 1], 1 where it is missing, "eps": [4]}.

        eps_4 is of the distance to the known pixels; the rate falls to 0. What is known comes back as it was.
        """
        given = {name: inputs[name] for name in ("h", "target", "eps", "steps")}
        return self._made(**given, context=Context(inputs["image"], inputs["mask"]), decays=True)

    def signatures(self):
        size, shape = self.generator.input_shape[-1], self.example_shapes["image"]
        wanted = {
            "h": ([None, size], tf.float32),
            "target": ([None], tf.int32),
            "eps": ([3], tf.float32),
            "steps": ([], tf.int32),
        }
        inpainted = wanted | {"eps": ([4], tf.float32), "mask": ([None, *shape[:2], 1], tf.float32)}
        chains, inpaint = (
            {name: tf.TensorSpec(*spec, name=name) for name, spec in each.items()} for each in (wanted, inpainted)
        )
        own = {"chain": (self.chains, chains), "inpaint": (self.inpaint, self.example_specs() | inpaint)}
        return super().signatures() | own
