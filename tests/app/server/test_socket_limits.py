"""How much one page may send: a real server of websockets, and a real client."""

import asyncio
import socket
import threading
import time
from collections.abc import Awaitable, Callable, Iterator
from typing import TypeVar

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.middleware import Middleware
from starlette.routing import WebSocketRoute
from starlette.websockets import WebSocket, WebSocketDisconnect
from websockets.asyncio.client import ClientConnection, connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from app.server import socket_limits
from app.server.script_limit import AT_A_TIME, SECONDS_COUNTED, ScriptLimit
from app.server.socket_limits import MESSAGES_A_SECOND, MESSAGES_AT_ONCE, MOST_BYTES, SocketLimits
from app.session.owner import COOKIE
from tests.support.own_loop import run_apart


async def echo(page: WebSocket) -> None:
    await page.accept()
    try:
        while True:
            await page.send_bytes((await page.receive_bytes())[:8])
    except WebSocketDisconnect:
        pass


@pytest.fixture(scope="module")
def url() -> Iterator[str]:
    app = Starlette(
        routes=[WebSocketRoute("/", echo)],
        middleware=[Middleware(SocketLimits)],
    )
    config = uvicorn.Config(app, ws="websockets-sansio", ws_max_size=4_000_000, log_level="error")
    server = uvicorn.Server(config)
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(128)
        thread = threading.Thread(target=server.run, kwargs={"sockets": [listener]})
        thread.start()
        yield f"ws://127.0.0.1:{listener.getsockname()[1]}/"
        server.should_exit = server.force_exit = True
        thread.join()


Answer = TypeVar("Answer")


def talk(url: str, say: Callable[[ClientConnection], Awaitable[Answer]], owner: str = "") -> Answer:
    """Return what comes of talking with the server over one connection of an owner."""

    async def talk() -> Answer:
        headers = {"Cookie": f"{COOKIE}={owner}"} if owner else {}
        async with connect(url, additional_headers=headers) as page:
            return await say(page)

    return run_apart(talk())


async def ending(page: ClientConnection) -> tuple[int, str]:
    """Return the code and the reason with which the server closes a connection."""
    try:
        while True:
            await asyncio.wait_for(page.recv(), 20)
    except ConnectionClosed as closed:
        assert closed.rcvd
        return closed.rcvd.code, closed.rcvd.reason


def test_messages_beyond_the_rate_wait_and_all_arrive(url: str) -> None:
    count = MESSAGES_AT_ONCE + round(MESSAGES_A_SECOND)

    async def say(page: ClientConnection) -> float:
        began = time.monotonic()
        for number in range(count):
            await page.send(str(number).encode())
        assert [await page.recv() for _ in range(count)] == [str(n).encode() for n in range(count)]
        return time.monotonic() - began

    assert 0.9 <= talk(url, say) < 5


def test_a_key_that_is_held_down_waits_for_nothing(url: str) -> None:
    async def say(page: ClientConnection) -> float:
        longest = 0.0
        for _ in range(30):
            began = time.monotonic()
            await page.send(b"enter")
            await page.recv()
            longest = max(longest, time.monotonic() - began)
            await asyncio.sleep(1 / 13)
        return longest

    assert talk(url, say) < 0.5


def test_who_goes_on_and_on_is_cut_off_with_a_reason(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_limits, "MOST_LATE", 10)

    async def say(page: ClientConnection) -> tuple[int, str]:
        for _ in range(500):
            await page.send(b"again")
        return await ending(page)

    assert talk(url, say) == (1008, "more than 20 a second")


@pytest.mark.parametrize(
    ("message", "code"),
    [
        (b"x" * (MOST_BYTES + 1), 1009),
        (b"x" * 5_000_000, 1009),
        ("text", 1003),
        ("", 1003),
        ([b"x" * 600_000] * 2, 1009),
    ],
    ids=["too big", "far too big", "text", "empty text", "too big in pieces"],
)
def test_what_no_page_sends_ends_the_connection(
    url: str, message: bytes | str | list[bytes], code: int
) -> None:
    async def say(page: ClientConnection) -> tuple[int, str]:
        await page.send(message)
        return await ending(page)

    assert talk(url, say)[0] == code


@pytest.mark.parametrize("size", [0, 1, MOST_BYTES])
def test_what_is_not_too_big_passes(url: str, size: int) -> None:
    async def say(page: ClientConnection) -> object:
        await page.send(b"x" * size)
        return await page.recv()

    assert talk(url, say) == b"x" * min(size, 8)


def test_an_owner_has_so_many_pages_and_others_have_theirs(
    url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(socket_limits, "MOST_PER_OWNER", 2)

    async def another(owner: str) -> None:
        async with connect(url, additional_headers={"Cookie": f"{COOKIE}={owner}"}) as page:
            await page.send(b"here")
            assert await page.recv() == b"here"

    async def say(_first: ClientConnection) -> None:
        async with connect(url, additional_headers={"Cookie": f"{COOKIE}=ada"}):
            with pytest.raises(InvalidStatus):
                await another("ada")
            await another("bob")
            await another("")
        await asyncio.sleep(0.2)
        await another("ada")

    talk(url, say, "ada")


def test_scripts_start_in_turn_and_one_that_hangs_holds_nobody_up() -> None:
    end = threading.Event()

    def script() -> threading.Thread:
        thread = threading.Thread(target=end.wait, name="ScriptRunner.scriptThread", daemon=True)
        thread.start()
        return thread

    async def wait(limit: ScriptLimit) -> float:
        began = time.monotonic()
        await limit.wait()
        return time.monotonic() - began

    async def all_of_it() -> tuple[float, float]:
        turns = ScriptLimit()
        for _ in range(AT_A_TIME):
            assert await wait(turns) < 0.1
            script()
        held, free = await wait(turns), await wait(turns)
        return held, free

    held, free = run_apart(all_of_it())
    end.set()
    assert SECONDS_COUNTED - 0.1 <= held < SECONDS_COUNTED + 1
    assert free < 0.1  # those that hang are passed over from then on
