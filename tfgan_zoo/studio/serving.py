"""The studio's server on the loopback interface."""

import socket
import webbrowser

import uvicorn

from tfgan_zoo.studio.app import application


def serve(port=8321, browser=True):
    """Serves the studio until it is interrupted.

    Args:
        port: of 127.0.0.1; 0 takes one that is free.
        browser: whether to open the page.

    Raises:
        OSError: the port is taken.
    """
    with socket.socket() as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind(("127.0.0.1", port))
        except OSError as error:
            raise OSError(f"Port {port} cannot be used ({error.strerror}); give another with --port.") from error
        listening.listen()
        address = f"http://127.0.0.1:{listening.getsockname()[1]}/"
        print(f"The studio is at {address}; Ctrl+C ends it.", flush=True)
        if browser:
            # It waits for its answer until the server runs.
            webbrowser.open(address)
        config = uvicorn.Config(application(), log_level="warning", server_header=False)
        uvicorn.Server(config).run(sockets=[listening])
