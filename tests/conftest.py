"""Two logical CPUs for every test process, and a cache of its own."""

import os

os.environ.setdefault("TF_CPP_MIN_LOG_LEVEL", "3")

import pytest
import tensorflow as tf


def pytest_configure(config):
    # TensorFlow fixes its devices at first use, so this cannot wait for a fixture.
    cpu = tf.config.list_physical_devices("CPU")[0]
    tf.config.set_logical_device_configuration(cpu, [tf.config.LogicalDeviceConfiguration()] * 2)


@pytest.fixture(autouse=True, scope="session")
def private_cache(tmp_path_factory):
    """Tests neither read nor fill the user's cache of decoded data."""
    os.environ["TFGAN_ZOO_DATA"] = str(tmp_path_factory.mktemp("cache"))
