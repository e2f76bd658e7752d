import pytest


@pytest.fixture(autouse=True)
def zoo_data(tmp_path, monkeypatch):
    """The zoo's cache of this test alone, and no prepared TFDS data sets but its own."""
    monkeypatch.setenv("TFGAN_ZOO_DATA", str(tmp_path / "zoo_cache"))
    monkeypatch.setenv("TFDS_DATA_DIR", str(tmp_path / "tfds"))
    return tmp_path / "zoo_cache"
