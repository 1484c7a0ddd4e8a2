"""One page that sends far too much: what the others feel of it, and what its own browser does."""

import asyncio
import sys
import time
import urllib.request
from contextlib import suppress

import psutil
import pytest
from playwright.sync_api import Page, expect
from websockets.exceptions import ConnectionClosed

from app.server.lifespan import DESCRIPTORS_OF_A_PAGE
from app.server.socket_limits import MOST_BYTES
from tests.bench.visitor import Visitor
from tests.conftest import NewHome
from tests.e2e.test_connection import Tab
from tests.support.browser.server import Server, start_server
from tests.support.own_loop import run_apart

pytestmark = pytest.mark.timeout(120)
MESSAGES = 1_000
SECONDS_OF_ANSWER = 1.5
"""On a machine that does other things too; alone it takes 0.1 s, and without limits a minute."""
SECONDS_TO_LOOK = 4
PAGES = 70
MOST_GROWTH = 200 * 2**20

FLOOD = """() => {
  const send = WebSocket.prototype.send;
  WebSocket.prototype.send = function (data) {
    WebSocket.prototype.send = send;
    for (let count = 0; count < 200; count += 1) send.call(this, data);
    send.call(this, data);
  };
}"""


def ask(url: str) -> None:
    urllib.request.urlopen(url, timeout=90).close()


async def entered(url: str) -> Visitor:
    visitor = Visitor(url, lang="ko", task="boston")
    await visitor.enter("train")
    return visitor


def test_others_are_answered_while_one_page_floods_the_server(server: Server) -> None:
    async def flood() -> list[float]:
        one, other = await entered(server.url), await entered(server.url)
        began = time.monotonic()
        for _ in range(MESSAGES):
            await one.send_rerun()
        waits = []
        while time.monotonic() < began + SECONDS_TO_LOOK:
            asked = time.monotonic()
            await asyncio.to_thread(ask, f"{server.url}/_stcore/health")
            waits += [time.monotonic() - asked, await other.rerun()]
        one.vanish()
        await other.leave()
        return waits

    assert max(run_apart(flood())) < SECONDS_OF_ANSWER


def test_large_messages_of_a_class_leave_no_memory_behind(server: Server) -> None:
    process = psutil.Process(server.process.pid)

    async def one_message() -> None:
        visitor = await entered(server.url)
        with suppress(ConnectionClosed):
            await visitor.send(b"\x12" * 19_000_000)
            await visitor.rerun()

    async def a_class() -> None:
        await asyncio.gather(*(one_message() for _ in range(30)))

    run_apart(entered_once(server.url))
    before = process.memory_info().rss
    run_apart(a_class())
    assert process.memory_info().rss - before < MOST_GROWTH


async def entered_once(url: str) -> None:
    await (await entered(url)).leave()


@pytest.mark.skipif(sys.platform != "linux", reason="psutil reads limits of Linux only")
def test_more_pages_are_open_than_the_first_limit_of_files_allows(new_home: NewHome) -> None:
    resource = pytest.importorskip("resource")
    before = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (256, before[1]))
    try:
        server = start_server(new_home())
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, before)

    async def many() -> None:
        visitors = await asyncio.gather(*(entered(server.url) for _ in range(PAGES)))
        process = psutil.Process(server.process.pid)
        opened = process.num_fds()
        print(f"{opened} descriptors for {PAGES} pages")
        assert 256 < opened < PAGES * DESCRIPTORS_OF_A_PAGE + 100
        assert not any(visitor.errors for visitor in visitors)
        assert {child.rlimit(psutil.RLIMIT_NOFILE) for child in process.children()} == {
            process.rlimit(psutil.RLIMIT_NOFILE)
        }
        for visitor in visitors:
            visitor.vanish()

    try:
        run_apart(many())
    finally:
        server.process.terminate()
        server.process.wait(20)


def test_a_page_that_was_cut_off_comes_back_and_works(page: Page, server: Server) -> None:
    tab = Tab(page, server.url)
    tab.open("train", task="boston")
    tab.set_epochs(7)
    page.evaluate(FLOOD)
    with page.expect_event("websocket", timeout=30_000):  # it connects anew
        tab.button("form.add").click()
    expect(tab.notice()).not_to_have_attribute("data-state", "lost", timeout=30_000)
    tab.settle()
    tab.has_no_words_of_streamlits_own()
    tab.set_epochs(9)
    tab.settle()
    page.wait_for_timeout(1_500)
    assert tab.notice().get_attribute("data-state") in ("fine", "back", "unsent")


def test_what_is_too_long_is_said_and_not_sent_for_ever(page: Page, server: Server) -> None:
    tab = Tab(page, server.url)
    tab.open("train", task="reviews")
    sockets: list[str] = []
    page.on("websocket", lambda socket: sockets.append(socket.url))
    field = page.get_by_role("spinbutton").first
    before = field.input_value()
    field.fill("1" * (MOST_BYTES + 1))
    field.press("Enter")
    tab.says_of_connection("long")
    field.fill(before)
    field.press("Enter")
    tab.button("form.add").click()
    tab.says_of_connection("fine")
    assert sockets == []
