"""What a person waits for: click to first point, pen up to bars; and what the server weighs.

``python -m tests.bench.browser`` serves the lab, opens it in Chromium, and prints medians.
"""

import statistics
import tempfile
from pathlib import Path

import psutil
from playwright.sync_api import Page, sync_playwright

from models.machine import machine
from tests.e2e.chromium import ARGUMENTS, executable
from tests.e2e.conftest import start_server
from tests.e2e.lesson import Lesson

CLICKS = 14
STROKES = 15

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
    window.penUp = null; window.waited = null;
    window.addEventListener('pointerup', () => { window.penUp = performance.now(); }, true);
    new MutationObserver(() => {
        if (window.penUp !== null && root.dataset.version !== window.version) {
            window.version = root.dataset.version;
            window.waited = performance.now() - window.penUp;
        }
    }).observe(root, {attributes: true, attributeFilter: ['data-version']});
}"""


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
    page.evaluate(WATCH_BARS)
    for number in range(STROKES):
        page.evaluate("() => { window.penUp = null; window.waited = null; }")
        stroke = [(0.3, 0.2 + number / 40), (0.5, 0.3), (0.4, 0.5), (0.5, 0.8)]
        lesson.draw(stroke)
        page.wait_for_function("() => window.waited !== null")
        page.wait_for_timeout(300)
        waits.append(float(page.evaluate("() => window.waited")))
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


def tell(name: str, value: float, bar: str, slowest: float | None = None) -> None:
    aside = "" if slowest is None else f"   (slowest {slowest:.2f})"
    print(f"{name:44} {value:8.2f}   {bar}{aside}")


def main() -> None:
    print(f"machine: {machine()}")
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = start_server(Path(home))
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            page = browser.new_page(viewport={"width": 1920, "height": 1080})
            measure(page, server.url, psutil.Process(server.process.pid))
        finally:
            browser.close()
            server.process.terminate()
            server.process.wait(20)


if __name__ == "__main__":
    main()
