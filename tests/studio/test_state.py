"""The query of a link, read and checked; no model is needed."""

import pytest

from tfgan_zoo.studio.controls import model_strokes
from tfgan_zoo.studio.state import State, read

CONTROLS = {
    "model": "x/y",
    "ways": ["there", "back"],
    "latents": 8,
    "truncates": True,
    "modes": ["seed", "walk", "sum"],
    "paints": None,
    "conditions": [
        {"name": "label", "kind": "choice", "values": [0, 1, 2]},
        {"name": "code", "kind": "sliders", "low": -1.0, "high": 1.0, "size": 2},
        {"name": "psi", "kind": "sliders", "low": 0.0, "high": 1.0, "size": None},
        {"name": "caption", "kind": "text", "examples": ["a hat"]},
    ],
}


def test_an_empty_link_is_the_first_sample():
    assert read({"model": "x/y"}, CONTROLS) == State("x/y", "there")


def test_every_part_is_read():
    query = {
        "model": "x/y", "way": "back", "mode": "sum", "seed": "7", "to": "8", "at": "0.25", "plus": "1,2",
        "minus": "", "add": "5", "moved": "3:1.5,0:-0.5", "truncation": "0.5", "label": "2", "code": "0.5,-1",
        "psi": "0.75", "caption": "a blue hat", "picture": "0123456789abcdef", "example": "4",
    }  # fmt: skip
    given = {"label": 2, "code": [0.5, -1.0], "psi": 0.75, "caption": "a blue hat"}
    expected = State(
        "x/y", "back", "sum", 7, 8, 0.25, (1, 2), (), (5,), {3: 1.5, 0: -0.5}, 0.5, given, "0123456789abcdef", 4
    )
    assert read(query, CONTROLS) == expected


@pytest.mark.parametrize(
    "query, message",
    [
        ({"lable": "1"}, "unknown part 'lable'. Did you mean label"),
        ({"label": "3"}, "label=3: an integer from 0 to 2 is needed"),
        ({"label": "cat"}, "label=cat"),
        ({"code": "0.5"}, "2 numbers are needed"),
        ({"code": "0.5,nan"}, "a number from -1 to 1 is needed"),
        ({"psi": "2"}, "a number from 0 to 1"),
        ({"caption": " "}, "a text is needed"),
        ({"seed": "-1"}, "an integer from 0 to"),
        ({"seed": "1.5"}, "seed=1.5"),
        ({"at": "inf"}, "a number from 0 to 1"),
        ({"moved": "8:1"}, "has 8 latents to move; the link moves number 8"),
        ({"moved": "1"}, "moved=1"),
        ({"plus": ",".join("1" * 17)}, "at most 16 seeds"),
        ({"mode": "dance"}, "no mode 'dance'; it has seed, walk, sum"),
        ({"way": "bak"}, "no direction 'bak'. Did you mean back"),
        ({"picture": "../../../passwd"}, "16 hexadecimal digits"),
        ({"strokes": "{}"}, "a list of strokes is needed"),
        ({"strokes": '[{"color": [1, 2, 3], "points": [[1, 1]], "radius": 1}]'}, "cannot be painted on"),
        ({"truncation": "0"}, "a number from 0.01 to 10"),
    ],
)
def test_a_bad_link_is_told_in_words(query, message):
    with pytest.raises(ValueError, match=message):
        read({"model": "x/y", **query}, CONTROLS)


def test_latents_that_are_not_normal_are_not_truncated():
    with pytest.raises(ValueError, match="not normal"):
        read({"model": "x/y", "truncation": "0.5"}, {**CONTROLS, "truncates": False})


def test_an_own_picture_must_be_chosen():
    with pytest.raises(ValueError, match="Choose a picture"):
        read({"model": "x/y", "mode": "picture"}, {**CONTROLS, "modes": ["picture"]})


class Editor:
    """What is asked of a model before it edits."""

    def __init__(self, shape, form):
        self.example_shapes = {"image": shape}
        self.stroke_form = form
        self.edit = None


def test_strokes_become_those_of_the_model():
    text = '[{"color": [255, 0, 51], "points": [[4, 10], [6, 20]], "radius": 2}]'
    strokes = read({"model": "x/y", "strokes": text}, {**CONTROLS, "paints": "line"}).strokes
    lines = model_strokes(strokes, Editor((32, 32, 3), "line"))
    assert lines == [{"color": [255, 0, 51], "brush": [[10, 4], [20, 6]], "radius": 2}]
    boxes = model_strokes(strokes, Editor((32, 32, 3), "box"))
    assert boxes == [{"color": [255, 0, 51], "box": [8, 2, 22, 8]}]
    # Within a smaller image.
    [box] = model_strokes(strokes, Editor((5, 16, 1), "box"))
    assert box["box"] == [8, 2, 16, 5]
