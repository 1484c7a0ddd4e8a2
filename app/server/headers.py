"""What the browser is told to refuse: scripts, frames and addresses that are not the lab's.

The policy is a second wall. Pages never put a learner's text into HTML; if one ever did, the
browser would still load nothing from elsewhere and run no script that the server did not send.
"""

import os
import re
from collections.abc import Sequence

from starlette.datastructures import Headers, MutableHeaders
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from app.server.hosts import hostname
from app.server.web_page import inline_scripts
from data.language import Text, UserError, quoted

VARIABLE = "FNN_LAB_FRAME_ANCESTORS"

_ORIGIN = re.compile(r"https?://[a-z0-9*][a-z0-9.-]*(:[0-9]{1,5})?", re.IGNORECASE)
_ALWAYS = (
    ("X-Content-Type-Options", "nosniff"),
    ("Cross-Origin-Resource-Policy", "same-origin"),
)
_OF_PAGES = (
    ("Referrer-Policy", "same-origin"),
    ("Cross-Origin-Opener-Policy", "same-origin"),
    ("Permissions-Policy", "camera=(), microphone=(), geolocation=()"),
)
_PARTS = ("text/javascript", "application/javascript", "text/css", "font/")
"""What no window shows as a page. A hundred of them are fetched on a first visit: what only a page
obeys would be 70 kB of headers."""


class SecurityHeaders:
    """ASGI middleware: adds the headers to every HTTP answer that does not have them.

    ``ancestors`` are the other sites that may show the lab in a frame.
    """

    def __init__(self, app: ASGIApp, ancestors: tuple[str, ...] = ()) -> None:
        self._app, self._ancestors = app, ancestors

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        policy = content_policy(Headers(scope=scope).get("host", ""), self._ancestors)

        async def send_with_headers(message: Message) -> None:
            if message["type"] == "http.response.start":
                headers = MutableHeaders(scope=message)
                is_part = headers.get("content-type", "").startswith(_PARTS)
                for name, value in _ALWAYS if is_part else self._headers(policy):
                    headers.setdefault(name, value)  # a route may have said it more strictly
            await send(message)

        await self._app(scope, receive, send_with_headers)

    def _headers(self, policy: str) -> Sequence[tuple[str, str]]:
        found = [*_ALWAYS, *_OF_PAGES, ("Content-Security-Policy", policy)]
        # It cannot name other sites, and old browsers obey it.
        return found if self._ancestors else [*found, ("X-Frame-Options", "SAMEORIGIN")]


def content_policy(host: str, ancestors: tuple[str, ...] = ()) -> str:
    """Return the Content-Security-Policy for pages of this ``Host``.

    - Streamlit imports the lab's own components from ``blob:`` addresses that it makes itself.
    - Streamlit and Plotly write style elements, hence 'unsafe-inline' for styles, and only there.
    - The icon of the page is a ``data:`` picture, Plotly saves a chart by way of a ``blob:`` one,
      and a font of Streamlit's comes inside a style.
    - The page of class links shows the lab itself in a frame.
    - Older browsers do not count a websocket to the same host as 'self', so it is named.
    """
    sockets = f" ws://{host} wss://{host}" if hostname(host) else ""
    directives = {
        "default-src": "'none'",
        "script-src": f"'self' blob: {' '.join(inline_scripts())}",
        "style-src": "'self' 'unsafe-inline'",
        "img-src": "'self' data: blob:",
        "font-src": "'self' data:",
        "frame-src": "'self'",
        "connect-src": f"'self'{sockets}",
        "base-uri": "'self'",
        "form-action": "'self'",
        "frame-ancestors": " ".join(("'self'", *ancestors)),
    }
    return "; ".join(f"{name} {value}" for name, value in directives.items())


def ancestors_from_environment() -> tuple[str, ...]:
    """Return the sites of ``FNN_LAB_FRAME_ANCESTORS``, separated by commas or spaces.

    Raises ``UserError`` when one of them is not an address like https://lms.example.ac.kr.
    """
    sites = os.environ.get(VARIABLE, "").replace(",", " ").split()
    for site in sites:
        if not _ORIGIN.fullmatch(site):
            raise _no_site(site)
    return tuple(sites)


def _no_site(site: str) -> UserError:
    return UserError(
        Text(
            f"환경 변수 {VARIABLE}의 {quoted(site)}은(는) 사이트 주소가 아닙니다. "
            "'https://lms.example.ac.kr'처럼 경로 없이 적어 주세요.",
            f"{quoted(site)} in the environment variable {VARIABLE} is no site. Write it without a "
            "path, as in 'https://lms.example.ac.kr'.",
        )
    )
