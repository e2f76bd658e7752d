"""What the studio answers: pictures, the programs that make them, and refusals."""

import http.client
import io
import json
import runpy
import sys
from urllib.parse import urlencode, urlsplit

import numpy as np
import pytest
from PIL import Image

import tfgan_zoo as zoo
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.random.latents import between
from tfgan_zoo.studio import sources
from tfgan_zoo.utils.pictures import to_uint8


# A model that can be painted on, see conftest.py.
PAINTED = "dcgan/mnist"


def answer(address, path, query=None, method="GET", body=None, **headers):
    """(status, headers, bytes) of a request."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=300)
    connection.request(method, path + ("?" + urlencode(query) if query else ""), body, headers)
    found = connection.getresponse()
    return found.status, found.headers, found.read()


def pixels(contents):
    """The image in a PNG that shows each pixel twice as wide."""
    return np.asarray(Image.open(io.BytesIO(contents)))[::2, ::2]


QUERIES = [
    {"model": "gan/ring8", "seed": 3},
    {"model": "cgan/mnist", "seed": 3},
    {"model": "cgan/mnist", "seed": 3, "label": 4, "moved": "0:2.5,7:-1"},
    {"model": "infogan/mnist", "mode": "walk", "to": 5, "at": 0.3, "continuous": "0.5,-1", "moved": "2:1"},
    {"model": "infogan/mnist", "mode": "sum", "add": "", "category": 2},
    {"model": "vae/mnist", "seed": 2, "truncation": 0.5},
    {"model": "vae/mnist", "mode": "picture", "moved": "0:2"},
    {"model": "bicyclegan/edges2avatars", "mode": "walk", "at": 0.75},
    {"model": PAINTED, "strokes": '[{"color": [200, 0, 0], "points": [[9, 9], [9, 20]], "radius": 1.5}]'},
]


def with_picture(query, name):
    needs = query.get("mode") == "picture" or query["model"].startswith("bicyclegan")
    return {**query, "picture": name} if needs else query


@pytest.mark.parametrize("query", QUERIES, ids=lambda query: "-".join([query["model"], *list(query)[1:]]))
def test_the_program_makes_the_picture(address, some_models, own_picture, query, tmp_path, monkeypatch):
    query = with_picture(query, own_picture)
    status, _, shown = answer(address, "/picture", query)
    assert status == 200, shown
    _, _, code = answer(address, "/code", query)
    (tmp_path / "program.py").write_bytes(code)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setattr(zoo, "load", lambda name, weights: some_models.get(name).model, raising=False)
    runpy.run_path("program.py")
    assert (tmp_path / "picture.png").read_bytes() == shown


def test_the_program_loads_the_weights_that_ship(address, tmp_path, monkeypatch):
    query = {"model": "cgan/mnist", "seed": 5, "label": 7, "mode": "sum"}
    _, _, shown = answer(address, "/picture", query)
    _, _, code = answer(address, "/code", query)
    (tmp_path / "program.py").write_bytes(code)
    monkeypatch.chdir(tmp_path)
    runpy.run_path("program.py")
    assert (tmp_path / "picture.png").read_bytes() == shown


def test_a_walk_moves_latents_and_keeps_the_label(address, some_models):
    model = some_models.get("cgan/mnist").model
    query = {"model": "cgan/mnist", "mode": "walk", "seed": 1, "to": 2, "at": 0.3, "label": 6, "moved": "4:-2"}
    z = between(model.latents(1, 1), model.latents(1, 2), 0.3).astype(np.float32)
    z[0, 4] = -2
    status, headers, shown = answer(address, "/picture", query)
    np.testing.assert_array_equal(pixels(shown), to_uint8(model.decode(z, label=6))[0, ..., 0])
    numbers = json.loads(headers["X-Numbers"])
    assert status == 200 and numbers["label"] == 6
    np.testing.assert_allclose(numbers["z"], z[0], atol=6e-4)


def test_a_sum_is_of_means(address, some_models):
    model = some_models.get("vae/mnist").model
    z = {seed: model.latents(1, seed) for seed in range(1, 6)}
    expected = model.decode((z[1] + z[2]) / 2 - z[3] + (z[4] + z[5]) / 2)
    query = {"model": "vae/mnist", "mode": "sum", "plus": "1,2", "minus": "3", "add": "4,5"}
    difference = pixels(answer(address, "/picture", query)[2]).astype(int) - to_uint8(expected)[0, ..., 0]
    assert np.abs(difference).max() <= 1


def test_an_own_picture_is_reconstructed_and_translated(address, some_models, own_picture):
    path = sources.kept(own_picture)
    vae = some_models.get("vae/mnist").model
    image = sources.own_picture(path, vae, "image", load_config("vae/mnist").data.fit)
    query = {"model": "vae/mnist", "mode": "picture", "picture": own_picture}
    np.testing.assert_array_equal(
        pixels(answer(address, "/picture", query)[2]), to_uint8(vae.reconstruct(image))[0, ..., 0]
    )
    np.testing.assert_array_equal(pixels(answer(address, "/source", query)[2]), to_uint8(image)[0, ..., 0])
    translator = some_models.get("bicyclegan/edges2avatars").model
    fit = load_config("bicyclegan/edges2avatars").data.fit
    edges = sources.own_picture(path, translator, "condition", fit)
    query = {"model": "bicyclegan/edges2avatars", "picture": own_picture, "seed": 9}
    expected = to_uint8(translator.translate(edges, seed=9))[0]
    np.testing.assert_array_equal(pixels(answer(address, "/picture", query)[2]), expected)


def test_controls_follow_from_the_samplers(some_models):
    found = {name: some_models.get(name).controls for name in some_models.ids}
    assert found["infogan/mnist"]["conditions"] == [
        {"name": "category", "kind": "choice", "values": list(range(10))},
        {"name": "continuous", "kind": "sliders", "low": -1.0, "high": 1.0, "size": 2},
    ]
    assert found["vae/mnist"]["modes"] == ["seed", "walk", "sum", "picture"]
    assert found["cgan/mnist"]["modes"] == ["seed", "walk", "sum"]
    assert (found["gan/ring8"]["latents"], found["gan/ring8"]["modes"]) == (0, ["seed"])
    assert found["bicyclegan/edges2avatars"]["translates"] and not found["vae/mnist"]["translates"]


def test_strokes_edit_the_sample(address, some_models):
    strokes = [{"color": [255, 255, 255], "points": [[5, 8]], "radius": 2}]
    query = {"model": PAINTED, "seed": "1", "strokes": json.dumps(strokes)}
    expected = to_uint8(some_models.get(PAINTED).model.generate(1, seed=1))[0, ..., 0].copy()
    expected[3:7, 6:10] = 255
    np.testing.assert_array_equal(pixels(answer(address, "/picture", query)[2]), expected)


def test_igan_brightens_what_is_painted_white(address):
    query = {"model": "igan/fashion_mnist", "seed": 1}
    before = pixels(answer(address, "/picture", query)[2]).astype(float)
    strokes = [{"color": [255, 255, 255], "points": [[12, 16], [20, 16]], "radius": 3}]
    status, _, contents = answer(address, "/picture", {**query, "strokes": json.dumps(strokes)})
    assert status == 200, contents
    assert (pixels(contents) - before)[12:20, 14:18].mean() > 5


@pytest.mark.parametrize(
    "path, query, message",
    [
        ("/picture", {"model": "cgan/mnits"}, "no model 'cgan/mnits' with weights. Did you mean cgan/mnist"),
        ("/picture", {}, "no model None"),
        ("/picture", {"model": "cgan/mnist", "label": 10}, "from 0 to 9"),
        ("/code", {"model": "cgan/mnist", "sed": 1}, "unknown part 'sed'. Did you mean seed"),
        ("/picture", {"model": "vae/mnist", "mode": "picture", "picture": "0" * 16}, "choose it again"),
        ("/picture", {"model": "vae/mnist", "mode": "sum", "plus": "", "add": ""}, "needs seeds"),
    ],
)
def test_a_bad_link_is_refused_in_words(address, path, query, message):
    status, _, text = answer(address, path, query)
    assert status == 400 and message in text.decode()


def test_only_pictures_are_kept(address, picture_file, own_picture):
    status, _, text = answer(address, "/pictures", method="POST", body=b"no picture", **{"Content-Type": "image/png"})
    assert status == 400 and b"cannot be read as a picture" in text
    body = picture_file.read_bytes()
    # A page of another site may send this type without being asked whether it may.
    status, _, _ = answer(address, "/pictures", method="POST", body=body, **{"Content-Type": "text/plain"})
    assert status == 400
    status, _, text = answer(address, "/pictures", method="POST", body=body, **{"Content-Type": "image/png"})
    assert status == 200 and json.loads(text) == {"picture": own_picture}


def test_it_serves_this_computer_alone(address):
    status, headers, _ = answer(address, "/")
    assert status == 200 and headers["Content-Security-Policy"].startswith("default-src 'none'")
    assert answer(address, "/", Host="localhost")[0] == 200
    assert answer(address, "/", Host="example.org")[0] == 400
    assert answer(address, "/picture", {"model": "cgan/mnist"}, Host="example.org")[0] == 400


def test_the_missing_extra_is_named(run, monkeypatch):
    monkeypatch.setitem(sys.modules, "starlette", None)
    status, out, errors = run("studio", "--no-browser")
    assert (status, out) == (1, "") and 'pip install "tfgan_zoo[studio]"' in errors


def test_a_port_that_is_taken_is_told(run, address):
    status, _, errors = run("studio", "--no-browser", "--port", urlsplit(address).port)
    assert status == 1 and "give another with --port" in errors
