"""What every config must pass, whichever system it is of; `test_contracts.py` runs them."""

import contracts
import numpy as np

from tfgan_zoo.hub.config import load_config


def takes_two_steps(config_id):
    """At the size of its smoke overlay."""
    config = contracts.smoke(config_id)
    model = contracts.fit(contracts.build(config), config, 2)
    assert all(np.isfinite(losses).all() for losses in model.history.history.values())
    assert int(model.step.numpy()) == 2


def builds_at_its_own_size(config_id):
    config = load_config(config_id)
    model = contracts.build(config)
    made = {way.makes for way in model.samplers().values()}
    for key, shape in model.example_shapes.items():
        if config.data.image_size is not None and len(shape) == 3:
            # What is translated may be smaller by a whole factor, as super-resolution has it.
            times = 1 if key in made else config.data.image_size // shape[0]
            assert [times * side for side in shape[:-1]] == [config.data.image_size] * 2


CONFIG_CONTRACTS = {contract.__name__: contract for contract in (takes_two_steps, builds_at_its_own_size)}
