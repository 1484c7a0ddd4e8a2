"""Tells the browser which language a page is in, in its first HTML already.

Streamlit's own page says ``<html lang="en">`` whatever it shows: screen readers then read Korean
with an English voice, and browsers offer to translate the English page into English. Once a page is
open, ``app/components/language_mark.py`` follows the switch.
"""

from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.i18n import LANGUAGES
from app.state import LANGUAGE

_STREAMLITS = b'<html lang="en">'


class PageLanguage:
    """ASGI middleware: writes the language of the address, or else Korean, into HTML pages."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "http" and _wants_page(scope):
            scope, send = _uncompressed(scope), _marking(send, language_asked_for(scope))
        await self._app(scope, receive, send)


def _wants_page(scope: Scope) -> bool:
    return "text/html" in HTTPConnection(scope).headers.get("accept", "")


def _uncompressed(scope: Scope) -> Scope:
    """Return the request without what Streamlit would compress the page for (3 KB are left)."""
    headers = [each for each in scope["headers"] if each[0] != b"accept-encoding"]
    return {**scope, "headers": headers}


def language_asked_for(scope: Scope) -> str:
    """Return the language that an address names, the lab's first one where it names none."""
    asked = HTTPConnection(scope).query_params.get(LANGUAGE)
    return asked if asked in LANGUAGES else next(iter(LANGUAGES))


def _marking(send: Send, language: str) -> Send:
    """Return a ``send`` that replaces the mark by one of the same length."""
    mark, is_html = f'<html lang="{language}">'.encode(), False

    async def send_marked(message: Message) -> None:
        nonlocal is_html
        if message["type"] == "http.response.start":
            headers = dict(message.get("headers", ()))
            is_html = headers.get(b"content-type", b"").startswith(b"text/html")
        elif is_html and message["type"] == "http.response.body":
            body = message.get("body", b"").replace(_STREAMLITS, mark, 1)
            message = {**message, "body": body}
        await send(message)

    return send_marked
