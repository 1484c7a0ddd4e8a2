"""Scripts are sent compressed, once, and say so; nothing else is touched."""

import asyncio
import gzip
import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import brotli
import pytest
from starlette.datastructures import Headers
from starlette.responses import PlainTextResponse

from app.server import static_files
from app.server.plotly_script import FILE, PLOTLY_URL, route
from app.server.static_files import (
    FOLDER,
    ICON_FONT,
    NO_LETTERS,
    StaticFiles,
    compress_page,
    encoding_for,
)
from app.server.web_page import FILE as PAGE
from tests.support.icon_font import icons_there, icons_used
from tests.support.own_loop import run_apart

SCRIPT = next(path for path in FOLDER.glob("js/index.*.js"))
ADDRESS = f"/static/js/{SCRIPT.name}"
FONT = next(path for path in FOLDER.glob("media/MaterialSymbols-Rounded.*.woff2"))
GZIP = {"accept-encoding": "gzip, deflate"}
STREAMLITS = "what Streamlit sends"


@dataclass(frozen=True)
class Answer:
    status: int
    headers: Headers
    body: bytes


def ask(app: Any, path: str, method: str = "GET", **headers: str) -> Answer:
    messages: list[dict[str, Any]] = []

    async def send(message: dict[str, Any]) -> None:
        messages.append(message)

    raw = [(name.replace("_", "-").encode(), value.encode()) for name, value in headers.items()]
    scope = {"type": "http", "method": method, "path": path, "headers": raw, "query_string": b""}
    run_apart(app(scope, asyncio.Event().wait, send))
    body = b"".join(message.get("body", b"") for message in messages)
    return Answer(messages[0]["status"], Headers(raw=messages[0]["headers"]), body)


def get(path: str, method: str = "GET", base: str = "", **headers: str) -> Answer:
    app = StaticFiles(PlainTextResponse(STREAMLITS), base)
    return ask(app, path, method, **headers)


@pytest.mark.parametrize(
    ("accepted", "encoding", "unpack"),
    [
        ("gzip, deflate", "gzip", gzip.decompress),
        ("gzip, deflate, br, zstd", "br", brotli.decompress),
    ],
)
def test_a_script_comes_compressed_and_is_kept_for_ever(
    accepted: str, encoding: str, unpack: Callable[[bytes], bytes]
) -> None:
    answer = get(ADDRESS, accept_encoding=accepted)
    assert unpack(answer.body) == SCRIPT.read_bytes()
    assert len(answer.body) < 0.4 * SCRIPT.stat().st_size
    assert answer.headers["content-encoding"] == encoding
    assert answer.headers["vary"] == "Accept-Encoding"
    assert "immutable" in answer.headers["cache-control"]
    assert int(answer.headers["content-length"]) == len(answer.body)


def test_it_is_compressed_once() -> None:
    get(ADDRESS, accept_encoding="gzip")
    before = static_files._compressed.cache_info()
    get(ADDRESS, accept_encoding="gzip")
    after = static_files._compressed.cache_info()
    assert (after.misses, after.hits) == (before.misses, before.hits + 1)


def test_what_a_browser_has_is_not_sent_again() -> None:
    etag = get(ADDRESS, accept_encoding="gzip").headers["etag"]
    again = get(ADDRESS, accept_encoding="gzip", if_none_match=f'"other", W/{etag}')
    assert (again.status, again.body) == (304, b"")
    assert again.headers["etag"] == etag and again.headers["vary"] == "Accept-Encoding"
    assert get(ADDRESS, accept_encoding="gzip", if_none_match='"other"').status == 200


def test_a_part_of_a_compressed_script_is_not_sent() -> None:
    answer = get(ADDRESS, accept_encoding="gzip", range="bytes=0-9")
    assert answer.status == 200 and len(answer.body) > 10


@pytest.mark.parametrize("accepted", ["", "identity", "zstd", "gzip;q=0", "br;q=0.0, *;q=0"])
def test_who_does_not_accept_gzip_gets_streamlits_answer(accepted: str) -> None:
    answer = get(ADDRESS, accept_encoding=accepted)
    assert answer.body.decode() == STREAMLITS and "content-encoding" not in answer.headers
    assert answer.headers["vary"] == "Accept-Encoding"


@pytest.mark.parametrize(
    "accepted", ["gzip", "br;q=0, gzip;q=0.5", "br;q=0, *", "GZIP", "gzip ; q=1.0"]
)
def test_gzip_is_accepted_in_many_words(accepted: str) -> None:
    assert encoding_for(accepted) == "gzip"


def test_each_form_has_a_tag_of_its_own() -> None:
    tags = {get(ADDRESS, accept_encoding=each).headers["etag"] for each in ("gzip", "br")}
    assert len(tags) == 2


@pytest.mark.parametrize(
    "path",
    ["/", "/train", "/static/js/nothing.js", "/static/../index.html", "/static/", "/x" + ADDRESS],
)
def test_everything_else_is_streamlits(path: str) -> None:
    answer = get(path, accept_encoding="gzip")
    assert answer.body.decode() == STREAMLITS and "vary" not in answer.headers


def test_only_reading_is_answered() -> None:
    assert get(ADDRESS, "POST", accept_encoding="gzip").body.decode() == STREAMLITS
    assert get(ADDRESS, "HEAD", accept_encoding="gzip").headers["content-encoding"] == "gzip"


def test_it_stands_below_a_path_too() -> None:
    assert get("/lab" + ADDRESS, base="/lab", accept_encoding="gzip").body != STREAMLITS.encode()
    assert get(ADDRESS, base="/lab", accept_encoding="gzip").body == STREAMLITS.encode()


@pytest.mark.parametrize("accepted", ["gzip", "identity"])
def test_plotly_comes_either_way(accepted: str) -> None:
    answer = ask(route().app, f"/{PLOTLY_URL}", accept_encoding=accepted)
    content = gzip.decompress(answer.body) if accepted == "gzip" else answer.body
    assert content == FILE.read_bytes()
    assert "immutable" in answer.headers["cache-control"]
    assert answer.headers["vary"] == "Accept-Encoding"


def test_what_the_page_names_is_ready_before_anybody_asks() -> None:
    static_files._compressed.cache_clear()
    compress_page()
    named = set(re.findall(r"\./static/(?:js|css)/[^\"]+", PAGE.read_text(encoding="utf-8")))
    assert static_files._compressed.cache_info().currsize == 2 * len(named) > 100


# Icons -------------------------------------------------------------------------------------------


def test_the_icon_font_is_the_labs_and_is_asked_for_again() -> None:
    """Its address stays when a page shows a new icon."""
    address = f"/static/media/{FONT.name}"
    answer = get(address)
    assert answer.body == ICON_FONT.read_bytes() and answer.headers["cache-control"] == "no-cache"
    assert answer.headers["content-type"] == "font/woff2"
    assert get(address, if_none_match=answer.headers["etag"]).status == 304
    assert ICON_FONT.stat().st_size < 40_000


def test_letters_that_no_page_shows_are_not_sent() -> None:
    (letters,) = FOLDER.glob("media/SourceSansVF-Upright.*.woff2")
    assert get(f"/static/media/{letters.name}").body == NO_LETTERS.read_bytes()
    assert NO_LETTERS.stat().st_size < 1_000


def test_pictures_of_a_page_are_kept_by_the_browser_alone() -> None:
    kept = get("/media/name-after-its-content.jpg").headers["cache-control"]
    assert kept.startswith("private") and "immutable" in kept


def test_every_icon_that_is_shown_is_in_the_font() -> None:
    """Run ``python -m tests.support.icon_font`` when a page shows a new one."""
    missing = icons_used() - set(icons_there())
    assert missing <= {"star_filled"}  # Streamlit's own font has none either
