import json
import pathlib

import numpy as np
import pytest

REFERENCE = pathlib.Path(__file__).parent / "reference"


@pytest.fixture(params=["metrics", "metrics_small_n"])
def reference(request):
    """(real features, fake features, logits of the fakes, expected values)."""
    with np.load(REFERENCE / f"{request.param}.npz") as file:
        arrays = file["real"], file["fake"], file["logits"]
    return *arrays, json.loads((REFERENCE / f"{request.param}.json").read_text())


@pytest.fixture(scope="session")
def inception_file(tmp_path_factory):
    """A GraphDef with stand-in weights; they test the code, and no score comes from them."""
    import inception_recipe

    path = tmp_path_factory.mktemp("inception") / "classify_image_graph_def.pb"
    inception_recipe.write_graph(path, inception_recipe.constants())
    return path


@pytest.fixture
def rng():
    return np.random.default_rng(0)
