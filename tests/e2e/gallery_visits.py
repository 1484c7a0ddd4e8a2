"""Pages of a gallery in a real browser, none of which may complain or call another host."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Browser, Page

from tests.e2e.lesson import PATIENCE

Open = Callable[..., Page]
"""Opens the gallery with a query, in a window of some size, and waits until it is ready."""


@contextmanager
def visits(browser: Browser, gallery: str, ready: str, width: int, height: int) -> Iterator[Open]:
    """Open pages until the end, which closes them and looks at what they have complained of.

    ``ready`` selects what a page shows when it is drawn; it, ``width`` and ``height`` are what a
    page has that asks for nothing else.
    """
    pages: list[Page] = []
    complaints: list[str] = []
    own = (gallery, gallery.replace("http", "ws"), "blob:", "data:")

    def said(message: Any) -> None:
        if message.type in ("error", "warning"):
            complaints.append(message.text)

    def sent(request: Any) -> None:
        if not request.url.startswith(own):
            complaints.append(request.url)

    def opened(query: str = "", width: int = width, ready: str = ready, **context: Any) -> Page:
        size = {"width": width, "height": height}
        page = browser.new_context(viewport=size, **context).new_page()  # type: ignore[arg-type]
        pages.append(page)
        page.set_default_timeout(PATIENCE)
        page.on("console", said)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", sent)
        page.goto(f"{gallery}/?{query}")
        page.locator(ready).first.wait_for()
        return page

    yield opened
    for page in pages:
        page.context.close()
    assert not complaints, complaints
