"""The game of systems whose generator also takes the embedding of a text."""

import numpy as np
import tensorflow as tf

from tfgan_zoo.core.latent_game import LatentGame
from tfgan_zoo.random import draws
from tfgan_zoo.text.encoders import embedded
from tfgan_zoo.utils import pictures


class TextGame(LatentGame):
    """A latent game whose generator also takes `text`, the embedding [B, d] of a caption.

    Args:
        text_encoder: functional model, characters [B, L] -> embedding [B, d]. No player trains it; it is kept
            so that the model reads captions itself.
        captions: a list of captions, of which `generate` draws where its caller gives none, and which
            pictures show.
    """

    def __init__(self, generator, text_encoder, captions, prior="normal", seed=0, **kwargs):
        super().__init__(generator, prior=prior, seed=seed, **kwargs)
        if not captions:
            raise ValueError(f"{type(self).__name__} needs at least one caption to show.")
        self.text_encoder = text_encoder
        self.captions = list(captions)

    def embed(self, captions):
        """A list of captions -> float32 [n, d]."""
        return self.encode_text({"caption": tf.constant(captions)})["text_embedding"].numpy()

    def generate(self, n, seed=None, batch_size=250, caption=None, **conditions):
        """As `LatentGame.generate`; `caption` is a string, or a list of n, in the place of `text`."""
        if caption is not None:
            several = [caption] * n if isinstance(caption, str) else list(caption)
            conditions["text"] = self.embed(several)
        return super().generate(n, seed, batch_size, **conditions)

    def conditions(self, n, seed):
        """Embeddings of captions that are drawn uniformly from its own."""
        chosen = draws.integers([n], [seed, 1], len(self.captions)).numpy()
        return {"text": self.embed(self.captions)[chosen]}

    def picture(self, path, batch):
        """Eight samples of each caption, a row a caption, from the same eight latents."""
        z = np.tile(self.latents(8, seed=0), (len(self.captions), 1))
        text = np.repeat(self.embed(self.captions), 8, axis=0)
        pictures.save_grid(self.decode(z, text=text), path, columns=8)

    def encode_text(self, inputs):
        """Serving: {"caption": [B] UTF-8} -> {"text_embedding": [B, d]}."""
        return {"text_embedding": embedded(self.text_encoder, inputs["caption"])}

    def signatures(self):
        caption = tf.TensorSpec([None], tf.string, name="caption")
        return {**super().signatures(), "encode_text": (self.encode_text, {"caption": caption})}
