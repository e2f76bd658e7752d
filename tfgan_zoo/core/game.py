"""The game: any number of players, each with its networks, its optimiser and its own loss."""

import contextlib
import inspect

import keras
import tensorflow as tf

from tfgan_zoo.random.noise import StepNoise


class Game(keras.Model):
    """Base of every system in the zoo.

    A subclass keeps each constructor argument under its own name, names its players where they are not a
    discriminator and a generator, and writes `train_step` as the paper's algorithm box with `noise`,
    `minimize` and `report`:

        noise = self.noise()
        loss = self.minimize("generator", lambda: ...)
        return self.report(generator_loss=loss)

    The class attribute `reported` lists the losses that `train_step` reports, in order.

    Args:
        seed: keys all the noise of training.
    """

    reported = ()

    def __init__(self, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.seed = int(seed)
        self.step = self._counter("step", (), 0)
        # (step, index into `reported`) of the first loss that was not finite.
        self.fault = self._counter("fault", (2,), -1)
        self.optimizers = {}
        self.built = True

    def _counter(self, name, shape, start):
        return self.add_weight(
            name=name,
            shape=shape,
            dtype="int64",
            initializer=keras.initializers.Constant(start),
            trainable=False,
            aggregation="only_first_replica",
        )

    def players(self):
        """Each player's name with the list of networks that it trains; by default those of the first GAN."""
        return {"discriminator": [self.discriminator], "generator": [self.generator]}

    def player_variables(self, player):
        """The variables that a player moves: its networks' trainable weights, each once."""
        found = {}
        for network in self.players()[player]:
            for variable in network.trainable_variables:
                found.setdefault(id(variable), variable)
        return list(found.values())

    @property
    def batches_per_step(self):
        """How many batches of real examples one `train_step` uses (k critic steps use k)."""
        return 1

    @property
    def updates_per_step(self):
        """How many times each player moves in one `train_step`."""
        return dict.fromkeys(self.players(), 1)

    @property
    def example_shapes(self):
        """The batch keys that it learns from, each with the shape of one example."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it learns from.")

    def compile(self, optimizers, jit_compile=False, **kwargs):
        """Gives every player its optimiser.

        Args:
            optimizers: a dict from the name of each player to a `keras.optimizers.Optimizer`.
                Averaging (`use_ema`) and accumulation (`gradient_accumulation_steps`) are Keras'
                own options; where a player's weights are averaged, `generate`, `zoo.export` and
                shipped weights use the averages.
            jit_compile: compile the train step with XLA.
            **kwargs: `run_eagerly`, `steps_per_execution` as in `keras.Model.compile`.

        Raises:
            ValueError: a player has no optimiser, or a name is no player's.
        """
        players = self.players()
        if set(optimizers) != set(players):
            raise ValueError(
                f"{type(self).__name__} needs one optimizer for each of its players "
                f"({', '.join(players)}); got {', '.join(optimizers) or 'none'}."
            )
        if len({id(optimizer) for optimizer in optimizers.values()}) < len(optimizers):
            raise ValueError("Two players share one optimizer object; give each its own.")
        super().compile(optimizer=None, jit_compile=jit_compile, **kwargs)
        self.optimizers = {player: keras.optimizers.get(optimizers[player]) for player in players}
        for player, optimizer in self.optimizers.items():
            optimizer.build(self.player_variables(player))

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Keras' step before `fit`, for which nothing is left: a compiled game is built.

        To find shapes, Keras would average a batch over all workers, which fails for batches that are dicts.
        """

    def noise(self):
        """The draws of the current step; ask once at the top of `train_step`."""
        return StepNoise(self.seed, self.step)

    def minimize(self, player, loss_fn):
        """One update of one player: descends the gradient of `loss_fn()` in its own variables.

        Gradients are summed over replicas, so the loss is divided by their number first; every
        replica holds as many examples, which makes the result that of the global batch.

        Returns:
            The scalar loss of this replica.
        """
        loss, gradients = self.gradients(player, loss_fn)
        self.optimizers[player].apply(gradients, self.player_variables(player))
        return loss

    def gradients(self, player, loss_fn):
        """`loss_fn()` and its gradients, this replica's share, in the order of `player_variables`.

        A gradient is None where the loss does not depend on the variable.
        """
        variables = self.player_variables(player)
        with tf.GradientTape(watch_accessed_variables=False) as tape:
            tape.watch([variable.value for variable in variables])
            loss = tf.cast(loss_fn(), tf.float32)
            shared = loss / tf.distribute.get_strategy().num_replicas_in_sync
        return loss, tape.gradient(shared, [variable.value for variable in variables])

    def report(self, **losses):
        """Ends a train step: counts it, watches for losses that are not finite, returns the logs."""
        if tuple(losses) != tuple(self.reported):
            raise ValueError(
                f"{type(self).__name__} declares the losses {self.reported} and reported "
                f"{tuple(losses)}."
            )
        values = tf.stack([tf.cast(loss, tf.float32) for loss in losses.values()])
        bad = tf.logical_not(tf.math.is_finite(values))
        first = tf.logical_and(tf.reduce_any(bad), self.fault[0] < 0)
        fault = tf.stack([tf.cast(self.step, tf.int64), tf.argmax(tf.cast(bad, tf.int32))])
        self.fault.assign(tf.where(first, fault, self.fault))
        self.step.assign(self.step + 1)
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            # Keras averages logs over workers along axis 0, which scalars do not have.
            return {name: tf.reshape(loss, [1]) for name, loss in losses.items()}
        return losses

    @contextlib.contextmanager
    def averaged(self):
        """Within it, players whose optimiser keeps averages hold these instead of their weights."""
        held = []
        for player, optimizer in self.optimizers.items():
            if optimizer.use_ema and optimizer.iterations.numpy() > 0:
                variables = self.player_variables(player)
                held += [(variable, variable.numpy()) for variable in variables]
                optimizer.finalize_variable_values(variables)
        try:
            yield self
        finally:
            for variable, value in held:
                variable.assign(value)

    def example(self, batch, key):
        """The tensor of a batch dict; a bare tensor stands for itself.

        Raises:
            KeyError: the batch has no such key.
        """
        if not isinstance(batch, dict):
            return batch
        if key not in batch:
            raise KeyError(
                f"{type(self).__name__} trains on batches with the key {key!r}; this one has "
                f"{', '.join(sorted(batch))}."
            )
        return batch[key]

    @staticmethod
    def batch_size(examples):
        """The number of examples, as an int where it is fixed, else as a tensor."""
        return examples.shape[0] or tf.shape(examples)[0]

    @staticmethod
    def split(examples, k):
        """`k` batches of B out of k * B examples: every k-th row, starting at each of the first k.

        Strided, since that gives the same k batches however many replicas share the rows.
        """
        return [examples[start::k] for start in range(k)] if k > 1 else [examples]

    def makes(self, batch, seed):
        """As many examples of every kind that the model makes as `batch` has.

        Args:
            batch: real examples, {key: array [n, ...]}; systems that translate start from them.
            seed: makes them repeatable.

        Returns:
            {key of a batch: float32 array [n, ...]}.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what it makes.")

    def picture(self, path, batch):
        """Writes the PNG by which a run shows what the model makes now.

        Args:
            path: the file to write.
            batch: a few real examples, as `data.load` gives them, for systems that translate.
        """
        raise NotImplementedError(f"{type(self).__name__} does not say what it shows.")

    def save_samples(self, path, n, seed, held_out):
        """Writes a PNG of `n` samples.

        Args:
            path: the file to write.
            n: how many.
            seed: makes them repeatable.
            held_out: a function of a number to a batch of so many examples, for systems that translate.
        """
        raise NotImplementedError(f"{type(self).__name__} has no samples.")

    def signatures(self):
        """What an export serves: name -> (function of a dict, its `tf.TensorSpec`s)."""
        raise NotImplementedError(f"{type(self).__name__} does not say what it serves.")

    def get_config(self):
        names = inspect.signature(type(self).__init__).parameters
        config = {"seed": self.seed, "name": self.name, "dtype": self.dtype_policy}
        config.update(
            {name: getattr(self, name) for name in names if name not in ("self", "kwargs")}
        )
        return {
            name: value
            if value is None or isinstance(value, (bool, int, float, str))
            else keras.saving.serialize_keras_object(value)
            for name, value in config.items()
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(
            **{
                name: keras.saving.deserialize_keras_object(value, custom_objects)
                if isinstance(value, dict)
                else value
                for name, value in config.items()
            }
        )

    def get_compile_config(self):
        return {
            "optimizers": {
                player: keras.saving.serialize_keras_object(optimizer)
                for player, optimizer in self.optimizers.items()
            },
            "jit_compile": self.jit_compile,
            "run_eagerly": self.run_eagerly,
            "steps_per_execution": self.steps_per_execution,
        }

    def compile_from_config(self, config):
        config = dict(config)
        config["optimizers"] = {
            player: keras.saving.deserialize_keras_object(optimizer)
            for player, optimizer in config["optimizers"].items()
        }
        self.compile(**config)
