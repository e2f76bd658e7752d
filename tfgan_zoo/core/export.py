"""Files that serve a system where this package is not installed: SavedModel, LiteRT (TensorFlow Lite), ONNX."""

import contextlib
import os
import shutil
import tempfile
import warnings
from pathlib import Path

import keras
import tensorflow as tf

from tfgan_zoo.layers.convolution import as_in_keras
from tfgan_zoo.utils.errors import in_words

# The version of ONNX's operators, which runtimes of 2022 and later read.
_OPSET = 17


def export(model, path, format="tf_saved_model", signatures=None):
    """Writes a model's serving functions, with averaged weights where a player keeps them.

    Args:
        model: a system.
        path: what to write; it must not exist. A SavedModel is a folder, whose
            `tf.saved_model.load(path).signatures[name](**inputs)` has each of `model.signatures()`. A .tflite
            file has them too, less those that read strings. An .onnx file has one signature: the first in
            `path` itself, each other one beside it, in NAME.SIGNATURE.onnx; an output that has an input's
            name is called NAME_out there.
        format: "tf_saved_model", "tflite" or "onnx" (which needs the extra `onnx`).
        signatures: {name: (function, its `tf.TensorSpec`s)} of what to serve; None for `model.signatures()`.

    Returns:
        The names of the signatures that were written, a list.

    Raises:
        FileExistsError: there is something at `path`.
        OSError: it cannot be written.
        ValueError: the format is unknown, or the first signature has operations that ONNX lacks; other signatures
            that have are left out with a warning.
        ImportError: the packages of the extra `onnx` are not installed.
    """
    if format not in _WRITERS:
        raise ValueError(f"The formats of an export are {', '.join(_WRITERS)}; got {format!r}.")
    path = Path(path)
    if path.exists():
        raise FileExistsError(f"{path} exists; an export goes to a new place.")
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryDirectory(prefix=".writing-", dir=path.parent) as folder:
            saved = Path(folder) / "saved_model"
            signatures = model.signatures() if signatures is None else signatures
            _save(model, saved, signatures)
            return _WRITERS[format](saved, path, signatures)
    except OSError as error:
        raise OSError(f"Could not write {path}: {error.strerror or error}") from error
    except tf.errors.OpError as error:
        # TensorFlow names a file of its own, and last what was wrong with it.
        raise OSError(f"Could not write {path}: {in_words(error).split('; ')[-1]}") from error


def _save(model, path, signatures):
    # The zoo's convolutions have gradients of their own, of which whoever loads the file would be warned.
    with model.averaged(), as_in_keras():
        archive = keras.export.ExportArchive()
        archive.track(model)
        for name, (function, inputs) in signatures.items():
            archive.add_endpoint(name, function, input_signature=[inputs])
        archive.write_out(str(path), verbose=False)


def _write_saved_model(saved, path, signatures):
    os.rename(saved, path)
    return list(signatures)


def _write_tflite(saved, path, signatures):
    names = _without_strings(signatures)
    # From a SavedModel: from concrete functions the converter may leave out the weights.
    converter = tf.lite.TFLiteConverter.from_saved_model(str(saved), signature_keys=names)
    with _quiet():
        content = converter.convert()
    _put(content, saved.parent, path)
    return names


def _write_onnx(saved, path, signatures):
    try:
        import onnx
        import tf2onnx
    except ImportError as error:
        raise ImportError('Exports to ONNX need tf2onnx: pip install "tfgan_zoo[onnx]".') from error
    loaded = tf.saved_model.load(saved)
    written = []
    for place, name in enumerate(_without_strings(signatures)):
        specs = signatures[name][1]
        function = _with_distinct_names(loaded.signatures[name], list(specs))
        try:
            with _quiet():
                proto, _ = tf2onnx.convert.from_function(function, list(specs.values()), opset=_OPSET)
            # The converter writes operations that it does not know as they are.
            onnx.checker.check_model(proto)
        except (ValueError, onnx.checker.ValidationError) as error:
            told = f"The signature {name} has operations that ONNX lacks, such as those of gradients"
            if place == 0:
                raise ValueError(f"{told}. A SavedModel has them.") from error
            warnings.warn(f"{told}; it is left out.", stacklevel=2)
            continue
        written.append(name)
        _name_outputs(proto, list(specs), loaded.signatures[name])
        target = path if place == 0 else path.with_suffix(f".{name}{path.suffix}")
        _put(proto.SerializeToString(), saved.parent, target)
    return written


def _with_distinct_names(signature, inputs):
    """The signature as a function of tensors, whose outputs have other names than its inputs."""

    @tf.function
    def function(*values):
        outputs = signature(**dict(zip(inputs, values)))
        return {f"output_{name}": value for name, value in outputs.items()}

    return function


def _name_outputs(proto, inputs, signature):
    """Calls the outputs of an ONNX graph what the signature calls them."""
    # tf2onnx gives them in the order in which TensorFlow flattens a dict.
    wanted = [f"{name}_out" if name in inputs else name for name in sorted(signature.structured_outputs)]
    renamed = {output.name: name for output, name in zip(proto.graph.output, wanted, strict=True)}
    for node in proto.graph.node:
        node.input[:] = [renamed.get(name, name) for name in node.input]
        node.output[:] = [renamed.get(name, name) for name in node.output]
    for output in proto.graph.output:
        output.name = renamed[output.name]


def _without_strings(signatures):
    """The names of signatures that no string enters, which LiteRT and ONNX have few operators for."""
    return [
        name
        for name, (_, inputs) in signatures.items()
        if all(spec.dtype != tf.string for spec in inputs.values())
    ]


def _put(content, folder, path):
    """Writes a file whole or not at all."""
    temporary = folder / path.name
    temporary.write_bytes(content)
    shutil.move(temporary, path)


@contextlib.contextmanager
def _quiet():
    """Leaves out what the converters print about their own work."""
    with open(os.devnull, "w") as nowhere, contextlib.redirect_stdout(nowhere):
        with contextlib.redirect_stderr(nowhere):
            yield


_WRITERS = {"tf_saved_model": _write_saved_model, "tflite": _write_tflite, "onnx": _write_onnx}
