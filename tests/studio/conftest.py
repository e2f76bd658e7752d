"""A studio that is served, of models that ship, each loaded once."""

import functools
import socket
import threading
import time

import numpy as np
import pytest
import uvicorn
from PIL import Image

from tfgan_zoo.hub import models
from tfgan_zoo.studio import sources
from tfgan_zoo.studio.app import Models, application

IDS = [
    "cgan/mnist",
    "bicyclegan/edges2avatars",
    "gan/ring8",
    "infogan/mnist",
    "vae/mnist",
    "dcgan/mnist",
    "igan/fashion_mnist",
]


class Painted:
    """Stands in for a model that edits, which takes seconds: a stroke paints its box."""

    stroke_form = "box"

    def __init__(self, model):
        self._model = model

    def __getattr__(self, name):
        return getattr(self._model, name)

    def edit(self, images, strokes):
        images = np.array(images)
        for stroke in strokes:
            left, top, right, bottom = stroke["box"]
            images[:, top:bottom, left:right] = stroke["color"][0] / 127.5 - 1
        return {"edited": images}


@functools.cache
def loaded(name):
    model = models.load(name, weights="pretrained")
    return Painted(model) if name == "dcgan/mnist" else model


@pytest.fixture(scope="session")
def some_models():
    return Models(IDS, loaded)


@pytest.fixture(scope="session")
def address(some_models):
    """The address of the studio, served in a thread."""
    listening = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(uvicorn.Config(application(some_models), log_level="warning"))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    while not server.started:
        time.sleep(0.05)
    yield f"http://127.0.0.1:{listening.getsockname()[1]}/"
    server.should_exit = True
    thread.join(10)


@pytest.fixture(scope="session")
def picture_file(tmp_path_factory):
    """A PNG of a bright ring."""
    y, x = np.mgrid[:40, :30]
    distance = np.hypot(y - 20, x - 15)
    path = tmp_path_factory.mktemp("own") / "ring.png"
    Image.fromarray(np.uint8(255 * (np.abs(distance - 9) < 2))).save(path)
    return path


@pytest.fixture(scope="session")
def own_picture(picture_file):
    """The name of an own picture that the studio keeps."""
    return sources.keep(picture_file.read_bytes())
