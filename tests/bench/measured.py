"""What every measurement with a browser begins and ends with."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from playwright.sync_api import Browser, sync_playwright

from tests.support.browser.chromium import ARGUMENTS, executable
from tests.support.browser.server import Server, serving


def tell(name: str, value: float, bar: str, slowest: float | None = None) -> None:
    aside = "" if slowest is None else f"   (slowest {slowest:.2f})"
    print(f"{name:58} {value:8.2f}   {bar}{aside}")


@contextmanager
def lab_in_a_browser() -> Iterator[tuple[Server, Browser]]:
    """Start a lab without runs, and a browser."""
    with (
        tempfile.TemporaryDirectory() as home,
        serving(Path(home)) as server,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            yield server, browser
        finally:
            browser.close()
