"""Whether data and networks fit: shapes, and numbers of classes, with the keys to set where they do not."""

import inspect
from dataclasses import dataclass

from tfgan_zoo.hub import builders

# How to come by data with a key, where they lack it.
_SOURCES = {
    "labelled_image": "data.labelled=100 keeps 100 labels, as many of each class",
    "labelled_label": "data.labelled=100 keeps 100 labels, as many of each class",
    "label": "put the images of each class into a folder of its own, and no image beside these folders",
    "condition": "data.name=edges/NAME makes conditions of images, and degraded/bicubic4/NAME small copies",
    "image_a": "data.name=unpaired/NAME+NAME gives two domains",
    "image_b": "data.name=unpaired/NAME+NAME gives two domains",
    "text": "data.name=captioned/NAME embeds captions",
    "wrong_image": "data.name=captioned/NAME draws images of other captions",
}

# What builders call the last dimension of an example, where it is not "channels".
_LAST = {"condition": "condition_channels", "x": "data_dim", "text": "text_dim"}

_MOST_NAMES = 12


def misfits(config, model, info):
    """A sentence, with the keys to set, for everything in which data and networks do not fit.

    Args:
        config: a `Config`.
        model: its model.
        info: the `data.Info` of its data.
    """
    lacking = [key for key in model.example_shapes if key not in info.elements]
    if lacking:
        yield _lack(config, model, info, lacking)
    networks = [*_networks(config, model)]
    for key in model.example_shapes:
        built = [network for network in networks if network.examples.get(key)]
        has = tuple(info.elements[key][0]) if key in info.elements else None
        if has and any(network.examples[key] != has for network in built):
            yield _misfit(key, has, built, _side_of_data(model, key))
    if {"label", "labelled_label"} & set(model.example_shapes) and info.num_classes and hasattr(model, "classes"):
        yield from _classes(model, info, networks)


@dataclass(frozen=True)
class _Network:
    """A network of a config.

    Attributes:
        where: its dotted key.
        takes: the names of its builder's arguments.
        examples: {key of a batch: shape} of the examples that it makes, translates or judges.
    """

    where: str
    takes: frozenset
    examples: dict


def _networks(config, model):
    ways = model.samplers().values()
    for name, spec in config.networks.items():
        several = isinstance(spec, list)
        specs, networks = (spec, getattr(model, name)) if several else ([spec], [getattr(model, name)])
        for place, (each, network) in enumerate(zip(specs, networks, strict=True)):
            # A network may make examples as a part of a sampler's, such as a component of a mixture.
            way = next((way for way in ways if _makes(network, way)), None)
            if way:
                examples = _made(way)
            elif name in model.shows_smaller or any(network in way.network.layers for way in ways):
                # What lies within need not have the size of examples.
                examples = {}
            else:
                examples = _judged(network, model.example_shapes)
            examples = {key: _sized(shape, model.example_shapes[key]) for key, shape in examples.items()}
            where = f"networks.{name}.{place}" if several else f"networks.{name}"
            yield _Network(where, builders.parameters(each, where), examples)


def _makes(network, way):
    """Whether a network makes a sampler's examples: it is the sampler's, or a layer of it with outputs of their shape."""
    # Not all that a config builds is a functional model, and what is none has no output of its own.
    made = getattr(getattr(network, "output", None), "shape", ())[1:]
    return network is way.network or (network in way.network.layers and made == way.example_shape)


def _made(way):
    """{key: shape} of what a sampler makes, and of what it translates."""
    translated = {way.of: tuple(way.inputs[way.of].shape[1:])} if way.of else {}
    return {way.makes: way.example_shape, **translated}


def _sized(shape, wanted):
    """The shape of examples that a network takes, in the size that is wanted where it takes any."""
    return tuple(want if size is None else size for size, want in zip(shape, wanted, strict=True))


def _side_of_data(model, key):
    """The side of the images whose size is `data.image_size`, over the side of those under `key`.

    It is 4 for the small images of degraded/bicubic4, and else 1.
    """
    sides = [model.example_shapes[each][0] for each in (model.example_key, key) if model.example_shapes[each]]
    return sides[0] // sides[-1] if sides and sides[-1] else 1


def _judged(network, shapes):
    """{key: shape} of the examples that a network judges: inputs with the name of a key, or images and points.

    Of inputs without names the last is taken: networks of several sizes begin with the smallest.
    """
    # A layer that was not called takes images of any size.
    inputs = getattr(network, "input", {})
    if isinstance(inputs, dict):
        return {name: tuple(each.shape[1:]) for name, each in inputs.items() if shapes.get(name)}
    last = tuple((inputs[-1] if isinstance(inputs, list) else inputs).shape[1:])
    likely = [key for key, shape in shapes.items() if len(shape) == len(last) and (len(shape) > 1 or key == "x")]
    likely.sort(key=lambda key: shapes[key] != last)
    return {likely[0]: last} if likely else {}


def _lack(config, model, info, keys):
    hints = list(dict.fromkeys(_SOURCES[key] for key in keys if key in _SOURCES))
    hints += [f"data.keys={config.data.keys} leaves out all others"] if config.data.keys else []
    found = "".join(f" ({folder})" for folder in info.folders if folder.losses)
    return (
        f"{type(model).__name__} learns from {' and '.join(model.example_shapes)}, and the data have "
        f"{' and '.join(info.elements)} alone{found}" + "".join(f"; {hint}" for hint in hints)
    )


def _misfit(key, has, built, times):
    """What is wrong with the shape of the examples under a key, which the networks in `built` have.

    times: as `_side_of_data` gives it.
    """
    are = " and ".join(f"{network.where} is built for {_said(network.examples[key])}" for network in built)
    of_data, of_networks = _data_settings(has, built, key, times), _network_settings(key, has, built)
    ways = [f"{' '.join(of_data)} to convert the data"] if of_data else []
    ways += [f"{' '.join(of_networks)} to build networks for the data"] if of_networks else []
    remedy = f". Set {', or '.join(ways)}" if ways else ""
    return f"The data have {key} of {_said(has)}; {are}{remedy}"


def _data_settings(has, built, key, times):
    """What brings images to the shape that networks are built for; [] where nothing does."""
    shapes = {network.examples[key] for network in built}
    if len(has) != 3 or len(shapes) > 1:
        return []
    ((height, width, channels),) = shapes
    if height != width or channels not in (1, 3):
        return []
    settings = {"image_size": height * times if has[:2] != (height, width) else None}
    settings["channels"] = channels if has[2] != channels else None
    return [f"data.{name}={value}" for name, value in settings.items() if value]


def _network_settings(key, has, built):
    """What builds networks for examples of that shape; [] where one of them cannot be."""
    settings = []
    for network in built:
        shape, changes = network.examples[key], {}
        if len(has) == 3 and shape[:2] != has[:2]:
            changes["image_size"] = has[0]
        if shape[-1] != has[-1]:
            changes[_LAST.get(key, "channels")] = has[-1]
        if not set(changes) <= network.takes or ("image_size" in changes and has[0] != has[1]):
            return []
        settings += [f"{network.where}.{name}={value}" for name, value in changes.items()]
    return settings


def _said(shape):
    """A shape in words."""
    if len(shape) == 3:
        return f"{shape[0]} x {shape[1]} with {shape[2]} {'channel' if shape[2] == 1 else 'channels'}"
    return " x ".join(map(str, shape)) + " numbers"


def _classes(model, info, networks):
    """What is wrong with the numbers of classes."""
    names, count = info.class_names, info.num_classes
    # Some systems group the labels of the data to classes.
    if count == getattr(model, "label_count", model.classes):
        return
    told = f" ({', '.join(names[:_MOST_NAMES])}{', ...' if len(names) > _MOST_NAMES else ''})" if names else ""
    keys = ["system_args"] if "classes" in inspect.signature(type(model).__init__).parameters else []
    keys += [network.where for network in networks if "classes" in network.takes]
    settings = " ".join(f"{key}.classes={count}" for key in keys)
    yield f"The data have {count} classes{told}, the networks {model.classes}. Set {settings}"
