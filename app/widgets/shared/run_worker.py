"""Serves the script that hears runs for all tabs of a browser (``run_worker.js``).

A SharedWorker is loaded from an address; what a component brings along stands in none. The address
changes with the script, so that browsers may keep it for ever.
"""

import hashlib

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.widgets.shared import assets

SCRIPT = assets.joined("run_source", "run_worker")
ADDRESS = f"assets/run-worker-{hashlib.sha256(SCRIPT.encode()).hexdigest()[:12]}.js"


def _serve(_request: Request) -> Response:
    headers = {"Cache-Control": "public, max-age=31536000, immutable"}
    return Response(SCRIPT, media_type="text/javascript", headers=headers)


def route() -> Route:
    """Return the route of the script; its address is relative to the page's."""
    return Route(f"/{ADDRESS}", _serve)
