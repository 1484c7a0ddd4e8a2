"""Pages of a gallery in a real browser, none of which may complain or call another host.

A page is opened once for each kind of screen. Who comes next goes to another address in it, as a
browser's Back button does, and the script shows everything anew.
"""

from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

from playwright.sync_api import Page

from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import IDLE, PATIENCE

Open = Callable[..., Page]
"""Opens the gallery with a query, in a window of some size, and waits until it is ready."""

GO = """address => {
    sessionStorage.clear();
    document.activeElement?.blur();
    document.querySelector('[data-testid="stMain"]').scrollTo(0, 0);
    history.pushState(null, "", address);
    window.dispatchEvent(new PopStateEvent("popstate"));
}"""


class Gallery:
    """A gallery that is served, and the pages of it that nobody looks at."""

    def __init__(self, url: str, context: OpenContext, ready: str, width: int, height: int) -> None:
        """``ready`` selects what a page shows when it is drawn.

        It, ``width`` and ``height`` are what a page has that asks for nothing else.
        """
        self._url, self._context = url, context
        self._ready, self._width, self._height = ready, width, height
        self._idle = defaultdict[frozenset[tuple[str, Any]], list[Page]](list)
        self._numbers = count(1)
        self._complaints: list[str] = []

    @contextmanager
    def visits(self) -> Iterator[Open]:
        """Open pages until the end, which looks at what they have complained of."""
        pages: list[tuple[frozenset[tuple[str, Any]], Page]] = []

        def opened(
            query: str = "", width: int = self._width, ready: str = self._ready, **options: Any
        ) -> Page:
            kind = frozenset(options.items())
            page = self._idle[kind].pop() if self._idle[kind] else self._new_page(options)
            pages.append((kind, page))
            page.set_viewport_size({"width": width, "height": self._height})
            self._go(page, query, ready)
            return page

        yield opened
        for kind, page in pages:
            if not page.is_closed():
                self._idle[kind].append(page)
        complaints, self._complaints[:] = list(self._complaints), []
        assert not complaints, complaints

    def close(self) -> None:
        """Close its pages, which would ask for a gallery that is gone."""
        for pages in self._idle.values():
            for page in pages:
                page.close()

    def _go(self, page: Page, query: str, ready: str) -> None:
        number = next(self._numbers)
        address = f"{self._url}/?visit={number}&{query}"
        if page.url == "about:blank":
            page.goto(address)
        else:
            page.mouse.move(0, 0)
            page.emulate_media(color_scheme="light")
            page.evaluate(GO, address)
        page.locator(f".st-key-visit-{number}").locator(ready).first.wait_for()
        page.wait_for_selector(IDLE)

    def _new_page(self, options: dict[str, Any]) -> Page:
        page = self._context(**options).new_page()
        page.set_default_timeout(PATIENCE)
        own = (self._url, self._url.replace("http", "ws"), "blob:", "data:")

        def said(message: Any) -> None:
            if message.type in ("error", "warning"):
                self._complaints.append(message.text)

        def sent(request: Any) -> None:
            if not request.url.startswith(own):
                self._complaints.append(request.url)

        page.on("console", said)
        page.on("pageerror", lambda error: self._complaints.append(str(error.stack)))
        page.on("request", sent)
        return page
