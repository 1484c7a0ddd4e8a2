"""Who is at the browser: nobody signs in, so each browser carries a random secret in a cookie.

Runs belong to it; only pages and routes that present it can see them. A page that is opened without
it (see ``app.server.web_page``) asks for it before it starts. Two tabs may do so at the same time:
they name the same nonce, which the browser keeps for all its tabs, and get the same owner.

The cookie has no path of its own, so that the browser takes the folder of the address that set it:
labs below different paths of one host have different owners, whatever a proxy makes of the path.
"""

import re
import secrets
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from typing import TypeGuard

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route
from starlette.types import ASGIApp, Receive, Scope, Send

COOKIE = "fnn_owner"
PATH = "/visitor"
NONCE_HEADER = "X-FNN-Nonce"
"""A header of its own: the browser lets no other site send one."""
SECONDS_IN_A_YEAR = 365 * 24 * 3600
SECONDS_OF_A_NONCE = 120.0
MOST_NONCES = 10_000

_TOKEN = re.compile(r"[A-Za-z0-9_-]{32}")
_NONCE = re.compile(r"[0-9a-f]{32}")
_NAMED = re.compile(r"(.*)/of/([A-Za-z0-9_-]{32})(/api/.*)")
_HEADERS = {"Cache-Control": "no-store"}


def is_owner(token: object) -> TypeGuard[str]:
    """Say whether a cookie's value is one that this module hands out."""
    return isinstance(token, str) and _TOKEN.fullmatch(token) is not None


class Owners:
    """Hands out new owners: one and the same to all who name the same nonce, for two minutes.

    A script can read the nonce, but not the cookie; later it stands for nobody.
    """

    def __init__(self, now: Callable[[], float] = time.monotonic) -> None:
        self._now = now
        self._lock = threading.Lock()
        self._given: OrderedDict[str, tuple[str, float]] = OrderedDict()

    def owner(self, nonce: str) -> str:
        """Return the owner of a nonce, a new one if nobody has named it lately."""
        with self._lock:
            owner, until = self._given.get(nonce, ("", 0.0))
            if self._now() >= until:
                owner = secrets.token_urlsafe(24)
                self._given.pop(nonce, None)
                self._given[nonce] = owner, self._now() + SECONDS_OF_A_NONCE
            while len(self._given) > MOST_NONCES:
                self._given.popitem(last=False)
        return owner


def route(owners: Owners) -> Route:
    """Return the route ``POST /visitor``, which gives a browser without an owner its cookie."""

    def give(request: Request) -> Response:
        nonce = request.headers.get(NONCE_HEADER, "")
        if not _NONCE.fullmatch(nonce):
            return Response(status_code=400, headers=_HEADERS)
        answer = Response(status_code=204, headers=_HEADERS)
        if not is_owner(request.cookies.get(COOKIE)):
            cookie = owner_cookie(owners.owner(nonce), secure=is_secure(request.scope))
            answer.headers.append("set-cookie", cookie)
        return answer

    return Route(PATH, give, methods=["POST"])


def is_secure(scope: Scope) -> bool:
    """Say whether a request came by TLS, to this server or to a proxy on this machine."""
    return bool(scope.get("scheme") == "https")


def owner_cookie(token: str, *, secure: bool) -> str:
    """Return the header that gives a browser this owner, unreadable for the page's scripts.

    A ``secure`` one is never sent without TLS.
    """
    kept = "; Secure" if secure else ""
    return f"{COOKIE}={token}; HttpOnly; SameSite=Lax; Max-Age={SECONDS_IN_A_YEAR}{kept}"


class OwnerCookie:
    """ASGI middleware: everything behind it finds at most one owner's cookie.

    A browser sends the cookie of the longest path first, and that of a lab above this one after it.
    A page without cookies names its owner, who lives as long as the page, in the address of what it
    asks for (``address_of``).
    """

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] in ("http", "websocket"):
            scope = _with_one_owner(scope)
        await self._app(scope, receive, send)


def address_of(owner: str, address: str) -> str:
    """Return the address of something below ``api/`` for a page that has no cookie to present."""
    return f"of/{owner}/{address}"


def _with_one_owner(scope: Scope) -> Scope:
    owners, others = _cookies(scope)
    path, named = scope["path"], _NAMED.fullmatch(scope["path"])
    if named:  # by a page that started without a cookie, even if the browser has one since
        base, owner, rest = named.groups()
        path, owners = base + rest, [owner]
    headers = [(name, value) for name, value in scope["headers"] if name != b"cookie"]
    kept = [*others, *(f"{COOKIE}={owner}" for owner in owners[:1])]
    if kept:
        headers.append((b"cookie", "; ".join(kept).encode("latin-1")))
    return {**scope, "path": path, "headers": headers}


def _cookies(scope: Scope) -> tuple[list[str], list[str]]:
    """Return the valid owners of a request in the order sent, and its other cookies."""
    sent = [value.decode("latin-1") for name, value in scope["headers"] if name == b"cookie"]
    cookies = [cookie.strip() for cookie in ";".join(sent).split(";") if cookie.strip()]
    owners = [cookie.removeprefix(f"{COOKIE}=") for cookie in cookies if _is_own(cookie)]
    return [owner for owner in owners if is_owner(owner)], [
        cookie for cookie in cookies if not _is_own(cookie)
    ]


def _is_own(cookie: str) -> bool:
    return cookie.startswith(f"{COOKIE}=")
