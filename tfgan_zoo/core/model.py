"""`AdversarialModel`: any number of players, each with its networks, its optimiser and its own loss."""

import contextlib

import keras
import tensorflow as tf

from tfgan_zoo.core.compiling import OptimizerGroup, Stage, optimizers_for
from tfgan_zoo.core.gated import run_if
from tfgan_zoo.core.generation import Generation
from tfgan_zoo.core.loop import TrainingLoop
from tfgan_zoo.core.means import EpochMeans
from tfgan_zoo.core.saving import Saving
from tfgan_zoo.random.noise import StepNoise

# Evaluation draws noise that training never draws: its seeds begin where those of training end.
_EVALUATION_SEEDS = 2**32


class AdversarialModel(Generation, TrainingLoop, Saving, keras.Model):
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
        stages_in_any_order: whether `compile` may be given these stages in any order, and some without others.
        batches_per_step: how many batches of real examples one `train_step` uses (k critic steps use k).
        shows_smaller: names of networks that are shown images made smaller, whose sizes the system checks itself.
        draws_by_gradients: whether samples are found by gradients, whose operations ONNX lacks.
    """

    saturation = {}
    stage_names = ()
    stages_in_any_order = False
    batches_per_step = 1
    shows_smaller = ()
    draws_by_gradients = False

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
            optimizers: one optimiser for all players (each gets its own copy), or {player: optimiser}, where
                the name `generator` stands for generator_1, generator_2 and so on; an optimiser is a
                `keras.optimizers.Optimizer`, a name or a config. Averages (`use_ema`) and accumulation
                (`gradient_accumulation_steps`) are Keras' own options; where a player's weights are averaged,
                `generate`, `zoo.export` and shipped weights use the averages.
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
        self.stages = Stage.read(
            type(self).__name__, stages, self.stage_names, steps_per_execution, self.stages_in_any_order
        )
        self.stage = self.current_stage()
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

    def minimize_every(self, player, every, loss_fn):
        """One update of one player at every `every`-th step, the first among them; between them nothing is done.

        Lazy regularisation (Karras et al. 2020, arXiv:1912.04958, section 3.1). The loss weighs `every` times
        as much as at each step, and `optimizers.LazyAdam` has rates for as many updates.

        Args:
            player: a name in `players()`.
            every: a whole number of steps.
            loss_fn: () -> (scalar loss, scalar to log), computed without communication between replicas.

        Returns:
            What is to be logged, `every` times at those steps and 0 at others: its mean over steps is right.
        """
        variables = self.player_variables(player)

        def update():
            gradients, value = self.gradients(player, lambda: _weighted(every, *loss_fn()))
            values = gradients.get(player, [None] * len(variables))
            return value, [tf.zeros_like(v.value) if g is None else g for g, v in zip(values, variables)]

        def nothing():
            return tf.constant(0.0), [tf.zeros_like(v.value) for v in variables]

        due = self.due(every)
        value, gradients = tf.cond(due, update, nothing)
        if not self._evaluates:
            self.apply({player: gradients}, due)
        return value

    def due(self, every):
        """Whether this is one of the steps 0, every, 2 every, ..., a boolean scalar."""
        return self.step.value % every == 0

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


def _weighted(every, loss, value):
    return every * loss, every * tf.cast(value, tf.float32)
