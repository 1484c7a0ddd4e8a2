"""Pages of a gallery in a real browser, none of which may complain or call another host."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from playwright.sync_api import Page

from tests.e2e.conftest import OpenContext
from tests.e2e.lesson import PATIENCE

Open = Callable[..., Page]
"""Opens the gallery with a query, in a window of some size, and waits until it is ready."""


@contextmanager
def visits(
    context: OpenContext, gallery: str, ready: str, width: int, height: int
) -> Iterator[Open]:
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

    def opened(query: str = "", width: int = width, ready: str = ready, **options: Any) -> Page:
        page = context(**options).new_page()
        pages.append(page)
        page.set_viewport_size({"width": width, "height": height})
        page.set_default_timeout(PATIENCE)
        page.on("console", said)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        page.on("request", sent)
        page.goto(f"{gallery}/?{query}")
        page.locator(ready).first.wait_for()
        return page

    yield opened
    for page in pages:
        page.close()
    assert not complaints, complaints
