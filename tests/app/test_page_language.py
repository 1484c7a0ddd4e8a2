"""The first HTML of a page says which language it is in."""

import asyncio

import pytest
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.middleware.gzip import GZipMiddleware
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route
from starlette.types import Message

from app.page_language import PageLanguage

PAGE = '<!doctype html><html lang="en"><p><html lang="en"></p>'


async def answer(_request: Request) -> Response:
    return HTMLResponse(PAGE)


async def words(_request: Request) -> Response:
    return PlainTextResponse(PAGE)


def asked(path: str, query: str = "") -> tuple[dict[bytes, bytes], str]:
    """Return the headers and the body of an answer."""
    routes = [Route("/train", answer), Route("/words", words)]
    compressing = [Middleware(GZipMiddleware, minimum_size=1)]
    app = PageLanguage(Starlette(routes=routes, middleware=compressing))
    sent: list[Message] = []

    async def receive() -> Message:
        return {"type": "http.request"}

    async def send(message: Message) -> None:
        sent.append(message)

    scope = {
        **{"type": "http", "method": "GET", "path": path, "query_string": query.encode()},
        "headers": [(b"accept", b"text/html,*/*;q=0.8"), (b"accept-encoding", b"gzip")],
    }
    asyncio.run(app(scope, receive, send))
    return dict(sent[0]["headers"]), b"".join(each.get("body", b"") for each in sent[1:]).decode()


@pytest.mark.parametrize(
    ("query", "language"),
    [("", "ko"), ("lang=ko", "ko"), ("task=mnist&lang=en", "en"), ("lang=fr", "ko")],
)
def test_a_page_has_the_language_of_its_address(query: str, language: str) -> None:
    headers, body = asked("/train", query)
    assert body.startswith(f'<!doctype html><html lang="{language}"><p><html lang="en">')
    assert int(headers[b"content-length"]) == len(body)


def test_what_is_no_page_stays_as_it_is() -> None:
    assert asked("/words")[1] == PAGE
