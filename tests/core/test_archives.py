"""`.keras` files of before the base was rebuilt."""

from pathlib import Path

import keras
import numpy as np

# A tiny GAN on eight modes after four steps, written in 2026-11 by the layout of that time, in which a model
# also saved which loss first was not finite.
ARCHIVE = Path(__file__).parent / "before_2026_11.keras"


def test_an_archive_of_the_old_layout_loads_and_trains_on():
    model = keras.models.load_model(ARCHIVE)
    points = [
        [0.09900412, -0.31111872],
        [0.01056498, -0.05112551],
        [0.08655934, -0.10904146],
        [0.04549467, -0.15898207],
    ]
    np.testing.assert_allclose(model.generate(4, seed=0), points, atol=1e-6)
    assert int(model.step.numpy()) == 4
    assert [int(optimizer.iterations) for optimizer in model.optimizers.values()] == [4, 4]
    model.fit(np.ones([8, 2], np.float32), batch_size=8, verbose=0)
    assert int(model.step.numpy()) == 5
