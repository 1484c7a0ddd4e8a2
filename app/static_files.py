"""Static files on their way to the browser: compressed once, and fetched once.

Streamlit sends its scripts as they are, 3.5 MB on a first visit. Here each is compressed when it is
first asked for, or before (``compress_page``), and kept in memory: what all pages of the lab need
together is one megabyte, made in a third of a second. Nothing else is compressed here, so that no
answer mixes a secret with what somebody else may have written.
"""

import gzip
import hashlib
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import streamlit
from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.responses import FileResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app import web_page

FOLDER = Path(streamlit.__file__).parent / "static" / "static"
"""What Streamlit serves as ``/static``; the names change with the content."""
FOR_EVER = "public, max-age=31536000, immutable"

_TYPES = {".js": "text/javascript", ".css": "text/css", ".svg": "image/svg+xml"}
"""What gets smaller, and how it is called whatever the system's own list says."""


@dataclass(frozen=True, slots=True)
class _Compressed:
    """The gzip form of a file, and the tag of exactly these bytes."""

    content: bytes
    etag: str


class StaticFiles:
    """ASGI middleware: answers for Streamlit's scripts and styles, compressed."""

    def __init__(self, app: ASGIApp, base: str = "") -> None:
        self._app, self._start = app, f"{base}/static/"

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        path = self._file(scope) if scope["type"] == "http" else None
        answer = await compressed_answer(path, scope) if path else None
        if answer:
            await answer(scope, receive, send)
        else:
            await self._app(scope, receive, _varying(send) if path else send)

    def _file(self, scope: Scope) -> Path | None:
        if scope["method"] in ("GET", "HEAD") and scope["path"].startswith(self._start):
            return _files().get(scope["path"].removeprefix(self._start))
        return None


async def compressed_answer(path: Path, scope: Scope) -> Response | None:
    """Return the answer to a request for a file; None when it does not accept gzip."""
    asked = Headers(scope=scope)
    if not accepts_gzip(asked.get("accept-encoding", "")):
        return None
    file = await run_in_threadpool(_compressed, path)
    headers = {
        "Content-Encoding": "gzip",
        "Vary": "Accept-Encoding",
        "Cache-Control": FOR_EVER,
        "ETag": file.etag,
    }
    if file.etag in asked.get("if-none-match", ""):
        return Response(status_code=304, headers=headers)
    return Response(file.content, media_type=_TYPES[path.suffix], headers=headers)


async def file_answer(path: Path, scope: Scope) -> Response:
    """Return the answer to a request for a file of the lab's own."""
    headers = {"Vary": "Accept-Encoding", "Cache-Control": FOR_EVER}
    plain = FileResponse(path, media_type=_TYPES[path.suffix], headers=headers)
    return await compressed_answer(path, scope) or plain


def accepts_gzip(header: str) -> bool:
    """Say whether an ``Accept-Encoding`` allows gzip.

    >>> accepts_gzip("br, gzip;q=0.5"), accepts_gzip("gzip;q=0, *"), accepts_gzip("identity")
    (True, False, False)
    """
    weights = dict(re.findall(r"([\w*-]+)\s*(?:;\s*q\s*=\s*([\d.]+))?", header.lower()))
    weight = weights.get("gzip", weights.get("*", "0"))
    return float(weight or 1) > 0


def compress_page() -> None:
    """Compress what the page names, before anybody asks for it."""
    names = re.findall(r'"\./static/([^"]+)"', web_page.FILE.read_text(encoding="utf-8"))
    for path in filter(None, map(_files().get, names)):
        _compressed(path)


@cache
def _files() -> dict[str, Path]:
    """Return every file of Streamlit's that gets smaller, by its address below ``/static/``."""
    found = (path for path in FOLDER.rglob("*") if path.suffix in _TYPES)
    return {path.relative_to(FOLDER).as_posix(): path for path in found}


@cache
def _compressed(path: Path) -> _Compressed:
    content = gzip.compress(path.read_bytes(), mtime=0)
    return _Compressed(content, f'"{hashlib.sha256(content).hexdigest()[:16]}"')


def _varying(send: Send) -> Send:
    """Return a ``send`` that says of the plain file, too, that there is another form of it."""

    async def send_varying(message: Message) -> None:
        if message["type"] == "http.response.start":
            MutableHeaders(scope=message).add_vary_header("Accept-Encoding")
        await send(message)

    return send_varying
