"""Static files on their way to the browser: compressed once, and fetched once.

Streamlit sends its scripts as they are, 3.5 MB on a first visit. Here each is compressed when it is
first asked for, or before (``compress_page``), and kept in memory: what all pages of the lab need
together is one megabyte in either form, made in four seconds. Nothing is compressed that mixes a
secret with what somebody else may have written.
"""

import gzip
import hashlib
import re
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, partial
from pathlib import Path

import brotli
import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

FOLDER = Path(streamlit.__file__).parent / "static" / "static"
"""What Streamlit serves as ``/static``; the names change with the content."""
PAGE = FOLDER.with_name("index.html")
ICON_FONT = Path(__file__).parents[1] / "assets/material-symbols.woff2"
"""The icons that the pages show, of Streamlit's 4,000 (``tests/support/icon_font.py``)."""
NO_LETTERS = Path(__file__).parents[1] / "assets/no-letters.woff2"
"""Sent instead of the letters that Streamlit asks for before it has read the lab's theme."""
FOR_EVER = "public, max-age=31536000, immutable"
FOR_THIS_BROWSER = "private, max-age=31536000, immutable"
"""For the pictures of a page; Streamlit names them after their content, but lets them be asked for
again."""

_FONTS = {"MaterialSymbols-Rounded": ICON_FONT, "SourceSansVF-Upright": NO_LETTERS}
_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""What gets smaller, and how it is called whatever the system's own list says."""

_COMPRESSORS: dict[str, Callable[[bytes], bytes]] = {
    "br": partial(brotli.compress, mode=brotli.MODE_TEXT, quality=10),
    "gzip": partial(gzip.compress, mtime=0),
}
"""The smaller form first. This quality of Brotli takes four times as long as the one below it, for
6 % less, once a server; the one above, its best, three times as long again for 2 % less."""


@dataclass(frozen=True, slots=True)
class _Sent:
    """What is sent of a file, and the tag of exactly these bytes."""

    content: bytes
    etag: str


class StaticFiles:
    """ASGI middleware: answers for Streamlit's scripts and styles, compressed."""

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app, self._start, self._media = app, f"{base}/static/", f"{base}/media/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self._file(scope)
        answer = await _answer(path, scope) if path else None
        if answer:
            await answer(scope, receive, send)
        elif path:
            await self._app(scope, receive, _adding(send, Vary="Accept-Encoding"))
        elif scope["type"] == "http" and scope["path"].startswith(self._media):
            await self._app(scope, receive, _adding(send, **{"Cache-Control": FOR_THIS_BROWSER}))
        else:
            await self._app(scope, receive, send)

    def _file(self, scope: Scope) -> Path | None:
        if scope["type"] == "http" and scope["method"] in ("GET", "HEAD"):
            start, _, name = scope["path"].rpartition(self._start)
            return None if start else _files().get(name)
        return None


async def _answer(path: Path, scope: Scope) -> Response | None:
    return await compressed_answer(path, scope) if path.suffix in _TYPES else _font(path, scope)


async def compressed_answer(path: Path, scope: Scope) -> Response | None:
    """Return the answer to a request for a file; None when it must come as it is."""
    asked = Headers(scope=scope)
    encoding = encoding_for(asked.get("accept-encoding", ""))
    if encoding is None:
        return None
    file = await run_in_threadpool(_compressed, path, encoding)
    headers = {
        "Content-Encoding": encoding,
        "Vary": "Accept-Encoding",
        "Cache-Control": FOR_EVER,
        "ETag": file.etag,
    }
    if file.etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=_TYPES[path.suffix], headers=headers)


def _font(path: Path, scope: Scope) -> Response:
    """Return a font of the lab's; its address is Streamlit's, and stays when the font changes."""
    file = _whole(path)
    headers = {"Cache-Control": "no-cache", "ETag": file.etag}
    if file.etag in Headers(scope=scope).get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type="font/woff2", headers=headers)


async def file_answer(path: Path, scope: Scope) -> Response:
    """Return the answer to a request for a file of the lab's own."""
    headers = {"Vary": "Accept-Encoding", "Cache-Control": FOR_EVER}
    plain = FileResponse(path, media_type=_TYPES[path.suffix], headers=headers)
    return await compressed_answer(path, scope) or plain


async def script_answer(script: bytes, scope: Scope) -> Response:
    """Return the answer to a request for a script of the lab's that lies in no file."""
    headers = {"Vary": "Accept-Encoding", "Cache-Control": FOR_EVER}
    encoding = encoding_for(Headers(scope=scope).get("accept-encoding", ""))
    if encoding:
        headers["Content-Encoding"] = encoding
        script = await run_in_threadpool(packed, script, encoding)
    return Response(script, media_type=_TYPES[".js"], headers=headers)


def encoding_for(header: str) -> str | None:
    """Return the smallest form that an ``Accept-Encoding`` allows: "br", "gzip", or None.

    Browsers take Brotli by TLS and from their own machine only.

    >>> encoding_for("gzip, br"), encoding_for("br;q=0, gzip;q=0.5"), encoding_for("identity")
    ('br', 'gzip', None)
    """
    found = re.findall(r"([\w*-]+)\s*(?:;\s*q\s*=\s*([\d.]+))?", header.lower())
    weights: dict[str, str] = dict(found)
    others = weights.get("*", "0")
    return next((name for name in _COMPRESSORS if _is_wanted(weights.get(name, others))), None)


def _is_wanted(weight: str) -> bool:
    return weight.strip("0.") != "" or weight == ""


def compress_page() -> None:
    """Compress what the page names, before anybody asks for it."""
    names = re.findall(r'"\./static/([^"]+)"', PAGE.read_text(encoding="utf-8"))
    for path in map(_files().get, names):
        if path and path.suffix in _TYPES:
            for encoding in _COMPRESSORS:
                _compressed(path, encoding)


@cache
def _files() -> dict[str, Path]:
    """Return what is sent instead of a file of Streamlit's, by its address below ``/static/``."""
    paths = [path for path in FOLDER.rglob("*") if path.suffix in _TYPES]
    found = dict(zip(paths, paths, strict=True))
    for start, font in _FONTS.items():
        found |= dict.fromkeys(FOLDER.glob(f"media/{start}.*.woff2"), font)
    return {path.relative_to(FOLDER).as_posix(): sent for path, sent in found.items()}


@cache
def _compressed(path: Path, encoding: str) -> _Sent:
    return _sent(_COMPRESSORS[encoding](path.read_bytes()))


@cache
def packed(content: bytes, encoding: str) -> bytes:
    """Return in a form that ``encoding_for`` names what is the same for everybody."""
    return _COMPRESSORS[encoding](content)


@cache
def _whole(path: Path) -> _Sent:
    return _sent(path.read_bytes())


def _sent(content: bytes) -> _Sent:
    return _Sent(content, f'"{hashlib.sha256(content).hexdigest()[:16]}"')


def _adding(send: Send, **headers: str) -> Send:
    """Return a ``send`` that adds headers to an answer that has the file asked for."""

    async def send_more(message: Message) -> None:
        if message["type"] == "http.response.start" and message["status"] < 400:
            MutableHeaders(scope=message).update(headers)
        await send(message)

    return send_more
