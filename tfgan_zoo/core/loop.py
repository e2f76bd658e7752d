"""What Keras' training loop calls: batches, steps, stages, logs."""

import keras
import tensorflow as tf

from tfgan_zoo.core import feeding
from tfgan_zoo.core.adaptive import observe_reals
from tfgan_zoo.core.callbacks import refuse_useless


class TrainingLoop:
    """The part of `AdversarialModel` between Keras' `fit` and `evaluate` and a system's `train_step`."""

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

    @property
    def metrics(self):
        return [self._means]

    def current_stage(self):
        """The name of the stage that the next execution belongs to; None where there are no stages."""
        return self._place()[0]

    def _place(self):
        """The name of the present stage, and how many steps were taken in it."""
        taken = int(self.step.numpy())
        if not self.stages:
            return None, taken
        for stage in self.stages[:-1]:
            if taken < stage.steps:
                return stage.name, taken
            taken -= stage.steps
        return self.stages[-1].name, taken

    def enter_stage(self):
        """Sets `self.stage` to that of the next step, and calls `begin_stage` where that is its first step.

        `fit` does so; a loop of one's own does it before each step.
        """
        self.stage, taken = self._place()
        if self.stages and not taken:
            self.begin_stage()

    def begin_stage(self):
        """Called eagerly before the first step of each stage, whose name is `self.stage`. Does nothing here.

        A system overrides it for what a stage starts from, such as a copy of weights.
        """

    def make_train_function(self, force=False):
        """A function of an iterator that runs one execution, traced anew for each stage."""
        if self.train_function is not None and not force:
            return
        in_stage = self._in_stage(self._train_once)

        def function(iterator):
            self.enter_stage()
            return in_stage(iterator)

        self.train_function = function

    def make_test_function(self, force=False):
        if self.test_function is None or force:
            self.test_function = self._in_stage(self._test_once)

    def _in_stage(self, once):
        """A function of an iterator that runs `once` in the present stage; each stage has its own graph."""
        of_stage = {}

        def function(iterator):
            self.stage = self.current_stage()
            if self.stage not in of_stage:
                of_stage[self.stage] = self._make_function(once)
            return of_stage[self.stage](iterator)

        return function

    def _train_once(self, data):
        batch = self.batch(data)
        logs = self.train_step(batch)
        logs |= observe_reals(self, batch)
        # A step whose batch could not be had does not count.
        with tf.control_dependencies(list(logs.values())):
            self.step.assign(self.step + 1)
        return self._logged(logs)

    def _test_once(self, data):
        self._evaluates = True
        try:
            batch = self.batch(data)
            logs = self.test_step(batch)
            with keras.StatelessScope():
                logs |= observe_reals(self, batch)
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
