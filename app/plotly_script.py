"""Serves the plotly.js that comes inside the plotly package, compressed once."""

import gzip
from functools import cache
from importlib.metadata import version
from importlib.resources import files

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

PATH = "/assets/plotly.min.js"
URL = f"{PATH}?v={version('plotly')}"


@cache
def _compressed() -> bytes:
    script = files("plotly").joinpath("package_data/plotly.min.js").read_bytes()
    return gzip.compress(script, compresslevel=6)


def _serve(_request: Request) -> Response:
    headers = {
        "Content-Encoding": "gzip",
        "Cache-Control": "public, max-age=31536000, immutable",
    }
    return Response(_compressed(), media_type="text/javascript", headers=headers)


def route() -> Route:
    """Return the route of ``URL``."""
    return Route(PATH, _serve)
