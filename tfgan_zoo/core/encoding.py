"""Systems that find the latent of an image."""

import numpy as np

from tfgan_zoo.utils.batching import in_batches


class Encoding:
    """The part of a system with an encoder that is the same in all; it stands before `AdversarialModel`.

    A system says in `encoding` what it reads of images. Where this has `z`, latents of the generator, images can be
    reconstructed.
    """

    # Whether `encoding` has `z`.
    reconstructs = True

    def encoding(self, inputs):
        """Serving: {"image": [B, H, W, C] in [-1, 1], conditions} -> {"z": [B, d], ...}, float32, in inference mode."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it reads of images.")

    def reconstruction(self, inputs, code):
        """Serving: the images [B, H, W, C] that the generator makes of a code and of the conditions in `inputs`."""
        conditions = {name: inputs[name] for name in self._first().inputs if name in inputs}
        return self._first().serve({**conditions, "z": code["z"]})

    def encoder_specs(self):
        """The `tf.TensorSpec`s of what `encoding` takes."""
        return self.example_specs()

    def encode(self, images, batch_size=250, **conditions):
        """What the encoder reads of images, with averaged weights where they are kept.

        Args:
            images: float array [n, H, W, C] in [-1, 1], or points [n, d].
            batch_size: how many are read at once.
            **conditions: the encoder's other inputs: one value for all, or an array [n, ...].

        Returns:
            {name: float32 array [n, ...]}: `z` and what else the system reads.

        Raises:
            ValueError: the images have another shape than the encoder's, or conditions are missing or unknown.
        """
        return self._read(self.encoding, images, batch_size, conditions)

    def reconstruct(self, images, batch_size=250, **conditions):
        """Images, encoded and made again: float32 array [n, H, W, C]. Arguments and errors: as `encode`.

        Raises:
            ValueError: the system reads codes of images, but no latents.
        """
        if not self.reconstructs:
            raise ValueError(f"{type(self).__name__} reads codes of images, but no latents to make them again from.")

        def again(inputs):
            return self.reconstruction(inputs, self.encoding(inputs))

        return self._read(again, images, batch_size, conditions)

    def encode_signature(self, inputs):
        """Serving: all that `encoding` reads, and the `reconstruction`."""
        code = self.encoding(inputs)
        return code | {"reconstruction": self.reconstruction(inputs, code)} if self.reconstructs else code

    def signatures(self):
        return super().signatures() | {"encode": (self.encode_signature, self.encoder_specs())}

    def _read(self, function, images, batch_size, conditions):
        specs = self.encoder_specs()
        key, *others = specs
        if set(conditions) != set(others):
            takes = ", ".join(others) or "nothing"
            given = ", ".join(conditions) or "nothing"
            raise ValueError(f"The encoder takes {takes} beside the {key}; got {given}.")
        inputs = {key: np.asarray(images), **conditions}
        count = len(inputs[key])
        for name, spec in specs.items():
            values = np.asarray(inputs[name])
            if name != key and values.shape == spec.shape[1:]:
                values = np.broadcast_to(values, (count, *values.shape))
            if not (spec.shape.is_compatible_with(values.shape) and len(values) == count > 0):
                shape = ", ".join(str(size or "any") for size in spec.shape[1:])
                raise ValueError(f"The encoder takes {name} of shape [n, {shape}]; got {values.shape}.")
            inputs[name] = values.astype(spec.dtype.as_numpy_dtype)
        with self.averaged():
            return in_batches(function, inputs, batch_size)
