"""Serves what the browser gets of the lab without Streamlit: its modules, plotly.js, a page.

For whatever is tested of a script alone. The page is empty; what a test needs it imports there.
"""

import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager

import uvicorn
from playwright.sync_api import Page
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from app.server import plotly_script
from app.server.scripts import widget_modules
from tests.support.polling import until
from tests.support.ports import free_port

SECONDS_TO_START = 20
_PAGE = '<!DOCTYPE html><html lang="en"><link rel="icon" href="data:,"><title>page</title></html>'
_IMPORT = "async address => { Object.assign(window, await import(address)); }"
_IMPORT_LINKED = """async ([address, name]) => {
    Object.assign(window, (await import(address)).default[name]);
}"""


def _page(_request: Request) -> Response:
    return HTMLResponse(_PAGE)


@contextmanager
def static_page(routes: Sequence[Route] = ()) -> Iterator[str]:
    """Serve the page and these routes from a thread; yields the page's address."""
    served = [Route("/", _page), widget_modules.route(), plotly_script.route(), *routes]
    port = free_port()
    config = uvicorn.Config(Starlette(routes=served), port=port, log_level="warning")
    server = uvicorn.Server(config)
    thread = threading.Thread(target=server.run)
    thread.start()
    try:
        until(lambda: server.started, SECONDS_TO_START)
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        thread.join()


def use_modules(page: Page, *names: str) -> None:
    """Let scripts of the page call what these modules export, as in "chart/chart_range.js"."""
    for name in names:
        page.evaluate(_IMPORT, f"/{widget_modules.address(name)}")


def use_linked_module(page: Page, linked: str, name: str) -> None:
    """Let scripts of a lab's page call what the page's own instance of a module exports.

    ``linked`` is the linked module that holds it, as in "train.js".
    """
    page.evaluate(_IMPORT_LINKED, [f"/{widget_modules.address(linked)}", name])
