"""What StyleGAN2's networks make of latents and styles: images, walks, mixes, pictures, and what is served."""

import functools

import numpy as np
import tensorflow as tf

from tfgan_zoo.random import draws
from tfgan_zoo.utils import pictures
from tfgan_zoo.utils.batching import in_batches

# Of the rows of a picture.
TRUNCATIONS = (1.0, 0.7, 0.4, 0.0)
_MIXED_ROWS = 4

# Noise of a seed is one vector of normals, turned by so many places for each seed: an export then has it without
# operators for random numbers.
_PLACES = 7919


class DrawsByStyle:
    """The part of the model that needs the networks `mapping` and `synthesis` and the number of layers, `styles`."""

    def decode(self, z, batch_size=250, **conditions):
        """As in the base class; styles are not truncated and the noise is that of seed 0 where none is given."""
        given = {"truncation_psi": 1.0, "noise": self.noise_of(0).numpy()[0]}
        return super().decode(z, batch_size, **given | conditions)

    def interpolate(self, pairs, steps, seed=None, space="z", **conditions):
        """The images between pairs of latents, float32 [pairs * steps, H, W, C], pair by pair, of one noise each.

        Args:
            pairs, steps, seed: as in the base class.
            space: "z" goes along arcs between latents, "w" on lines between their styles.
            **conditions: as `generate` takes them.

        Raises:
            ValueError: there is no such space.
        """
        if space == "z":
            return super().interpolate(pairs, steps, seed, **conditions)
        if space != "w":
            raise ValueError(f'StyleGAN2-ADA interpolates in space "z" or "w"; got {space!r}.')
        ends = self.latents(2 * pairs, seed)
        inputs = self.sampler.inputs_of(pairs, seed, z=ends[:pairs], **conditions)
        psi, noise = inputs["truncation_psi"], np.repeat(inputs["noise"], steps, axis=0)
        with self.averaged():
            first, last = (self._style_arrays(z, psi) for z in (ends[:pairs], ends[pairs:]))
            shares = np.linspace(0, 1, steps, dtype=np.float32)[:, None]
            walk = first[:, None] + shares * (last - first)[:, None]
            return self._synthesized(walk.reshape(pairs * steps, -1), noise)

    def mix(self, coarse, fine, begin):
        """Images whose layers have the styles of latents `coarse` [n, d] and, from `begin` on, of `fine` [n, d]."""
        with self.averaged():
            psi = np.ones(len(coarse), np.float32)
            styles = [np.repeat(self._style_arrays(z, psi)[:, None], self.styles, axis=1) for z in (coarse, fine)]
            together = mixed(*styles, np.full(len(coarse), begin, np.int32)).numpy()
            return self._synthesized(together, np.repeat(self.noise_of(0).numpy(), len(coarse), axis=0))

    def _style_arrays(self, z, psi):
        make = functools.partial(self.mapping, training=False)
        return in_batches(make, {"z": z, "truncation_psi": psi}, 250)

    def _synthesized(self, styles, noise):
        """Images of styles [n, e], or of those of each layer [n, layers, e]."""
        if styles.ndim == 2:
            styles = np.repeat(styles[:, None], self.styles, axis=1)

        def make(inputs):
            return within_range(self.synthesis(inputs, training=False))

        return in_batches(make, {"w": styles, "noise": noise}, 250)

    def picture(self, path, batch, seed=0):
        """Latents truncated to psi 1, 0.7, 0.4 and 0 in the rows above; below them the coarse styles of one latent in
        each row, and the other ones of the latents above."""
        self.save_samples(path, 10 * (len(TRUNCATIONS) + _MIXED_ROWS), seed, None)

    def save_samples(self, path, n, seed, held_out):
        """Four rows of the same latents, with styles at 1, 0.7, 0.4 and 0 of their distance from the mean style.

        Four rows of mixed styles follow: those of the maps of 4x4 and of the first image are of one latent for all of
        a row, the other ones of the latents above.
        """
        columns = max(1, n // (len(TRUNCATIONS) + _MIXED_ROWS))
        z, of_rows = np.split(self.latents(columns + _MIXED_ROWS, seed), [columns])
        rows = [self.decode(z, truncation_psi=psi) for psi in TRUNCATIONS]
        rows += [self.mix(np.tile(each, (columns, 1)), z, 2) for each in of_rows]
        pictures.save_grid(np.concatenate(rows), path, columns=columns)

    # Serving

    def noise_of(self, seed):
        """The noise [1, N] of an integer, of all examples alike."""
        count = self.synthesis.input["noise"].shape[-1]
        places = (tf.range(count, dtype=tf.int64) + tf.cast(seed, tf.int64) * _PLACES) % count
        return tf.gather(draws.normal([1, count], [0, 0]), places, axis=1)

    def call(self, inputs):
        """Serving: {"z": [B, d], "truncation_psi": [], "noise_seed": []} -> {"image": float32 [B, H, W, C]}.

        Without these psi is 1 and the noise that of seed 0. All of a batch have the same noise.
        """
        inputs = inputs if isinstance(inputs, dict) else {"z": inputs}
        rows = tf.shape(inputs["z"])[0]
        psi = tf.fill([rows], tf.cast(inputs.get("truncation_psi", 1.0), tf.float32))
        noise = tf.repeat(self.noise_of(inputs.get("noise_seed", 0)), rows, axis=0)
        return {"image": self.sampler.serve({"z": inputs["z"], "truncation_psi": psi, "noise": noise})}

    def map(self, inputs):
        """Serving: {"z": [B, d]} -> {"w": float32 [B, e]}, not truncated."""
        psi = tf.ones(tf.shape(inputs["z"])[:1])
        return {"w": tf.cast(self.mapping({"z": inputs["z"], "truncation_psi": psi}, training=False), tf.float32)}

    def synthesize(self, inputs):
        """Serving: {"w": [B, e]} -> {"image": float32 [B, H, W, C]}, with the noise of seed 0."""
        styles = tf.repeat(inputs["w"][:, None], self.styles, axis=1)
        noise = tf.repeat(self.noise_of(0), tf.shape(styles)[0], axis=0)
        return {"image": within_range(self.synthesis({"w": styles, "noise": noise}, training=False))}

    def signatures(self):
        z = tf.TensorSpec([None, self.mapping.input["z"].shape[-1]], tf.float32, name="z")
        w = tf.TensorSpec([None, self.mapping.output.shape[-1]], tf.float32, name="w")
        settings = {
            "truncation_psi": tf.TensorSpec([], tf.float32, name="truncation_psi"),
            "noise_seed": tf.TensorSpec([], tf.int32, name="noise_seed"),
        }
        return {
            "serving_default": (self.call, {"z": z, **settings}),
            "map": (self.map, {"z": z}),
            "synthesize": (self.synthesize, {"w": w}),
        }


def mixed(styles, others, begin):
    """Styles [B, layers, e] of which the layers from begin [B] on are those of `others`."""
    layers = tf.range(styles.shape[1])
    return tf.where((layers >= begin[:, None])[..., None], others, styles)


def within_range(images):
    return tf.clip_by_value(tf.cast(images, tf.float32), -1.0, 1.0)
