"""The studio's routes: one page, what it moves, and the pictures that it shows.

It serves this computer alone, and loads nothing from elsewhere.
"""

import functools
import json
import threading
import traceback
from pathlib import Path

from jinja2 import Environment, FileSystemLoader
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.middleware import Middleware
from starlette.middleware.trustedhost import TrustedHostMiddleware
from starlette.responses import JSONResponse, PlainTextResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles

from tfgan_zoo.hub import index, models
from tfgan_zoo.hub.config import load_config
from tfgan_zoo.studio import making, sources, state
from tfgan_zoo.studio.controls import controls_of
from tfgan_zoo.studio.program import program
from tfgan_zoo.utils.errors import message_of, status_of
from tfgan_zoo.utils.spelling import nearest

_PAGES = Path(__file__).parent / "pages"
_LARGEST_PICTURE = 20 * 2**20
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' blob:; connect-src 'self'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    "Content-Security-Policy": _POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
}


class Models:
    """Models by the ids of their configs; the last four stay loaded.

    Args:
        ids: the configs to choose from.
        load: id -> model.
    """

    def __init__(self, ids, load):
        self.ids = ids
        self.get = functools.lru_cache(maxsize=4)(self._loaded)
        self._load = load

    def of(self, query):
        """The `making.Loaded` that a query asks for.

        Raises:
            ValueError: it names none, or one that does not ship.
        """
        name = query.get("model")
        if name not in self.ids:
            raise ValueError(f"There is no model {name!r} with weights.{nearest(name, self.ids)}")
        return self.get(name)

    def _loaded(self, name):
        model = self._load(name)
        return making.Loaded(load_config(name), model, controls_of(name, model))


def shipped():
    """The `Models` whose weights ship."""
    ids = [name for name in index.list_configs() if index.has_weights(name)]
    return Models(ids, functools.partial(models.load, weights="pretrained"))


def application(models=None):
    """The ASGI application.

    Args:
        models: the `Models` to choose from; by default those whose weights ship.
    """
    models = models or shipped()
    # TensorFlow computes one thing at a time, so that a picture that is asked for has all of the processor.
    lock = threading.Lock()

    def answering(answer):
        """An endpoint that answers a query in a thread; what is wrong with a link is told in words."""

        def locked(query):
            with lock:
                return answer(query)

        async def endpoint(request):
            try:
                return await run_in_threadpool(locked, dict(request.query_params))
            except Exception as error:
                return _refusal(error)

        return endpoint

    def found(query):
        loaded = models.of(query)
        return loaded, state.read(query, loaded.controls)

    def controls(query):
        return JSONResponse(models.of(query).controls)

    def picture(query):
        contents, numbers = making.png(*found(query))
        return Response(contents, media_type="image/png", headers={"X-Numbers": json.dumps(numbers)})

    def source(query):
        loaded, asked = found(query)
        key = loaded.model.samplers()[asked.way].of or "image"
        return Response(making.drawn(making.source(loaded, asked), key), media_type="image/png")

    def code(query):
        return PlainTextResponse(program(*found(query)))

    environment = Environment(loader=FileSystemLoader(_PAGES), autoescape=True)
    page = environment.get_template("index.html").render(systems=_by_system(models.ids))

    async def home(request):
        return Response(page, media_type="text/html")

    return Starlette(
        routes=[
            Route("/", home),
            Route("/controls", answering(controls)),
            Route("/picture", answering(picture)),
            Route("/source", answering(source)),
            Route("/code", answering(code)),
            Route("/pictures", _upload, methods=["POST"]),
            Mount("/pages", StaticFiles(directory=_PAGES)),
        ],
        middleware=[
            Middleware(_Guarded),
            Middleware(TrustedHostMiddleware, allowed_hosts=["127.0.0.1", "localhost"]),
        ],
    )


async def _upload(request):
    # A page of another site cannot send this type without asking first, which nothing here answers.
    if not request.headers.get("content-type", "").startswith("image/"):
        return PlainTextResponse("Choose a picture.", 400)
    contents = b""
    async for part in request.stream():
        contents += part
        if len(contents) > _LARGEST_PICTURE:
            return PlainTextResponse("The picture is too large; choose one of at most 20 MiB.", 400)
    try:
        return JSONResponse({"picture": await run_in_threadpool(sources.keep, contents)})
    except Exception as error:
        return _refusal(error)


def _refusal(error):
    """What is wrong with a request, in words; of a bug the traceback is printed."""
    if status_of(error) is not None:
        return PlainTextResponse(str(message_of(error)), 400)
    traceback.print_exception(error)
    return PlainTextResponse("The studio has failed; its terminal says where.", 500)


def _by_system(ids):
    """{system: its ids}, in order."""
    systems = {}
    for name in ids:
        systems.setdefault(name.partition("/")[0], []).append(name)
    return systems


class _Guarded:
    """Middleware that adds the headers of `_HEADERS` to every answer."""

    def __init__(self, app):
        self.app = app

    async def __call__(self, scope, receive, send):
        async def guarded(message):
            if message["type"] == "http.response.start":
                added = [(name.lower().encode(), value.encode()) for name, value in _HEADERS.items()]
                message = {**message, "headers": [*message["headers"], *added]}
            await send(message)

        await self.app(scope, receive, guarded)
