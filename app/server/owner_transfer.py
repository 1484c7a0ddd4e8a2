"""Takes an owner to another browser: a link that works once, for ten minutes.

The cookie itself never leaves the server's hands. The link opens a page with one button, so that a
messenger that looks at links for a preview cannot use it up; only the button brings the cookie. It
works from that page alone: what the page's own cookie does not confirm is not done.
"""

import re
import secrets
from collections.abc import Callable
from html import escape
from urllib.parse import urlencode, urljoin

from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import Route

from app.session.owner import COOKIE, is_owner, is_secure, owner_cookie
from app.session.owner_transfers import OwnerTransfers
from data.language import Text, UserError

PATH = "/owner"
LINK = "link"
"""The part of the address that holds the secret."""
_SECRET = re.compile(r"[A-Za-z0-9_-]{32}")
_CONFIRMING = "fnn_move"
_HEADERS = {
    "Cache-Control": "no-store",
    "Referrer-Policy": "no-referrer",
    "X-Frame-Options": "DENY",
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; "
    "form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
}

_UNKNOWN = Text(
    "이 링크는 이미 쓰였거나 10분이 지나 쓸 수 없습니다. "
    "내 실행 페이지에서 링크를 새로 만들어 주세요.",
    "This link was used already or is older than 10 minutes. "
    "Please make a new one on the My runs page.",
)
_QUESTION = Text(
    "이 브라우저에서 실행 {runs}개를 보시겠습니까? 링크는 한 번만 쓸 수 있습니다.",
    "See {runs} runs in this browser? The link works once.",
)
_LOSES = Text(
    "이 브라우저에 지금 있는 실행 {runs}개는 더 이상 보이지 않게 됩니다.",
    "The {runs} runs that this browser has now will no longer be seen.",
)
_BUTTON = Text("이 브라우저로 가져오기", "Bring them to this browser")
_HOME = Text("FNN Lab으로 가기", "Go to FNN Lab")


def link(page_url: str, secret: str, language: str) -> str:
    """Return the address that a link of this secret has beside a page of the lab."""
    return urljoin(page_url, f"{PATH.strip('/')}?{urlencode({LINK: secret, 'lang': language})}")


def route(links: OwnerTransfers, runs_of: Callable[[str], int]) -> Route:
    """Return the route of ``PATH?link=…``; ``runs_of`` counts the runs of an owner."""

    def move(request: Request) -> Response:
        try:
            return answer(request)
        except UserError as error:  # the store cannot be read
            return _page(f"<p>{_both(error.text)}</p>", 503)

    def answer(request: Request) -> Response:
        secret = request.query_params.get(LINK, "")
        if not _SECRET.fullmatch(secret) or (owner := links.owner_of(secret)) is None:
            return _page(f"<p>{_both(_UNKNOWN)}</p><p><a href='.'>{_both(_HOME)}</a></p>", 404)
        if request.method == "POST" and _is_confirmed(request, secret):
            return _adopt(links.redeem(secret), request)
        return _ask(secret, runs_of(owner), _lost(request, owner, runs_of))

    return Route(PATH, move, methods=["GET", "POST"])


def _is_confirmed(request: Request, secret: str) -> bool:
    """Say whether a click came from the page itself, whose cookie no other site can send."""
    return secrets.compare_digest(request.cookies.get(_CONFIRMING, "").encode(), secret.encode())


def _lost(request: Request, owner: str, runs_of: Callable[[str], int]) -> int:
    """Return how many runs the browser that asks would no longer see."""
    own = request.cookies.get(COOKIE)
    return runs_of(own) if own and is_owner(own) and own != owner else 0


def _ask(secret: str, runs: int, lost: int) -> Response:
    warning = f"<p>{_both(_LOSES.format(runs=lost))}</p>" if lost else ""
    answer = _page(
        f"<p>{_both(_QUESTION.format(runs=runs))}</p>{warning}"
        f"<form method='post'><button>{_both(_BUTTON)}</button></form>"
    )
    cookie = f"{_CONFIRMING}={secret}; HttpOnly; SameSite=Strict; Max-Age=600"
    answer.headers.append("set-cookie", cookie)
    return answer


def _adopt(owner: str | None, request: Request) -> Response:
    if owner is None:  # another click on the same link came first
        return _page(f"<p>{_both(_UNKNOWN)}</p>", 404)
    language = request.query_params.get("lang", "")
    query = f"?lang={language}" if language in ("ko", "en") else ""
    answer = RedirectResponse(f"runs{query}", status_code=303, headers=_HEADERS)
    answer.headers.append("set-cookie", owner_cookie(owner, secure=is_secure(request.scope)))
    return answer


def _page(body: str, status: int = 200) -> HTMLResponse:
    return HTMLResponse(_HTML.replace("BODY", body), status_code=status, headers=_HEADERS)


def _both(text: Text) -> str:
    return f"<span lang=ko>{escape(text.ko)}</span><br><span lang=en>{escape(text.en)}</span>"


_HTML = """<!doctype html><html lang="ko"><meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1"><title>FNN Lab</title>
<style>
:root { color-scheme: light dark; --accent: #0067A3; }
@media (prefers-color-scheme: dark) { :root { --accent: #6DB8EE; } }
body { font: 1.1rem/1.6 system-ui, 'Apple SD Gothic Neo', 'Malgun Gothic', NanumGothic, sans-serif;
  max-width: 34rem; margin: 15vh auto; padding: 0 1.25rem; word-break: keep-all; }
[lang=en] { font-size: 0.9em; opacity: 0.8; }
button { font: inherit; padding: 0.6rem 1.4rem; border: 0; border-radius: 0.5rem; cursor: pointer;
  background: #0067A3; color: #fff; }
a { color: var(--accent); }
</style><h1>FNN Lab</h1>BODY</html>
"""
