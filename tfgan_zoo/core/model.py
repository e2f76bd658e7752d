"""`AdversarialModel`: any number of players, each with its networks, its optimiser and its own loss."""

import contextlib
import inspect

import keras
import tensorflow as tf

import tfgan_zoo as zoo
from tfgan_zoo.core import feeding
from tfgan_zoo.core.callbacks import refuse_useless
from tfgan_zoo.core.compiling import OptimizerGroup, Stage, optimizers_for
from tfgan_zoo.core.gated import run_if
from tfgan_zoo.core.generation import Generation
from tfgan_zoo.core.means import EpochMeans
from tfgan_zoo.random.noise import StepNoise

# Evaluation draws noise that training never draws: its seeds begin where those of training end.
_EVALUATION_SEEDS = 2**32


class AdversarialModel(Generation, keras.Model):
    """Base of every system in the zoo.

    A subclass keeps each constructor argument under its own name, sets `sampler` (or overrides `samplers`),
    names its players where they are not a discriminator and a generator, and writes `train_step` as the
    paper's algorithm box:

        def train_step(self, data):
            noise, real = self.noise(), data["image"]
            fake = self.sampler(self.sampler.draw(noise, self.rows(real)), training=True)

            def discriminator_loss():
                loss = losses.gan.discriminator(self.discriminator(real, training=True), ...)
                return loss, {"discriminator_loss": loss}

            return self.minimize("discriminator", discriminator_loss) | ...

    Args:
        seed: keys all the noise of training.

    Attributes:
        step: how many training steps were taken, a saved variable.
        stage: the name of the stage that `train_step` is traced for, of those that `compile` was given.
        saturation: {logged loss: the value below which a discriminator tells real from fake so surely that
            a generator learns little from it}; empty where there is no such value, as for critics.
        stage_names: the names of the stages that a system's paper has, which `compile` must be given.
        batches_per_step: how many batches of real examples one `train_step` uses (k critic steps use k).
    """

    saturation = {}
    stage_names = ()
    batches_per_step = 1

    def __init__(self, seed=0, **kwargs):
        super().__init__(**kwargs)
        self.seed = int(seed)
        self.step = self.counter("step")
        self.optimizers = {}
        self.stages = []
        self.stage = None
        self._means = EpochMeans()
        self._evaluates = False
        self.built = True

    def counter(self, name, start=0, dtype="int64"):
        """A saved scalar of the model itself that no player trains."""
        return self.add_weight(
            name=name,
            shape=(),
            dtype=dtype,
            initializer=keras.initializers.Constant(start),
            trainable=False,
            aggregation="only_first_replica",
        )

    # Players

    def players(self):
        """{player: the networks (or variables) that it trains}; by default those of the first GAN."""
        return {"discriminator": [self.discriminator], "generator": [self.generator]}

    def player_variables(self, player):
        """The variables that a player moves: its networks' trainable weights, each once."""
        found = {}
        for part in self.players()[player]:
            for variable in getattr(part, "trainable_variables", [part]):
                found.setdefault(id(variable), variable)
        return list(found.values())

    def compile(
        self,
        optimizers="adam",
        jit_compile=False,
        run_eagerly=False,
        steps_per_execution=1,
        stages=(),
        **unknown,
    ):
        """Gives every player its optimiser.

        Args:
            optimizers: one optimiser for all players (each gets its own copy), or {player: optimiser}; an
                optimiser is a `keras.optimizers.Optimizer`, a name or a config. Averages (`use_ema`) and
                accumulation (`gradient_accumulation_steps`) are Keras' own options; where a player's weights
                are averaged, `generate`, `zoo.export` and shipped weights use the averages.
            jit_compile: compile the train step with XLA.
            run_eagerly, steps_per_execution: as in `keras.Model.compile`.
            stages: list of {"name", "steps", "optimizers"}: training goes through them in order; each has a
                graph of its own, in which `self.stage` is its name, and may give players other optimisers.
                After the last one's steps training goes on in it.

        Raises:
            ValueError: a player has no optimiser, a name is no player's, two players share one object, an
                option is unknown, the stages are not the paper's, or a stage's steps are no multiple of
                `steps_per_execution`.
        """
        if unknown:
            raise ValueError(
                f"{type(self).__name__}.compile has no option {', '.join(unknown)}: its losses are the paper's, "
                "in train_step, and its scores come from evaluation protocols."
            )
        super().compile(
            optimizer=None,
            jit_compile=jit_compile,
            run_eagerly=run_eagerly,
            steps_per_execution=steps_per_execution,
        )
        self.stages = Stage.read(type(self).__name__, stages, self.stage_names, steps_per_execution)
        variables = {player: self.player_variables(player) for player in self.players()}
        self.optimizers = optimizers_for(
            type(self).__name__, variables, optimizers, self.stages, self.dtype_policy
        )
        self.optimizer = OptimizerGroup(self.optimizers)

    def optimizer_of(self, player):
        """The optimiser that moves a player in the present stage."""
        return self.optimizers.get(f"{self.stage}.{player}", self.optimizers[player])

    # What a train step is made of

    def noise(self):
        """The draws of the current step; ask once at the top of `train_step`."""
        if self._evaluates:
            return StepNoise(self.seed + _EVALUATION_SEEDS, self._means.batches.value)
        return StepNoise(self.seed, self.step)

    def minimize(self, player, loss_fn, when=None):
        """One update of one player: descends the gradient of its loss in its own variables.

        Args:
            player: a name in `players()`.
            loss_fn: () -> (scalar loss, aux); aux is any structure, as a rule {name: scalar} to log.
            when: a boolean scalar, the same on all replicas, that may forbid the update.

        Returns:
            aux.
        """
        gradients, aux = self.gradients(player, loss_fn)
        self.apply(gradients, when)
        return aux

    def minimize_together(self, players, losses_fn):
        """One update of several players with gradients at the same weights, from one forward pass.

        losses_fn: () -> ({player: scalar loss}, aux). Each loss moves its own player alone.
        """
        gradients, aux = self.gradients(players, losses_fn)
        self.apply(gradients)
        return aux

    def gradients(self, players, loss_fn):
        """({player: gradients}, aux) of a loss of one player, or of losses of several; nothing moves.

        Gradients are summed over replicas when they are applied, so each loss is divided by their number;
        every replica holds as many examples, which makes the result that of the global batch. They are
        scaled where the optimiser scales losses. A gradient is None where the loss does not depend on the
        variable.
        """
        alone = isinstance(players, str)
        names = [players] if alone else list(players)
        if self._evaluates:
            return {}, loss_fn()[1]
        variables = {name: self.player_variables(name) for name in names}
        values = {name: [variable.value for variable in variables[name]] for name in names}
        with tf.GradientTape(persistent=not alone, watch_accessed_variables=False) as tape:
            tape.watch(list({id(v): v for each in values.values() for v in each}.values()))
            losses, aux = loss_fn()
            losses = {players: losses} if alone else losses
            replicas = tf.distribute.get_strategy().num_replicas_in_sync
            shares = {
                name: self.optimizer_of(name).scale_loss(tf.cast(losses[name], tf.float32) / replicas)
                for name in names
            }
        return {name: tape.gradient(shares[name], values[name]) for name in names}, aux

    def apply(self, gradients, when=None):
        """Moves players by {player: gradients}, where the boolean scalar `when` does not forbid it."""
        for player, values in gradients.items():
            optimizer, variables = self.optimizer_of(player), self.player_variables(player)
            if when is None:
                optimizer.apply(values, variables)
            else:
                run_if(when, lambda v, o=optimizer, w=variables: o.apply(v, w), values)

    @staticmethod
    def rows(examples):
        """The number of examples, as an int where it is fixed, else as a tensor."""
        return examples.shape[0] or tf.shape(examples)[0]

    @staticmethod
    def split(data, k):
        """k batches of B rows out of one whose every key holds k * B.

        Strided, since that gives the same k batches however many replicas share the rows.
        """
        return [tf.nest.map_structure(lambda x: x[i::k], data) for i in range(k)] if k > 1 else [data]

    def train_step(self, data):
        """The algorithm box: a batch dict -> {name: scalar to log}."""
        raise NotImplementedError(f"{type(self).__name__} does not say how it trains.")

    def test_step(self, data):
        """The losses of `train_step` on held-out data: nothing is updated.

        Networks run as they do in training, with batch statistics and dropout; its noise depends on the
        batch's number alone.
        """
        with keras.StatelessScope():
            return self.train_step(data)

    def batch(self, data):
        """The batch dict that a step works on, of a dict, of (image, label), or of a bare tensor.

        Images are scaled to [-1, 1] where they are uint8. Errors are those of `feeding.batch_of`.
        """
        return feeding.batch_of(data, self.example_shapes, type(self).__name__)

    def fit(self, x=None, y=None, validation_data=None, callbacks=None, **arguments):
        """As `keras.Model.fit`.

        x may be a `tf.data.Dataset`, an array, a generator or a `keras.utils.PyDataset` of batch dicts, of
        (image, label) pairs, or of images. Images are uint8, or floats in [-1, 1].

        Raises:
            ValueError: images are floats beyond [-1, 1] or NaN, or of a shape that the networks do not take.
        """
        refuse_useless(callbacks if isinstance(callbacks, (list, tuple)) else [callbacks])
        with feeding.readable_errors():
            return super().fit(
                feeding.checked(x),
                y,
                validation_data=feeding.checked(validation_data),
                callbacks=callbacks,
                **arguments,
            )

    def evaluate(self, x=None, y=None, **arguments):
        """As `keras.Model.evaluate`, on what `fit` takes: the losses of `train_step`; nothing is updated."""
        with feeding.readable_errors():
            return super().evaluate(feeding.checked(x), y, **arguments)

    def train_on_batch(self, x, y=None, **arguments):
        return super().train_on_batch(feeding.checked(x), y, **arguments)

    def test_on_batch(self, x, y=None, **arguments):
        return super().test_on_batch(feeding.checked(x), y, **arguments)

    # What Keras' training loop calls

    @property
    def metrics(self):
        return [self._means]

    def current_stage(self):
        """The name of the stage that the next execution belongs to; None where there are no stages."""
        if not self.stages:
            return None
        taken = int(self.step.numpy())
        for stage in self.stages[:-1]:
            if taken < stage.steps:
                return stage.name
            taken -= stage.steps
        return self.stages[-1].name

    def make_train_function(self, force=False):
        """A function of an iterator that runs one execution, traced anew for each stage."""
        if self.train_function is not None and not force:
            return
        of_stage = {}

        def function(iterator):
            self.stage = self.current_stage()
            if self.stage not in of_stage:
                of_stage[self.stage] = self._make_function(self._train_once)
            return of_stage[self.stage](iterator)

        self.train_function = function

    def make_test_function(self, force=False):
        if self.test_function is None or force:
            self.test_function = self._make_function(self._test_once)

    def _train_once(self, data):
        logs = self.train_step(self.batch(data))
        # A step whose batch could not be had does not count.
        with tf.control_dependencies(list(logs.values())):
            self.step.assign(self.step + 1)
        return self._logged(logs)

    def _test_once(self, data):
        self._evaluates = True
        try:
            logs = self.test_step(self.batch(data))
        finally:
            self._evaluates = False
        return self._logged(logs)

    def _logged(self, logs):
        logs = self._means.update_state(logs)
        if isinstance(tf.distribute.get_strategy(), tf.distribute.MultiWorkerMirroredStrategy):
            # Keras averages logs over workers along axis 0, which scalars do not have.
            return {name: tf.reshape(value, [1]) for name, value in logs.items()}
        return logs

    def _maybe_symbolic_build(self, iterator=None, data_batch=None):
        """Keras' step before `fit`, for which nothing is left: a compiled model is built.

        To find shapes, Keras would average a batch over all workers, which fails for batches that are dicts.
        """

    @contextlib.contextmanager
    def averaged(self):
        """Within it, players whose optimiser keeps averages hold these instead of their weights."""
        held = []
        try:
            for optimizer in self.optimizers.values():
                optimizer = getattr(optimizer, "inner_optimizer", optimizer)
                if not optimizer.use_ema or optimizer.iterations.numpy() == 0:
                    continue
                averages = optimizer._model_variables_moving_average
                for variable, average in zip(optimizer._trainable_variables, averages, strict=True):
                    held.append((variable, variable.numpy()))
                    variable.assign(average)
            yield self
        finally:
            for variable, value in held:
                variable.assign(value)

    # Saving

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
