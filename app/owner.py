"""Who is at the browser: nobody signs in, so each browser carries a random secret in a cookie.

The cookie is set with the first page. Runs belong to it; only pages and routes that present it can
see them.
"""

import re
import secrets

from starlette.datastructures import MutableHeaders
from starlette.requests import HTTPConnection
from starlette.types import ASGIApp, Message, Receive, Scope, Send

COOKIE = "fnn_owner"
SECONDS_IN_A_YEAR = 365 * 24 * 3600

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")


def is_owner(token: str | None) -> bool:
    """Say whether a cookie's value is one that this module hands out."""
    return token is not None and _TOKEN.fullmatch(token) is not None


class OwnerCookie:
    """ASGI middleware: gives every browser without a valid cookie one with its first HTML page."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if _needs_cookie(scope):
            await self._app(scope, receive, _adding_cookie(send, secure=is_secure(scope)))
        else:
            await self._app(scope, receive, send)


def _needs_cookie(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return not is_owner(HTTPConnection(scope).cookies.get(COOKIE))


def is_secure(scope: Scope) -> bool:
    """Say whether a request came by TLS, to this server or to a proxy on this machine."""
    return bool(scope.get("scheme") == "https")


def _adding_cookie(send: Send, *, secure: bool) -> Send:
    async def send_with_cookie(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            if headers.get("content-type", "").startswith("text/html"):
                cookie = owner_cookie(secrets.token_urlsafe(24), secure=secure)
                headers.append("set-cookie", cookie)
        await send(message)

    return send_with_cookie


def owner_cookie(token: str, *, secure: bool) -> str:
    """Return the header that gives a browser this owner, unreadable for the page's scripts.

    A ``secure`` one is never sent without TLS.
    """
    kept = "; Secure" if secure else ""
    return f"{COOKIE}={token}; HttpOnly; SameSite=Lax; Path=/; Max-Age={SECONDS_IN_A_YEAR}{kept}"
