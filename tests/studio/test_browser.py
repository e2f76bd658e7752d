"""The studio's page in a browser."""

import json
from urllib.parse import parse_qs, urlsplit

import numpy as np
import pytest
from browser import opened


@pytest.fixture(scope="module")
def browser():
    with opened() as browser:
        yield browser


@pytest.fixture
def page(browser, address):
    """A page that asks nobody but the studio, and logs no error."""
    context = browser.new_context(viewport={"width": 1200, "height": 900})
    page = context.new_page()
    page.set_default_timeout(60_000)
    asked, complaints = [], []
    page.on("request", lambda request: asked.append(request.url))
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    yield page
    context.close()
    assert asked and {urlsplit(url).netloc for url in asked if not url.startswith("blob:")} == {
        urlsplit(address).netloc
    }
    assert [text for text in complaints if "status of 400" not in text] == []


# The pixels of the picture, as text.
_PIXELS = """() => {
    const picture = document.querySelector("#picture"), canvas = document.createElement("canvas");
    [canvas.width, canvas.height] = [picture.naturalWidth, picture.naturalHeight];
    canvas.getContext("2d").drawImage(picture, 0, 0);
    return canvas.toDataURL();
}"""


def shown(page, part="model="):
    """The pixels of the picture, once it is that of a link with `part`."""
    page.locator(f"body[data-shown*='{part}']:not([data-busy])").wait_for()
    return page.evaluate(_PIXELS)


def test_a_control_changes_the_picture_and_the_link_keeps_it(page, address):
    page.goto(f"{address}?model=cgan/mnist")
    first = shown(page, "cgan")
    page.select_option("#label", "4")
    second = shown(page, "label=4")
    page.fill("#z0", "1.2")
    third = shown(page, "moved=0%3A1.2")
    assert len({first, second, third}) == 3
    assert parse_qs(urlsplit(page.url).query) == {"model": ["cgan/mnist"], "label": ["4"], "moved": ["0:1.2"]}
    page.goto(page.url)
    assert shown(page, "label=4") == third
    assert page.input_value("#label") == "4" and float(page.input_value("#z0")) == pytest.approx(1.2)


def test_the_last_of_many_values_is_shown(page, address):
    page.goto(f"{address}?model=infogan/mnist&mode=walk")
    shown(page, "walk")
    pictures = []
    page.on("request", lambda request: pictures.append(request.url) if "/picture?" in request.url else None)
    page.evaluate(
        """() => { for (let at = 1; at <= 20; at++) {
            const slider = document.querySelector("#at");
            slider.value = at / 20;
            slider.dispatchEvent(new Event("input"));
        } }"""
    )
    page.locator("body[data-shown$='at=1']").wait_for()
    moved = [url for url in pictures if "at=0.05" in url or "at=1" in url]
    # The first at once, the last when that is there; none of those between.
    assert len(moved) == 2 and "at=1" in moved[-1]
    assert not any("at=0.5" in url for url in pictures)


def test_the_picture_is_downloaded(page, address):
    page.goto(f"{address}?model=cgan/mnist&seed=42")
    shown(page, "seed=42")
    with page.expect_download() as waiting:
        page.click("#download")
    assert waiting.value.suggested_filename == "cgan_mnist.png"
    with open(waiting.value.path(), "rb") as file:
        assert file.read() == page.request.get(f"{address}picture?model=cgan/mnist&seed=42").body()


def test_the_program_is_shown(page, address):
    page.goto(f"{address}?model=cgan/mnist&seed=42&label=3")
    shown(page, "seed=42")
    page.click("#code")
    page.locator("#program:not([hidden])").wait_for()
    assert "made = model.generate(1, seed=42, label=3)" in page.inner_text("#program")


def test_an_own_picture_is_encoded(page, address, picture_file, own_picture):
    page.goto(f"{address}?model=vae/mnist")
    shown(page, "vae")
    page.click("#mode-picture")
    page.locator("#error:not([hidden])").wait_for()
    assert "Choose a picture" in page.inner_text("#error")
    page.set_input_files("#upload", picture_file)
    shown(page, f"picture={own_picture}")
    page.locator("#steps figure", has_text="From").wait_for()
    assert page.locator("#error").is_hidden()


def test_no_button_is_too_small_for_its_words(page, address):
    page.goto(f"{address}?model=vae/mnist")
    shown(page, "vae")
    assert page.locator("#mode-walk").is_visible() and page.locator("#mode-picture").is_visible()
    small = """() => [...document.querySelectorAll("button, .button")]
        .filter((each) => each.scrollHeight > each.clientHeight || each.scrollWidth > each.clientWidth)
        .map((each) => each.textContent)"""
    assert page.evaluate(small) == []


def test_another_model_brings_its_own_controls(page, address):
    page.goto(address)
    shown(page)
    page.select_option("#model", "infogan/mnist")
    shown(page, "infogan")
    assert page.locator("#continuous1").is_visible() and page.locator("#category").is_visible()
    page.select_option("#model", "gan/ring8")
    shown(page, "ring8")
    assert page.locator("#continuous1").count() == 0 and page.locator("#seed").is_visible()


def test_a_bad_link_is_told_on_the_page(page, address):
    page.goto(f"{address}?model=cgan/mnist&label=14")
    page.locator("body[data-refused]").wait_for()
    assert page.inner_text("#error") == "The link says label=14: an integer from 0 to 9 is needed."


def test_a_stroke_is_painted(page, address):
    page.goto(f"{address}?model=dcgan/mnist")
    first = shown(page)
    box = page.locator("#canvas").bounding_box()
    page.fill("#colour", "#ffffff")
    page.mouse.move(box["x"] + box["width"] / 4, box["y"] + box["height"] / 2)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.mouse.up()
    assert shown(page, "strokes=") != first
    [stroke] = json.loads(parse_qs(urlsplit(page.url).query)["strokes"][0])
    assert stroke["color"] == [255, 255, 255] and stroke["radius"] == 1.5
    np.testing.assert_allclose(stroke["points"], [[16, 8], [16, 16]], atol=0.1)
    page.click("#unpaint")
    page.locator("body[data-shown]:not([data-shown*='strokes'])").wait_for()
    assert shown(page) == first
