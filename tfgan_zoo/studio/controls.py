"""What a person can move on a model, as its samplers say."""

import numpy as np

from tfgan_zoo.studio.state import RESERVED

# Inputs of more numbers than this are noise rather than codes; they are drawn by the seed.
_MOST_SLIDERS = 16


def controls_of(model_id, model):
    """What the page needs to draw the controls of a model, ready for JSON.

    Returns:
        {"model": its id; "ways": the names of its samplers; "makes": the batch key of its examples; "translates":
        whether it starts from images; "random": whether it draws anything; "latents": how many latents can be moved; "latent_range": [low, high] of most of them; "truncates": whether they are
        normal; "modes": of `state.MODES`; "paints": the form of its strokes or None; "conditions": a list of
        {"name", "kind": "choice", "values"}, {"name", "kind": "sliders", "low", "high", "size"} and
        {"name", "kind": "text", "examples"}}.
    """
    samplers = model.samplers()
    first = next(iter(samplers.values()))
    points = model.example_key == "x"
    latents = first.sources.get("z")
    steerable = latents is not None and not points
    conditions = {}
    for sampler in samplers.values():
        for name, source in sampler.sources.items():
            control = _control(name, source)
            if control:
                conditions[control["name"]] = control
    taken = RESERVED & conditions.keys()
    if taken:
        raise ValueError(f"{model_id} has conditions whose names the studio needs itself: {', '.join(sorted(taken))}.")
    return {
        "model": model_id,
        "ways": list(samplers),
        "makes": model.example_key,
        "translates": model.translates,
        "random": any(sampler.is_random for sampler in samplers.values()),
        "latents": latents.size if steerable else 0,
        "latent_range": _range(latents) if steerable else None,
        "truncates": steerable and latents.prior == "normal",
        "modes": _modes(model, steerable),
        "paints": stroke_form(model),
        "conditions": list(conditions.values()),
    }


def _range(latents):
    """[low, high] of the latents: those of a bounded prior, and within three deviations of a normal one."""
    drawn = latents.draw(1000, [0, 0]).numpy()
    return [round(max(-3.0, float(drawn.min())), 1), round(min(3.0, float(drawn.max())), 1)]


def _modes(model, steerable):
    modes = ["seed", "walk", "sum"] if steerable else ["seed"]
    if not model.translates and hasattr(model, "encode") and getattr(model, "reconstructs", False):
        modes.append("picture")
    return modes


def _control(name, source):
    """The control of one source, or None where its values are noise."""
    if name == "z":
        return None
    if hasattr(source, "given_as"):
        return {"name": source.given_as, "kind": "text", "examples": list(source.captions)[:200]}
    if hasattr(source, "shown"):
        return {"name": name, "kind": "choice", "values": np.asarray(source.shown()).tolist()}
    if hasattr(source, "low") and (source.size is None or source.size <= _MOST_SLIDERS):
        return {"name": name, "kind": "sliders", "low": source.low, "high": source.high, "size": source.size}
    return None


def stroke_form(model):
    """How `model.edit` takes strokes: "box" or "line"; None where there is no `edit`."""
    return getattr(model, "stroke_form", "line") if hasattr(model, "edit") else None


def model_strokes(strokes, model):
    """Strokes of a `State` as `model.edit` takes them, by its `stroke_form`.

    Returns:
        For "line" {"color", "brush": [[x, y], ...], "radius"} each; for "box" the box around each stroke,
        {"color", "box": [left, top, right, bottom]}.
    """
    if stroke_form(model) == "line":
        return [
            {"color": each["color"], "brush": [[x, y] for y, x in each["points"]], "radius": each["radius"]}
            for each in strokes
        ]
    size = model.example_shapes["image"][:2]
    return [{"color": each["color"], "box": _box(each, size)} for each in strokes]


def _box(stroke, size):
    """[left, top, right, bottom] in whole pixels, within the image, of what a stroke covers."""
    axes = list(zip(*stroke["points"]))
    top, left = (min(max(0, round(min(axis) - stroke["radius"])), end - 1) for axis, end in zip(axes, size))
    bottom, right = (min(round(max(axis) + stroke["radius"]), end) for axis, end in zip(axes, size))
    return [left, top, max(right, left + 1), max(bottom, top + 1)]
