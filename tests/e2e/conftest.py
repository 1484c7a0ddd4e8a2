"""One real server and one real browser for all browser tests of the app."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import NewHome
from tests.support.browser.chromium import ARGUMENTS, executable
from tests.support.browser.context import Contexts, OpenContext
from tests.support.browser.server import Server, serving
from tests.support.browser.static_page import static_page

ONE_PROCESS_A_CONTEXT = ("--process-per-site", "--disable-site-isolation-trials")
"""A context's pages share a process, which has the lab's scripts compiled: that is a third of what
a page costs, which would be most of what these tests do."""


@pytest.fixture(scope="session")
def server(new_home: NewHome) -> Iterator[Server]:
    with serving(new_home()) as running:
        yield running


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
        running = playwright.chromium.launch(
            executable_path=path, args=[*ARGUMENTS, *ONE_PROCESS_A_CONTEXT]
        )
        yield running
        running.close()


@pytest.fixture(scope="session")
def contexts(browser: Browser, empty_page: str) -> Iterator[Contexts]:
    kept = Contexts(browser, empty_page)
    yield kept
    kept.close()


@pytest.fixture(scope="module")
def shared_context(contexts: Contexts) -> Iterator[OpenContext]:
    """Return the one context that has these options, for a module that keeps its pages open."""
    opened: dict[frozenset[tuple[str, Any]], BrowserContext] = {}
    with contexts.lent() as open_context:

        def shared_context(**options: Any) -> BrowserContext:
            key = frozenset(options.items())
            return opened.get(key) or opened.setdefault(key, open_context(**options))

        yield shared_context


@pytest.fixture
def open_context(contexts: Contexts, request: pytest.FixtureRequest) -> Iterator[OpenContext]:
    """Lend contexts without the cookies of any other test, by the options of ``new_context``.

    They may log no errors but those that the test's own ``browser_errors`` marks name.
    """
    marks = request.node.iter_markers("browser_errors")
    with contexts.lent([mark.args[0] for mark in marks]) as open_context:
        yield open_context


@pytest.fixture
def page(open_context: OpenContext) -> Page:
    """A laptop's page, without the cookies of any other test."""
    return open_context(viewport={"width": 1280, "height": 900}).new_page()
