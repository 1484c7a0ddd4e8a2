"""One browser has one owner: whoever gives the cookie, and whatever cookies arrive."""

from typing import Any

import pytest
from starlette.requests import HTTPConnection

from app.session.owner import (
    COOKIE,
    MOST_NONCES,
    SECONDS_OF_A_NONCE,
    OwnerCookie,
    Owners,
    address_of,
    is_owner,
    owner_cookie,
)
from tests.support.own_loop import run_apart

ADA, BOB = "a" * 32, "b" * 32


class Clock:
    now = 0.0

    def __call__(self) -> float:
        return self.now


def seen(path: str, *cookies: str, kind: str = "http") -> HTTPConnection:
    """Return a request as the app behind the middleware sees it."""
    found: list[HTTPConnection] = []

    async def app(scope: Any, receive: Any, send: Any) -> None:
        found.append(HTTPConnection(scope))

    headers = [(b"host", b"lab"), *((b"cookie", each.encode()) for each in cookies)]
    scope = {"type": kind, "method": "GET", "path": path, "headers": headers}
    run_apart(OwnerCookie(app)(scope, None, None))  # type: ignore[arg-type]
    return found[0]


def test_tabs_that_agree_on_a_nonce_get_one_owner() -> None:
    owners = Owners()
    first, second = owners.owner("n1"), owners.owner("n1")
    assert first == second and is_owner(first)
    assert owners.owner("n2") != first


def test_a_nonce_stands_for_nobody_later() -> None:
    clock = Clock()
    owners = Owners(clock)
    first = owners.owner("n")
    clock.now = SECONDS_OF_A_NONCE - 1
    assert owners.owner("n") == first
    clock.now = SECONDS_OF_A_NONCE
    later = owners.owner("n")
    assert later != first and owners.owner("n") == later


def test_nonces_that_pile_up_push_out_the_oldest_ones() -> None:
    owners = Owners()
    first, second = owners.owner("0"), owners.owner("1")
    for number in range(2, MOST_NONCES + 1):
        owners.owner(str(number))
    assert owners.owner("1") == second and owners.owner("0") != first


def test_the_cookie_takes_the_folder_of_the_address_that_sets_it() -> None:
    """A path that the server names would be wrong behind a proxy that takes a part of it away."""
    assert "path" not in owner_cookie(ADA, secure=True).lower()


@pytest.mark.parametrize("kind", ["http", "websocket"])
def test_of_two_labs_on_one_host_the_nearer_cookie_counts(kind: str) -> None:
    """A browser sends the one of the longer path first."""
    request = seen("/x", f"a=1; {COOKIE}={ADA}; b=2; {COOKIE}={BOB}", kind=kind)
    assert request.cookies == {"a": "1", "b": "2", COOKIE: ADA}


def test_a_forged_cookie_is_no_owner() -> None:
    assert COOKIE not in seen("/x", f"{COOKIE}=short; {COOKIE}=").cookies
    assert seen("/x", f"{COOKIE}=short", f"{COOKIE}={BOB}").cookies == {COOKIE: BOB}


def test_a_page_without_cookies_names_its_owner_in_the_address() -> None:
    request = seen("/lab/" + address_of(ADA, "api/runs/x/events"), "a=1")
    assert request.scope["path"] == "/lab/api/runs/x/events"
    assert request.cookies == {"a": "1", COOKIE: ADA}


def test_a_page_that_started_without_a_cookie_keeps_its_owner() -> None:
    """The answer that brought the cookie came too late for this page."""
    request = seen("/" + address_of(BOB, "api/runs/x/events"), f"{COOKIE}={ADA}")
    assert request.cookies == {COOKIE: BOB}


def test_only_what_is_below_api_can_be_asked_so() -> None:
    for address in ("runs", "owner", "apix/runs", "../api/runs"):
        request = seen("/" + address_of(BOB, address))
        assert COOKIE not in request.cookies and "/of/" in request.scope["path"]
