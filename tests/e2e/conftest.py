"""One real server and one real browser for all browser tests of the app."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, Request, sync_playwright

from tests.conftest import NewHome
from tests.support.browser.chromium import ARGUMENTS, executable
from tests.support.browser.static_page import static_page
from tests.support.ports import free_port

ROOT = Path(__file__).parent.parent.parent


@dataclass(frozen=True)
class Server:
    """A running lab: its address, its home folder and its process."""

    url: str
    home: Path
    process: subprocess.Popen[bytes]


def start_server(home: Path, base: str = "", **variables: str) -> Server:
    """Start the lab on a free port with its own home, below the path ``base``; wait for an answer.

    With Streamlit's own command, and from a folder that has nothing to do with the lab.
    """
    port = free_port()
    streamlit = Path(sys.executable).with_name("streamlit")
    command = [streamlit, "run", ROOT / "app/main.py", "--server.port", str(port)]
    command += ["--server.baseUrlPath", base] if base else []
    environment = {**os.environ, "FNN_LAB_HOME": str(home), **variables}
    process = subprocess.Popen(command, cwd=home, env=environment)
    url = f"http://127.0.0.1:{port}{base}"
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline and process.poll() is None:
        try:
            urllib.request.urlopen(f"{url}/_stcore/health", timeout=2).close()
            return Server(url, home, process)
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise RuntimeError("the lab did not start")


@pytest.fixture(scope="session")
def server(new_home: NewHome) -> Iterator[Server]:
    running = start_server(new_home())
    yield running
    running.process.terminate()
    running.process.wait(20)


@pytest.fixture(scope="session")
def empty_page() -> Iterator[str]:
    """Return the address of a page that can import the lab's modules and holds nothing."""
    with static_page() as url:
        yield url


@pytest.fixture(scope="session")
def browser() -> Iterator[Browser]:
    with sync_playwright() as playwright:
        path = executable()
        assert path, "no Chromium: run python -m tests.support.browser.chromium"
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


OpenContext = Callable[..., BrowserContext]


@pytest.fixture(scope="session")
def shared_context(browser: Browser) -> Iterator[OpenContext]:
    """Return the one context that has these options: its second page finds the scripts read."""
    contexts: dict[frozenset[tuple[str, Any]], BrowserContext] = {}

    def shared_context(**options: Any) -> BrowserContext:
        key = frozenset(options.items())
        return contexts.get(key) or contexts.setdefault(key, browser.new_context(**options))

    yield shared_context
    for context in contexts.values():
        context.close()


@pytest.fixture
def open_context(browser: Browser) -> Iterator[OpenContext]:
    """Open contexts with cookies of their own, by the options of ``new_context``.

    At the end none of them may have asked another machine for anything.
    """
    opened: list[tuple[BrowserContext, Callable[[], list[str]]]] = []

    def open_context(**options: Any) -> BrowserContext:
        context = browser.new_context(**options)
        opened.append((context, listen(context)))
        return context

    yield open_context
    for context, _ in opened:
        context.close()
    assert [url for _, strays in opened for url in strays()] == []


def listen(context: BrowserContext) -> Callable[[], list[str]]:
    """Return a function that returns what a context has asked other machines for from now on."""
    requests: list[Request] = []
    sockets: list[str] = []
    context.on("request", lambda request: requests.append(request))
    context.on("page", lambda page: page.on("websocket", lambda ws: sockets.append(ws.url)))

    def strays() -> list[str]:
        # What the content policy forbids has not left the browser.
        sent = [request.url for request in requests if request.failure != "csp"]
        return [url for url in sent + sockets if urlsplit(url).hostname not in (None, "127.0.0.1")]

    return strays


@pytest.fixture
def page(open_context: OpenContext) -> Page:
    """A laptop's page, without the cookies of any other test."""
    return open_context(viewport={"width": 1280, "height": 900}).new_page()
