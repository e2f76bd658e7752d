"""SavedModels that serve without this package."""

import os
import shutil
from pathlib import Path

import keras


def export(model, path):
    """Writes a model's serving functions as a TensorFlow SavedModel.

    Averaged weights are used where a player keeps them. Each of `model.signatures()` becomes a
    signature of that name with named inputs and outputs, callable by
    `tf.saved_model.load(path).signatures[name](**inputs)`.

    Args:
        model: a system.
        path: the folder to write; it must not exist.

    Raises:
        FileExistsError: there is something at `path`.
    """
    path = Path(path)
    if path.exists():
        raise FileExistsError(f"{path} exists; an export goes into a new folder.")
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".writing-{os.getpid()}-{path.name}")
    try:
        with model.averaged():
            archive = keras.export.ExportArchive()
            archive.track(model)
            for name, (function, inputs) in model.signatures().items():
                archive.add_endpoint(name, function, input_signature=[inputs])
            archive.write_out(str(temporary), verbose=False)
        os.rename(temporary, path)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)
