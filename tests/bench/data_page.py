"""How long the Data page takes to stand, of every task that comes with the lab.

``python -m tests.bench.data_page`` serves the lab and opens the page in Chromium. The first visit
of each task computes its figures, which the server then remembers: both are measured. A page stands
when its script has run and its last figure is drawn.
"""

import statistics
import time

from playwright.sync_api import Page, expect

from models.bench.machine import machine
from models.tasks import BUILT_IN
from tests.bench.measured import lab_in_a_browser, tell
from tests.support.browser.lesson import Lesson

VISITS = 5
LIMIT = "<= 1.5 s"


def visit(page: Page, lesson: Lesson, task: str) -> float:
    """Go from Home to the page of a task; return the seconds until it stands."""
    lesson.open("")
    began = time.monotonic()
    lesson.go("data", task=task)
    last = page.locator('[class*="st-key-csv-"] button').last
    expect(last).to_be_visible()
    return time.monotonic() - began


def main() -> None:
    """Measure the first and later visits of every task."""
    print(f"machine: {machine()}")
    with lab_in_a_browser() as (server, browser):
        page = browser.new_page(viewport={"width": 1280, "height": 900})
        lesson = Lesson(page, server.url, "en")
        visit(page, lesson, BUILT_IN[0].name)  # the server has drawn a page, whichever
        for task in BUILT_IN:
            first = visit(page, lesson, task.name)
            later = [visit(page, lesson, task.name) for _ in range(VISITS)]
            tell(f"Data, {task.name}, figures computed (s)", first, LIMIT)
            tell(f"Data, {task.name}, again (s)", statistics.median(later), LIMIT, max(later))


if __name__ == "__main__":
    main()
