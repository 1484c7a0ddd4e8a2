"""What Streamlit's page is told about the page that it stands in, its "host".

A host may speak to Streamlit's page: ask whether its connection is alive, let it run the script
again. The lab's own page is the only one that may (see ``widgets/page/connection.js``); Streamlit's
default is a list of its makers' sites.
"""

from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send
from streamlit import config
from streamlit.url_util import make_url_path

PATH = "_stcore/host-config"


class HostConfig:
    """ASGI middleware: answers for Streamlit's own route of ``PATH``."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        answer = _answer(Headers(scope=scope)) if _is_asked(scope) else self._app
        await answer(scope, receive, send)


def _is_asked(scope: Scope) -> bool:
    if scope["type"] != "http" or scope["method"] != "GET":
        return False
    return bool(scope["path"] == make_url_path(config.get_option("server.baseUrlPath"), PATH))


def _answer(headers: Headers) -> JSONResponse:
    told = {
        "allowedOrigins": _own_origins(headers),
        "useExternalAuthToken": False,
        "enableCustomParentMessages": False,
        "enforceDownloadInNewTab": False,
        "metricsUrl": "",
        "blockErrorDialogs": False,
        "resourceCrossOriginMode": None,
    }
    return JSONResponse(told, headers={"Cache-Control": "no-store"})


def _own_origins(headers: Headers) -> list[str]:
    """Return where the browser has the page from, which a proxy's ``Host`` may not tell.

    The page itself asks, so that the page that asks is its own.
    """
    page, host = urlsplit(headers.get("referer", "")), headers.get("host", "")
    if page.scheme in ("http", "https") and page.netloc:
        return [f"{page.scheme}://{page.netloc}"]
    return [f"http://{host}", f"https://{host}"]
