"""What pages draw: numbers, examples and pixels are those of Python; nothing from outside is asked for."""

import browser
import numpy as np
import pytest

from tfgan_zoo.core.sampler import Captions, Classes, Components, Latents, Normal, Uniform
from tfgan_zoo.gallery import live, runtime, site
from tfgan_zoo.hub import models, shipped
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.hub.index import has_weights, list_configs
from tfgan_zoo.random.latents import PRIORS
from tfgan_zoo.utils import pictures


@pytest.fixture(scope="module")
def chromium():
    with browser.opened() as found:
        yield found


@pytest.fixture(scope="module")
def runtime_folder(private_cache):
    """ONNX Runtime Web: from the folder that a variable names, or from npm."""
    try:
        return runtime.find()
    except OSError as error:
        browser.missing(str(error))


@pytest.fixture(scope="module")
def numbers(chromium, tmp_path_factory):
    """A function of an input, n and seed to what the page's script draws for it."""
    page = chromium.new_page()
    page.goto("about:blank")
    page.add_script_tag(content=(site.files("tfgan_zoo.gallery") / "templates/live.js").read_text())
    yield lambda *given: np.array(page.evaluate("(given) => Array.from(zoo.values(...given))", list(given)))
    page.close()


class Mixture:
    """Weights of components, as a variable has them."""

    shape = (3,)

    def __init__(self):
        self.value = np.array([0.2, 0.0, 0.8], np.float32)

    def numpy(self):
        return self.value


CAPTIONS = Captions(["a", "b", "c"], lambda texts: np.array([[len(t), ord(t)] for t in texts], np.float32))

SOURCES = {
    **{prior: Latents(50, prior) for prior in PRIORS},
    "noise": Normal((5, 10)),
    "range": Uniform(50, -0.3, 1.7),
    "classes": Classes(10),
    "components": Components(Mixture()),
    "captions": CAPTIONS,
}


@pytest.mark.parametrize("seed, place", [(7, 0), (2**31 - 1, 3)])
@pytest.mark.parametrize("name", SOURCES)
def test_numbers_are_those_of_python(numbers, name, seed, place):
    source = SOURCES[name]
    expected = np.asarray(source.draw(101, [seed, place]))
    given = {**live._source(source), "shape": list(expected.shape[1:]), "place": place}
    # The quantile of the normal is rounded otherwise in the last digits of float32.
    np.testing.assert_allclose(numbers(given, 101, seed), expected.ravel(), rtol=3e-6, atol=3e-7)
    assert len(np.unique(expected)) > 1


@pytest.fixture(scope="module")
def generate(chromium, runtime_folder, tmp_path_factory):
    """A function of a model, its name, n, seed and given inputs to what a page from a disk draws."""
    folder = tmp_path_factory.mktemp("live")
    (folder / "runtime.js").write_text(live.runtime_script(runtime_folder))
    (folder / "live.js").write_text((site.files("tfgan_zoo.gallery") / "templates/live.js").read_text())
    (folder / "page.html").write_text('<!doctype html><script src="live.js"></script>')
    page = chromium.new_page()
    page.goto((folder / "page.html").as_uri())

    def generate(model, name, n, seed, given):
        (folder / "model.js").write_text(live.script(model, name))
        places = {"model": f"model.js?{name}", "runtime": "runtime.js"}
        asked = "async (asked) => Array.from((await zoo.generate(...asked)).values)"
        made = page.evaluate(asked, [name, n, seed, given, places])
        return np.array(made, np.float32).reshape(n, *model.example_shapes[model.example_key])

    yield generate
    page.close()


def with_weights():
    """A config a system of those whose weights ship."""
    return [name for name in map(shipped.main_config, shipped.systems()) if has_weights(name)]


def agrees(generate, model, config_id):
    """Seed 7 in the page is seed 7 in Python, with drawn and with given conditions."""
    assert {each["source"] for each in live.inputs(model)} - {"constant"}
    choosing = [each for each in live.inputs(model) if "choices" in each]
    last = {each["name"]: each["choices"][-1] for each in choosing}
    # A page takes a caption by its number.
    given = {name: value for name, (value, label) in last.items()}
    captions = {each["name"] for each in choosing if each["source"] == "rows"}
    same = {"caption" if name in captions else name: last[name][name in captions] for name in last}
    for inputs, conditions in (({}, {}), (given, same)):
        expected = model.generate(5, seed=7, **conditions)
        np.testing.assert_allclose(generate(model, config_id, 5, 7, inputs), expected, atol=1e-4)
    assert np.std(expected, axis=0).max() > 1e-2


def enliven(network):
    """Gives a network weights whose outputs differ by much more than rounding does."""
    draws = np.random.default_rng(0)
    for weight in network.trainable_weights:
        if len(weight.shape) > 1:
            scale = max(np.std(weight), np.prod(weight.shape[:-1]) ** -0.5)
            weight.assign(scale * draws.normal(size=weight.shape))


@pytest.mark.parametrize("config_id", with_weights())
def test_every_latent_generator_draws_in_a_page(generate, config_id):
    model = models.build(load_config(config_id, smoke=True))
    if live.draws(model):
        enliven(model._first().network)
        agrees(generate, model, config_id)


@pytest.mark.long
@pytest.mark.parametrize("config_id", [name for name in list_configs() if has_weights(name)])
def test_weights_that_ship_draw_in_a_page(generate, config_id):
    model = live.model(config_id)
    if model is not None:
        agrees(generate, model, config_id)


@pytest.fixture(scope="module")
def pages(runtime_folder, tmp_path_factory):
    """The gallery of two systems, one of which draws from labels and one of which translates."""
    folder = tmp_path_factory.mktemp("site") / "gallery"
    site.write(folder, live=True, runtime=runtime_folder, only=["cgan", "srgan"])
    return folder


def test_a_page_paints_what_python_draws_and_asks_for_nothing_from_outside(chromium, pages):
    page = chromium.new_page()
    asked, wrong = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: wrong.append(error))
    page.goto((pages / "index.html").as_uri())
    page.get_by_role("link", name="CGAN").last.click()
    form = page.locator("form.live")
    form.locator("[name=seed]").fill("6")
    form.get_by_label("label").select_option("3")
    form.get_by_role("button", name="Next seed").click()
    page.locator("form.live[data-shown='7']").wait_for()
    assert form.locator("output").inner_text() == "model.generate(16, seed=7, label=3)"
    painted = page.evaluate(
        """() => { const canvas = document.querySelector("canvas"); const pen = canvas.getContext("2d");
        const image = pen.getImageData(0, 0, canvas.width, canvas.height);
        return [image.height, image.width, Array.from(image.data)]; }"""
    )
    height, width, data = painted
    expected = pictures.grid(models.load("cgan/mnist", weights="pretrained").generate(16, seed=7, label=3))
    found = np.array(data).reshape(height, width, 4)[..., :3]
    assert expected.shape[:2] == (height, width)
    assert np.abs(found - expected.astype(int)).max() <= 1
    assert wrong == []
    assert {url.partition(":")[0] for url in asked} == {"file", "blob"}
    page.close()


def test_a_page_of_a_translator_has_no_live_part(pages):
    assert "<script" not in (pages / "srgan/index.html").read_text()
    assert "<script" not in (pages / "index.html").read_text()
