"""A link takes an owner to another browser, once, and only when a person clicks."""

import socket
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware

from app.server.owner_transfer import route
from app.session.owner import COOKIE, OwnerCookie
from app.session.owner_transfers import MOST_LINKS, SECONDS_VALID, OwnerTransfers
from data.language import Text, UserError

ADA, BOB = "a" * 32, "b" * 32


GONE = "c" * 32
"""Somebody whose runs cannot be read."""


def runs_of(owner: str) -> int:
    if owner == GONE:
        raise UserError(Text("손상되었습니다", "It is damaged"))
    return {ADA: 7, BOB: 3}.get(owner, 0)


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def links(clock: Clock) -> OwnerTransfers:
    return OwnerTransfers(clock)


class Browser(requests.Session):
    """A browser that shows redirects instead of following them."""

    def __init__(self, address: str) -> None:
        super().__init__()
        self.address = address

    def request(self, method: str, path: str, **options: Any) -> requests.Response:  # type: ignore[override]
        options |= {"allow_redirects": False, "timeout": 10}
        answer = super().request(method, self.address + path, **options)
        answer.encoding = "utf-8"
        return answer


@pytest.fixture
def browser(links: OwnerTransfers) -> Iterator[Browser]:
    app = Starlette(
        routes=[route(links, runs_of)],
        middleware=[Middleware(OwnerCookie)],
    )
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen()
        server = uvicorn.Server(uvicorn.Config(app, lifespan="off", ws="none", log_level="error"))
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        with Browser(f"http://127.0.0.1:{listener.getsockname()[1]}") as session:
            yield session
        server.should_exit = server.force_exit = True
        thread.join()


def test_a_click_brings_the_owner_and_the_secret_is_not_the_cookie(
    browser: Browser, links: OwnerTransfers
) -> None:
    secret = links.issue(ADA)
    page = browser.get(f"/owner?link={secret}&lang=en")
    assert page.status_code == 200 and "See 7 runs" in page.text and "실행 7개" in page.text
    assert ADA not in page.text and secret != ADA
    moved = browser.post(f"/owner?link={secret}&lang=en")
    assert (moved.status_code, moved.headers["location"]) == (303, "runs?lang=en")
    cookie = moved.headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}={ADA};") and "HttpOnly" in cookie
    assert browser.cookies[COOKIE] == ADA


def test_looking_at_a_link_does_not_use_it_up(browser: Browser, links: OwnerTransfers) -> None:
    secret = links.issue(ADA)
    for _ in range(3):
        assert browser.get(f"/owner?link={secret}").status_code == 200
    assert browser.post(f"/owner?link={secret}").status_code == 303


def test_runs_that_cannot_be_read_are_a_sentence_in_both_languages(
    browser: Browser, links: OwnerTransfers
) -> None:
    answer = browser.get(f"/owner?link={links.issue(GONE)}")
    assert answer.status_code == 503
    assert "손상되었습니다" in answer.text and "It is damaged" in answer.text


def test_a_used_link_is_a_sentence_in_both_languages(
    browser: Browser, links: OwnerTransfers
) -> None:
    secret = links.issue(ADA)
    browser.get(f"/owner?link={secret}")
    assert browser.post(f"/owner?link={secret}").status_code == 303
    for again in (browser.get(f"/owner?link={secret}"), browser.post(f"/owner?link={secret}")):
        assert again.status_code == 404
        assert "이미 쓰였거나" in again.text and "used already" in again.text


@pytest.mark.parametrize(
    "secret", ["x", "a" * 32, "A" * 5000, "%3Cscript%3Ealert(1)%3C%2Fscript%3E", "%00", "%F0%9F"]
)
def test_a_guessed_link_shows_nothing_of_anybody(
    browser: Browser, links: OwnerTransfers, secret: str
) -> None:
    links.issue(ADA)
    for answer in (browser.get(f"/owner?link={secret}"), browser.post(f"/owner?link={secret}")):
        assert answer.status_code == 404
        assert ADA not in answer.text and "<script>" not in answer.text
        assert ADA not in answer.headers.get("set-cookie", "")


def test_another_site_cannot_click_for_somebody(browser: Browser, links: OwnerTransfers) -> None:
    secret = links.issue(ADA)
    page = browser.post(
        f"/owner?link={secret}"
    )  # no page was seen, so its strict cookie is missing
    assert page.status_code == 200 and ADA not in page.headers.get("set-cookie", "")
    browser.cookies.clear()
    page = browser.get(f"/owner?link={secret}")
    assert "SameSite=Strict" in page.headers["set-cookie"]


def test_a_browser_with_runs_is_told_that_they_will_be_out_of_sight(
    browser: Browser, links: OwnerTransfers
) -> None:
    secret = links.issue(ADA)
    assert "no longer be seen" not in browser.get(f"/owner?link={secret}").text
    browser.cookies.clear()
    browser.cookies.set(COOKIE, BOB)
    assert "The 3 runs that this browser has" in browser.get(f"/owner?link={secret}").text


def test_every_answer_keeps_the_secret_to_itself(browser: Browser, links: OwnerTransfers) -> None:
    secret = links.issue(ADA)
    answers = [browser.get(f"/owner?link={secret}"), browser.post(f"/owner?link={secret}")]
    for answer in (*answers, browser.get("/owner?link=unknown")):
        assert answer.headers["referrer-policy"] == "no-referrer"
        assert answer.headers["cache-control"] == "no-store"


def test_a_link_lasts_ten_minutes(clock: Clock, links: OwnerTransfers) -> None:
    secret = links.issue(ADA)
    clock.now = SECONDS_VALID - 1
    assert links.owner_of(secret) == ADA
    clock.now = SECONDS_VALID
    assert links.owner_of(secret) is None and links.redeem(secret) is None


def test_an_owner_has_one_link_and_all_together_a_thousand(links: OwnerTransfers) -> None:
    first = links.issue(ADA)
    second = links.issue(ADA)
    assert links.owner_of(first) is None and links.owner_of(second) == ADA
    secrets = [links.issue(f"owner {n}") for n in range(MOST_LINKS)]
    assert links.owner_of(second) is None
    assert all(links.owner_of(secret) for secret in secrets)
