"""Browser contexts, and what they ask of other machines."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, Request

OpenContext = Callable[..., BrowserContext]
"""Opens a context by the options of ``new_context``."""


def listen(context: BrowserContext) -> Callable[[], list[str]]:
    """Return a function that returns what a context has asked other machines for from now on."""
    requests: list[Request] = []
    sockets: list[str] = []
    context.on("request", lambda request: requests.append(request))
    context.on("page", lambda page: page.on("websocket", lambda ws: sockets.append(ws.url)))

    def strays() -> list[str]:
        # What the content policy forbids has not left the browser.
        sent = [request.url for request in requests if request.failure != "csp"]
        return [url for url in sent + sockets if urlsplit(url).hostname not in (None, "127.0.0.1")]

    return strays
