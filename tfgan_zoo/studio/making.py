"""From a state to the picture of what the model makes of it."""

import tempfile
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from tfgan_zoo.core import show
from tfgan_zoo.random.latents import arithmetic, between
from tfgan_zoo.studio import sources
from tfgan_zoo.studio.controls import model_strokes

# Points make a cloud.
POINTS = 1000


@dataclass(frozen=True)
class Loaded:
    """A model with its config, and the controls that `controls.controls_of` found."""

    config: object
    model: object
    controls: dict


def png(loaded, state):
    """(bytes of a PNG, {input: its numbers}) of a state."""
    model, way = loaded.model, loaded.model.samplers()[state.way]
    given = _given(loaded, state, way)
    images = source(loaded, state) if way.of or state.mode == "picture" else None
    if way.of:
        made = model.translate(images, seed=state.seed, direction=state.way, **given)
    elif state.mode == "picture" and state.strokes:
        made = images
    else:
        made = model.generate(count(model), seed=state.seed, **given)
    if state.strokes:
        made = model.edit(made, model_strokes(state.strokes, model))["edited"]
    return drawn(made, way.makes), _numbers(loaded, state, way, given)


def count(model):
    return POINTS if model.example_key == "x" else 1


def source(loaded, state):
    """The image [1, H, W, C] that the state starts from: an own picture, or a held-out example."""
    key = loaded.model.samplers()[state.way].of or "image"
    if state.picture:
        return sources.own_picture(sources.kept(state.picture), loaded.model, key, loaded.config.data.fit)
    return sources.held_out(state.model, key, state.example)


def drawn(examples, key):
    """Bytes of the PNG that shows examples of a batch key."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "picture.png"
        show.examples(examples, key, path)
        return path.read_bytes()


def latents(loaded, state, way):
    """The latents float32 [1, d] of a state; None where they are what its seed draws."""
    mode = state.mode
    if mode == "seed":
        if not state.moved:
            return None
        z = way.latents(1, state.seed)
    elif mode == "walk":
        z = between(way.latents(1, state.seed), way.latents(1, state.to), state.at)
    elif mode == "sum":
        z = arithmetic(*([_concept(way, seeds) for seeds in part if seeds] for part in _terms(state)))[None]
    else:
        z = loaded.model.encode(source(loaded, state), **_of_encoder(loaded.model, state))["z"]
    z = np.array(z, np.float32)
    for place, value in state.moved.items():
        z[:, place] = value
    return z


def _terms(state):
    if not (state.plus or state.add):
        raise ValueError("The sum needs seeds of a first or a last term.")
    return (state.plus, state.add), (state.minus,)


def _concept(way, seeds):
    return np.concatenate([way.latents(1, seed) for seed in seeds])


def _of_encoder(model, state):
    return {name: state.given[name] for name in model.encoder_specs() if name in state.given}


def _given(loaded, state, way):
    """What the state says of the inputs of a sampler: conditions, latents, truncation."""
    own = {getattr(source, "given_as", name) for name, source in way.sources.items()}
    given = {name: value for name, value in state.given.items() if name in own}
    if "z" in way.sources:
        z = latents(loaded, state, way)
        given |= {} if z is None else {"z": z}
        given |= {} if state.truncation is None else {"truncation": state.truncation}
    return given


def _numbers(loaded, state, way, given):
    """The latents and the conditions that the picture was made of, for the page's sliders."""
    if loaded.controls["makes"] == "x" or way.of:
        return {}
    inputs = way.inputs_of(1, state.seed, **{name: value for name, value in given.items() if name != "truncation"})
    known = {each["name"] for each in loaded.controls["conditions"]}
    numbers = {name: np.asarray(value[0]).tolist() for name, value in inputs.items() if name in known}
    return numbers | {"z": np.round(inputs["z"][0].astype(np.float64), 3).tolist()}
