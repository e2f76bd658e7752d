import pytest


@pytest.fixture(autouse=True)
def alone(zoo_data):
    """Tests of data sets see their own alone."""
