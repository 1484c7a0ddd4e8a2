"""One real server and one real browser for all browser tests of the app."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests.conftest import NewHome
from tests.support.browser.chromium import ARGUMENTS, executable
from tests.support.browser.context import OpenContext, listen, note_errors
from tests.support.browser.server import Server, serving
from tests.support.browser.static_page import static_page


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
        running = playwright.chromium.launch(executable_path=path, args=list(ARGUMENTS))
        yield running
        running.close()


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
def open_context(browser: Browser, request: pytest.FixtureRequest) -> Iterator[OpenContext]:
    """Open contexts with cookies of their own, by the options of ``new_context``.

    At the end none of them may have asked another machine for anything, and none may have logged
    an error but those that the test's own ``browser_errors`` marks name.
    """
    opened: list[tuple[BrowserContext, Callable[[], list[str]]]] = []
    errors: list[str] = []

    def open_context(**options: Any) -> BrowserContext:
        context = browser.new_context(**options)
        opened.append((context, listen(context)))
        note_errors(context, errors)
        return context

    yield open_context
    for context, _ in opened:
        context.close()
    assert [url for _, strays in opened for url in strays()] == []
    marks = request.node.iter_markers("browser_errors")
    expected = [LOOKS_FOR_ITSELF, *(mark.args[0] for mark in marks)]
    assert [error for error in errors if not any(re.search(each, error) for each in expected)] == []


LOOKS_FOR_ITSELF = r"404 \(Not Found\).*/_stcore/(health|host-config)$"
"""Streamlit, opened at a page's address, asks first whether it lives below that page."""


@pytest.fixture
def page(open_context: OpenContext) -> Page:
    """A laptop's page, without the cookies of any other test."""
    return open_context(viewport={"width": 1280, "height": 900}).new_page()
