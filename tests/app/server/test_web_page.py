"""The page says which language it is in, and nothing else is touched."""

from collections.abc import Callable
from typing import Any

import brotli
import pytest
from starlette.requests import Request
from starlette.responses import HTMLResponse, PlainTextResponse, Response

from app.server.web_page import WebPage
from tests.support.own_loop import run_apart

Behind = Callable[[Response], WebPage]


def asked(
    answer: Response, query: str = "", *, path: str = "/train", behind: Behind = WebPage
) -> str:
    """Return the body of an answer to a page's address behind the middleware."""
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": path, "headers": []}
    run_apart(behind(answer)({**scope, "query_string": query.encode()}, Request.receive, send))
    return b"".join(each.get("body", b"") for each in sent).decode()


@pytest.mark.parametrize(
    ("query", "language"),
    [("", "ko"), ("lang=ko", "ko"), ("task=mnist&lang=en", "en"), ("lang=fr", "ko")],
)
def test_a_page_has_the_language_of_its_address(query: str, language: str) -> None:
    page = asked(HTMLResponse("Streamlit's own"), query)
    assert page.count("<html") == 1 and f'<html lang="{language}">' in page


def test_a_page_is_sent_small_to_whom_can_read_it() -> None:
    sent: list[Any] = []

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {"type": "http", "method": "GET", "path": "/", "query_string": b""}
    scope["headers"] = [(b"accept-encoding", b"gzip, br")]
    run_apart(WebPage(HTMLResponse("Streamlit's own"))(scope, Request.receive, send))
    headers, body = dict(sent[0]["headers"]), sent[1]["body"]
    assert headers[b"content-encoding"] == b"br" and headers[b"vary"] == b"Accept-Encoding"
    assert int(headers[b"content-length"]) == len(body)
    assert brotli.decompress(body).decode() == asked(HTMLResponse("Streamlit's own"), path="/")


def test_what_is_no_page_stays_as_it_is() -> None:
    assert asked(PlainTextResponse("words")) == "words"
