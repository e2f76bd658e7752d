"""A state as the Python program that makes the same picture."""

from tfgan_zoo.studio import sources
from tfgan_zoo.studio.controls import model_strokes
from tfgan_zoo.studio.making import count


def program(loaded, state):
    """Python code that writes picture.png, to the byte what the studio shows for the state."""
    model, way = loaded.model, loaded.model.samplers()[state.way]
    body = [f'model = zoo.load("{state.model}", weights="pretrained")']
    if way.of or state.mode == "picture":
        body += _source(loaded, state, way.of or "image")
    given = _given(model, state, way, body)
    if way.of:
        call = f"translate({_arguments(['images', f'seed={state.seed}', f'direction={state.way!r}'], given)})"
        body.append(f"made = model.{call}")
    elif state.mode == "picture" and state.strokes:
        body.append("made = images")
    else:
        body.append(f"made = model.generate({_arguments([str(count(model)), f'seed={state.seed}'], given)})")
    if state.strokes:
        strokes = model_strokes(state.strokes, model)
        body.append(f'made = model.edit(made, {strokes!r})["edited"]')
    body.append(f'show.examples(made, "{way.makes}", "picture.png")')
    return _imports(body) + "\n" + "\n".join(body) + "\n"


def _imports(body):
    text = "\n".join(body)
    lines = ["import tfgan_zoo as zoo", "from tfgan_zoo.core import show"]
    if "np." in text:
        lines = ["import numpy as np", "", *lines]
    for module, name in (
        ("random.latents", "arithmetic"),
        ("random.latents", "between"),
        ("studio.sources", "held_out"),
        ("studio.sources", "own_picture"),
    ):
        if f"{name}(" in text:
            lines.append(f"from tfgan_zoo.{module} import {name}")
    return "\n".join(lines) + "\n"


def _source(loaded, state, key):
    if state.picture:
        path = str(sources.kept(state.picture))
        return [f'images = own_picture({path!r}, model, "{key}", fit="{loaded.config.data.fit}")']
    return [f'images = held_out("{state.model}", "{key}", {state.example})']


def _given(model, state, way, body):
    """The arguments that the state gives; the lines that make latents are added to `body`."""
    own = {getattr(source, "given_as", name) for name, source in way.sources.items()}
    given = [f"{name}={value!r}" for name, value in state.given.items() if name in own]
    if "z" not in way.sources:
        return given
    lines = _latents(model, state)
    if lines:
        body += [*lines, *(f"z[:, {place}] = {value!r}" for place, value in state.moved.items())]
        given.append("z=z")
    if state.truncation is not None:
        given.append(f"truncation={state.truncation!r}")
    return given


def _latents(model, state):
    if state.mode == "picture":
        conditions = {name: state.given[name] for name in model.encoder_specs() if name in state.given}
        return [f'z = model.encode({_arguments(["images"], [f"{n}={v!r}" for n, v in conditions.items()])})["z"]']
    if state.mode == "seed" and not state.moved:
        return []
    lines = [f'way = model.samplers()["{state.way}"]']
    if state.mode == "seed":
        return [*lines, f"z = way.latents(1, {state.seed})"]
    if state.mode == "walk":
        ends = f"way.latents(1, {state.seed}), way.latents(1, {state.to})"
        return [*lines, f"z = between({ends}, {state.at}).astype(np.float32)"]
    function = ["def latents_of(*seeds):", "    return np.concatenate([way.latents(1, seed) for seed in seeds])"]
    lines += ["", "", *function, "", ""]
    plus = ", ".join(_concept(seeds) for seeds in (state.plus, state.add) if seeds)
    minus = _concept(state.minus) if state.minus else ""
    return [*lines, f"z = arithmetic([{plus}], [{minus}])[None]"]


def _concept(seeds):
    return f"latents_of({', '.join(map(str, seeds))})"


def _arguments(first, others):
    return ", ".join([*first, *others])
