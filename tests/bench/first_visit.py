"""What a first visit costs: bytes, requests, and seconds until the page answers and is at rest.

Bytes are counted apart: what is fetched, as it comes over the wire, and what Streamlit sends by its
socket, which it does not compress. A page answers when its script has run and its controls stand.

``python -m tests.bench.first_visit`` serves the lab and opens its pages in Chromium, each ten times
with an empty cache and ten times again.
"""

import statistics
import time

from playwright.sync_api import Browser, Page

from models.bench.machine import machine
from tests.bench.measured import lab_in_a_browser
from tests.support.browser.lesson import Lesson
from tests.support.browser.network import Network

VISITS = 10
PAGES = {"Home": "", "Train": "train", "Predict": "predict"}
COLUMNS = {"kB": 8, "socket kB": 10, "requests": 9, "answers (s)": 12, "at rest (s)": 12}
HEADER = " ".join([f"{'medians':24}", *(f"{name:>{width}}" for name, width in COLUMNS.items())])


def visit(network: Network, lesson: Lesson, path: str) -> tuple[float, ...]:
    """Open a page; return what the ``COLUMNS`` say of it."""
    network.forget()
    began = time.monotonic()
    lesson.open(path)
    drawn = time.monotonic() - began
    network.settle()
    fetched = [answer for answer in network.answers if answer.size]
    sizes = (network.bytes / 1000, network.socket_bytes / 1000, len(fetched))
    return *sizes, drawn, max(drawn, network.seconds)


def measure(browser: Browser, url: str, name: str) -> None:
    """Print what a page costs at first and again."""
    first, second = [], []
    for _ in range(VISITS):
        context = browser.new_context(viewport={"width": 1440, "height": 900})
        page: Page = context.new_page()
        network, lesson = Network(page), Lesson(page, url)
        first.append(visit(network, lesson, PAGES[name]))
        second.append(visit(network, lesson, PAGES[name]))
        context.close()
    for which, visits in (("first visit", first), ("second visit", second)):
        size, socket, requests, answers, rest = map(statistics.median, zip(*visits, strict=True))
        row = f"{size:8.0f} {socket:10.0f} {requests:9.0f} {answers:12.2f} {rest:12.2f}"
        print(f"{f'{name}, {which}':24} {row}", flush=True)


def main() -> None:
    print(f"machine: {machine()}\n{HEADER}")
    with lab_in_a_browser() as (server, browser):
        Lesson(browser.new_page(), server.url).open("")
        time.sleep(10)  # the trainer warms up once after the server's start
        for name in PAGES:
            measure(browser, server.url, name)


if __name__ == "__main__":
    main()
