"""The one HTML page of the lab: Streamlit's own, made ready for a first visit.

It is never stored, so that whoever opens it asks the server and is asked for the owner's cookie. A
browser without one first gets one, with the page's own script, and only then starts Streamlit: its
websocket and everything after it then belong to one owner, in all tabs (see ``app.session.owner``).
And the page no longer loads the font that Streamlit would use if the lab's theme did not name
others.
"""

import base64
import hashlib
import re
from collections.abc import Callable
from functools import cache
from pathlib import Path

import streamlit
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import HTTPConnection
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.static_files import encoding_for, packed
from app.session.i18n import LANGUAGES
from app.session.owner import COOKIE, is_owner
from app.session.state import LANGUAGE

FILE = Path(streamlit.__file__).parent / "static" / "index.html"

_START = re.compile(r'<script type="module" crossorigin src="(\./static/js/[^"]+)"></script>')
_FONT = re.compile(r'<link\s+rel="preload"\s+href="[^"]+\.woff2"[^>]*>\s*')
_SETTLING = Path(__file__).with_name("first_visit.js")
_FILES = ("/assets/", "/media/", "/component/", "/_stcore/")
"""What is never a page; below ``/static/`` Streamlit sends its own for a file that is not there."""
_NO_STORE = {"Cache-Control": "no-store"}
_CONDITIONS = (b"if-none-match", b"if-modified-since", b"range", b"if-range")


class WebPage:
    """ASGI middleware: sends the lab's page wherever Streamlit would send its own.

    ``links`` returns, for a page's name as in "train", the elements for its head that tell a
    browser what to fetch.
    """

    def __init__(
        self, app: ASGIApp, base: str = "", links: Callable[[str], str] = lambda page: ""
    ) -> None:
        self._app, self._base, self._links = app, base, links

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http" or self._is_file(scope["path"]):
            await self._app(scope, receive, send)
            return
        if answer := _without_slash(scope, self._base):
            await answer(scope, receive, send)
            return
        unconditional = [each for each in scope["headers"] if each[0] not in _CONDITIONS]
        scope = {**scope, "headers": unconditional}
        links = self._links(scope["path"].removeprefix(self._base).strip("/"))
        has_owner = is_owner(HTTPConnection(scope).cookies.get(COOKIE))
        page = web_page(has_owner, _language(scope), links)
        encoding = encoding_for(Headers(scope=scope).get("accept-encoding", ""))
        await self._app(scope, receive, _instead_of_pages(page, encoding, scope["method"], send))

    def _is_file(self, path: str) -> bool:
        return path.removeprefix(self._base).startswith(_FILES)


def _without_slash(scope: Scope, base: str) -> Response | None:
    """Return the way from "/train/" to "/train", which Streamlit gives from the host's root."""
    path = scope["path"]
    is_page = path.endswith("/") and path not in ("/", f"{base}/") and not path.startswith("//")
    if scope["method"] not in ("GET", "HEAD") or not is_page:
        return None
    name = path.rstrip("/").rpartition("/")[2]
    up = "../" * (len(path) - len(path.rstrip("/")))
    query = scope["query_string"].decode("latin-1")
    return RedirectResponse(f"{up}{name}?{query}" if query else f"{up}{name}", 301, _NO_STORE)


def _language(scope: Scope) -> str:
    """Return the language that an address names, the lab's first one where it names none.

    Once a page is open, ``app/widgets/page/language_mark.py`` follows the switch.
    """
    asked = HTTPConnection(scope).query_params.get(LANGUAGE)
    return asked if asked in LANGUAGES else next(iter(LANGUAGES))


@cache
def web_page(has_owner: bool, language: str, links: str) -> bytes:
    """Return the page, which for a browser without an owner begins with getting one.

    It says its language: Streamlit's own is English whatever it shows, so that screen readers
    would read Korean with an English voice.
    """
    page = _FONT.sub("", FILE.read_text(encoding="utf-8"))
    page = page.replace('<html lang="en">', f'<html lang="{language}">', 1)
    page = page.replace("</head>", f"{links}</head>", 1)
    if not has_owner:
        page = _START.sub(
            lambda found: (
                f'<link rel="modulepreload" crossorigin href="{found[1]}">'
                f'<script type="module">{settling_script()}</script>'
            ),
            page,
        )
    return page.encode()


def scripts() -> list[str]:
    """Return the names of the scripts that Streamlit's page itself asks for."""
    return re.findall(r'"\./static/js/([^"]+)"', FILE.read_text(encoding="utf-8"))


@cache
def settling_script() -> str:
    """Return the script that gets an owner and then starts Streamlit."""
    (start,) = _START.findall(FILE.read_text(encoding="utf-8"))
    return _SETTLING.read_text(encoding="utf-8").replace("START", start)


@cache
def inline_scripts() -> tuple[str, ...]:
    """Return the hashes of the scripts that stand in the page, for its content policy."""
    page = FILE.read_text(encoding="utf-8")
    scripts = re.findall(r"<script>(.*?)</script>", page, re.DOTALL)
    return tuple(_hash(script) for script in (*scripts, settling_script()))


def _hash(script: str) -> str:
    digest = hashlib.sha256(script.encode()).digest()
    return f"'sha256-{base64.b64encode(digest).decode()}'"


def _instead_of_pages(page: bytes, encoding: str | None, method: str, send: Send) -> Send:
    """Return a ``send`` that lets everything through but a page that may be stored."""
    is_page, body = False, packed(page, encoding) if encoding else page

    async def send_page(message: Message) -> None:
        nonlocal is_page
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            is_page = _is_streamlits(headers)
            if not is_page:
                await send(message)
                return
            headers = MutableHeaders({"Content-Type": "text/html; charset=utf-8"})
            headers["Content-Length"] = str(len(body))
            headers["Vary"] = "Accept-Encoding"
            if encoding:
                headers["Content-Encoding"] = encoding
            headers["Cache-Control"] = "private, no-store"
            await send({**message, "headers": headers.raw})
            await send({"type": "http.response.body", "body": b"" if method == "HEAD" else body})
        elif not is_page:
            await send(message)

    return send_page


def _is_streamlits(headers: MutableHeaders) -> bool:
    """Say whether an answer is Streamlit's page; the lab's other pages say ``no-store``."""
    is_html = headers.get("content-type", "").startswith("text/html")
    return is_html and "no-store" not in headers.get("cache-control", "")
