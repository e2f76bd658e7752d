"""What systems that draw images of texts have in common: they read captions by themselves."""

import tensorflow as tf

from tfgan_zoo.text.encoders import embedded


class ReadsCaptions:
    """Mixin for systems with a `text_encoder`, characters [B, L] -> embedding [B, e], and a list `captions`.

    List it before `AdversarialModel` among the bases.
    """

    def embed(self, captions):
        """A list of captions -> float32 [n, e]."""
        return self.encode_text({"caption": tf.constant(captions)})["text_embedding"].numpy()

    def encode_text(self, inputs):
        """Serving: {"caption": [B] UTF-8} -> {"text_embedding": [B, e]}."""
        return {"text_embedding": embedded(self.text_encoder, inputs["caption"])}

    def signatures(self):
        caption = tf.TensorSpec([None], tf.string, name="caption")
        return super().signatures() | {"encode_text": (self.encode_text, {"caption": caption})}


def require_captions(captions):
    """The captions as a list. Raises ValueError where there is none."""
    if not captions:
        raise ValueError("A system that draws images of texts needs at least one caption to show.")
    return list(captions)
