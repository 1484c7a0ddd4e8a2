"""What a person waits for: click to first point, pen up to bars; and what the server weighs.

``python -m tests.bench.browser`` serves the lab, opens it in Chromium, and prints medians.
"""

import statistics
import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import Browser, Page

from models.bench.machine import machine
from tests.bench.measured import lab_in_a_browser, tell
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import start_server

CLICKS = 14
STROKES = 15
STARTS = 2

FIRST_POINT = """() => {
    const button = [...document.querySelectorAll('button')].find(b => b.innerText.includes(LABEL));
    const plot = () => document.querySelector('[data-figure="loss"] .js-plotly-plot')
        || document.querySelector('[data-figure="loss"] .fl-chart-plot');
    const run = document.querySelector('.fl-chart').dataset.run;
    const began = performance.now();
    button.click();
    return new Promise(resolve => {
        const look = () => {
            const chart = document.querySelector('.fl-chart'), trace = plot()?.data?.[0];
            const isNew = chart.dataset.run && chart.dataset.run !== run;
            if (isNew && trace?.x?.length) resolve(performance.now() - began);
            else requestAnimationFrame(look);
        };
        look();
    });
}"""

WATCH_BARS = """() => {
    const root = [...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)
        .map(s => s.querySelector('.bars')).find(Boolean) || document.querySelector('.bars');
    window.addEventListener('pointerup', () => { window.penUp = performance.now(); }, true);
    new MutationObserver(() => { window.changed = performance.now(); })
        .observe(root, {attributes: true, attributeFilter: ['data-version']});
}"""

AT_REST = """() => window.changed !== null
    && performance.now() - Math.max(window.changed, window.penUp) > 600"""
"""Bars have changed since the stroke began, and no more. They may have been ready at its end."""


FIRST_EPOCH = """() => Number(document.querySelector('.fl-chart')?.dataset.epoch) >= 1
    && performance.now()"""
"""When the chart has the first epoch of a run that is live."""


def click_to_first_epoch(page: Page, url: str) -> float:
    """Return seconds from the click on Train to the first epoch's event, the Reviews preset."""
    lesson = Lesson(page, url)
    lesson.open("train", task="reviews")
    began = page.evaluate("() => performance.now()")
    lesson.button("train.start").click()
    found = page.wait_for_function(FIRST_EPOCH, timeout=120_000, polling=20)
    seconds = (float(found.json_value()) - began) / 1000
    lesson.wait_for_state("done")
    return seconds


def first_reviews(browser: Browser, home: Path) -> list[float]:
    """Return the waits for the first and the second run on a server that has just started."""
    server = start_server(home)
    try:
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        waits = [click_to_first_epoch(page, server.url) for _ in range(2)]
        page.close()
        return waits
    finally:
        server.process.terminate()
        server.process.wait(20)


def measure_reviews(browser: Browser) -> None:
    """Compare the first run on a bare computer with the first one where all is in the cache."""
    cold, warm = [], []
    for _ in range(STARTS):
        with tempfile.TemporaryDirectory() as home:
            cold.append(first_reviews(browser, Path(home))[0])
            first, second = first_reviews(browser, Path(home))
            warm.append(first)
    tell("Reviews, click to first epoch, bare computer, fastest (s)", min(cold), "", max(cold))
    tell("the same, a server's first run with its cache (s)", min(warm), "", max(warm))
    tell("the same, a server's second run (s)", second, "")
    tell("bare / with its cache", min(cold) / min(warm), "<= 1.3")


def click_to_first_point(lesson: Lesson) -> float:
    """Return seconds from the click on Train to the first point on the chart, 60,000 images."""
    script = FIRST_POINT.replace("LABEL", repr(lesson.says("train.start")))
    seconds = float(lesson.page.evaluate(script)) / 1000
    lesson.settle()
    lesson.button("train.stop").click()
    lesson.wait_for_state("stopped")
    lesson.settle()
    lesson.page.wait_for_timeout(2000)
    return seconds


def pen_up_to_bars(lesson: Lesson) -> list[float]:
    """Return milliseconds from lifting the pen to bars of the finished stroke, a value a stroke."""
    page, waits = lesson.page, []
    page.locator(".bars").wait_for()
    page.evaluate(WATCH_BARS)
    for number in range(STROKES):
        page.evaluate("() => { window.changed = null; }")
        stroke = [(0.3, 0.2 + number / 40), (0.5, 0.3), (0.4, 0.5), (0.5, 0.8)]
        lesson.draw(stroke)
        page.wait_for_function(AT_REST)
        waits.append(max(0.0, float(page.evaluate("() => window.changed - window.penUp"))))
    return waits


def measure(page: Page, url: str, server: psutil.Process) -> None:
    lesson = Lesson(page, url)
    lesson.open("train", task="mnist")
    page.wait_for_timeout(8000)  # the trainer warms up once after the server's start
    clicks = [click_to_first_point(lesson) for _ in range(CLICKS)]
    tell(
        "click on Train to first point, median (s)",
        statistics.median(clicks),
        "<= 1.0",
        max(clicks),
    )
    lesson.button("train.start").click()
    lesson.wait_for_state("done")
    lesson.open("predict", task="mnist")
    waits = pen_up_to_bars(lesson)
    tell("pen up to bars, median (ms)", statistics.median(waits), "<= 150", max(waits))
    tell("server process with one viewer (MB)", server.memory_info().rss / 2**20, "< 300")


def main() -> None:
    print(f"machine: {machine()}")
    with lab_in_a_browser() as (server, browser):
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        measure(page, server.url, psutil.Process(server.process.pid))
        page.close()
        measure_reviews(browser)


if __name__ == "__main__":
    main()
