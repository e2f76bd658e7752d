"""How a system is written to files and read back, with its optimisers and stages."""

import inspect

import keras

import tfgan_zoo as zoo
from tfgan_zoo.core.export import export


class Saving:
    """The part of `AdversarialModel` that Keras' saving calls."""

    @classmethod
    def from_preset(cls, preset, weights="pretrained"):
        """The compiled model of a config, with the weights that ship.

        Args:
            preset: the id of a config of this system, such as "dcgan/fashion_mnist".
            weights: as `zoo.load` takes them.

        Raises:
            ValueError: the config is of another system; and what `zoo.load` raises.
        """
        model = zoo.load(preset, weights)
        if not isinstance(model, cls):
            raise ValueError(f"{preset} is a {type(model).__name__}, not a {cls.__name__}.")
        return model

    def save(self, filepath, *arguments, **options):
        """As `keras.Model.save`, into a `.keras` file; weights alone go into a `.weights.h5` file.

        Raises:
            ValueError: the file has another ending.
        """
        if not str(filepath).endswith(".keras"):
            raise ValueError(
                f"A system is saved as model.save('NAME.keras'), or its weights by "
                f"model.save_weights('NAME.weights.h5'); got {filepath}."
            )
        super().save(filepath, *arguments, **options)

    def export(self, filepath, format="tf_saved_model", **options):
        """Writes what serves without this package. Arguments, result and errors are those of `zoo.export`.

        Raises TypeError for Keras' other options.
        """
        if options:
            raise TypeError(
                f"{type(self).__name__}.export has no option {', '.join(options)}: it writes what "
                "`signatures()` names, and prints nothing."
            )
        return export(self, filepath, format)

    def get_config(self):
        names = inspect.signature(type(self).__init__).parameters
        config = {"seed": self.seed, "name": self.name, "dtype": self.dtype_policy}
        config |= {name: getattr(self, name) for name in names if name not in ("self", "kwargs")}
        return {name: keras.saving.serialize_keras_object(value) for name, value in config.items()}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(
            **{name: keras.saving.deserialize_keras_object(v, custom_objects) for name, v in config.items()}
        )

    def get_compile_config(self):
        players = {name: o for name, o in self.optimizers.items() if name in self.players()}
        return {
            "optimizers": {name: keras.saving.serialize_keras_object(o) for name, o in players.items()},
            "jit_compile": self.jit_compile,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
            "stages": [stage.as_dict(self.optimizers) for stage in self.stages],
        }

    def compile_from_config(self, config):
        self.compile(**config)

    def load_own_variables(self, store):
        """As Keras does, but files of before 2026-11 also hold which loss first was not finite, second."""
        values = [store[str(place)] for place in range(len(store.keys()))]
        if len(values) == len(self._trainable_variables + self._non_trainable_variables) + 1:
            store = {str(place): value for place, value in enumerate(values[:1] + values[2:])}
        super().load_own_variables(store)
