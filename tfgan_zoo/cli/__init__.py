"""The command `tfgan-zoo`: each subcommand a thin function over the library.

TensorFlow is imported inside the commands that need it, so that `list` and `--help` are instant.
"""

import sys
import warnings

# Each registers its commands.
from tfgan_zoo.cli import anomalies, data, edit, gallery, latents, models, scores, studio
from tfgan_zoo.cli.options import app

__all__ = ["anomalies", "app", "data", "edit", "gallery", "latents", "main", "models", "scores", "studio"]


def main():
    """Runs the command; errors that a user can mend become one line and exit status 1."""
    from tfgan_zoo.utils import notices

    notices.silence()
    notices.keep_bytes()
    try:
        with warnings.catch_warnings():
            warnings.showwarning = notices.show_warning
            app()
    except Exception as error:
        from tfgan_zoo.utils.errors import message_of, status_of

        status = status_of(error)
        if status is None:
            raise
        print(f"tfgan-zoo: {message_of(error)}", file=sys.stderr)
        sys.exit(status)
