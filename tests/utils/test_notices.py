"""A command says what it has to say, and TensorFlow's notices are no part of that."""

import subprocess
import sys

import pytest

from tfgan_zoo.utils import notices
from tfgan_zoo.utils.errors import in_words


def test_tensorflow_is_imported_and_asked_for_devices_without_a_word():
    code = (
        "import os, sys; os.environ.pop('TF_CPP_MIN_LOG_LEVEL', None)\n"
        "from tfgan_zoo.utils import notices; notices.silence()\n"
        "import tensorflow as tf; print(int(tf.constant(1) + 1)); print('ours', file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True)
    assert (done.stdout, done.stderr) == ("2\n", "ours\n")


def test_what_goes_wrong_at_import_is_still_said(tmp_path):
    """A TensorFlow that writes a notice and an error, and then fails."""
    (tmp_path / "tensorflow.py").write_text(
        "import os\n"
        "os.write(2, b'I0000 00:00:1.2 3 port.cc:153] oneDNN custom operations are on.\\n')\n"
        "os.write(2, b'E0000 00:00:1.2 3 mkl.cc:1] no such library\\n')\n"
        "raise ImportError('broken wheel')\n"
    )
    code = "from tfgan_zoo.utils import notices; notices.silence(); import tensorflow"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, env={"PYTHONPATH": str(tmp_path)}
    )
    assert done.returncode == 1 and "broken wheel" in done.stderr
    assert done.stderr.startswith("E0000 00:00:1.2 3 mkl.cc:1] no such library\n") and "oneDNN" not in done.stderr


@pytest.mark.parametrize("driver, passed", [(b"", b"E0000 x cuda_platform.cc:52] failed call to cuInit\n"), (
    b"I0000 y cudart_stub.cc:31] Could not find cuda drivers on your machine, GPU will not be used.\n", b"")])
def test_cudas_errors_are_said_where_there_is_a_driver(driver, passed, capfd):
    notices._pass_on(driver + b"E0000 x cuda_platform.cc:52] failed call to cuInit\n")
    assert capfd.readouterr().err.encode() == passed


@pytest.mark.parametrize(
    "message, words",
    [
        ("{{function_node a}} /x/part-0; No space left on device [Op:SaveV2]\nmore", "/x/part-0; No space left on device"),
        ("Graph execution error:\n\nDetected at node b\n  File x\nNaN found [[{{node c}}]] [Op:d]", "NaN found"),
        ("", "SimpleError"),
    ],
)
def test_tensorflows_errors_in_one_line(message, words):
    error = type("SimpleError", (Exception,), {"message": message})()
    assert in_words(error) == words
