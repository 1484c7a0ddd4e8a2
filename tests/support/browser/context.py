"""Browser contexts, what they ask of other machines, and the errors that they log."""

from collections.abc import Callable
from urllib.parse import urlsplit

from playwright.sync_api import BrowserContext, ConsoleMessage, Request

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


LOGGED = ("error", "assert")


def note_errors(context: BrowserContext, errors: list[str]) -> None:
    """Add to ``errors`` whatever a page of the context logs as one, or does not catch."""

    def note(said: ConsoleMessage) -> None:
        if said.type in LOGGED:
            errors.append(f"{said.text} {said.location['url']}")

    context.on("console", note)
    context.on("weberror", lambda found: errors.append(str(found.error)))
