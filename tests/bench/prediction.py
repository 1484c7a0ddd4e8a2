"""What a person waits for on Predict: pen up to all eight steps and the reasons.

``python -m tests.bench.prediction`` serves the lab, opens it in Chromium, and prints medians.
"""

import statistics

from playwright.sync_api import Page

from models.bench.machine import machine
from tests.bench.measured import lab_in_a_browser, tell
from tests.support.browser.lesson import Lesson

STROKES = 15

WATCH = """() => {
    const changes = new MutationObserver(() => { window.changed = performance.now(); });
    const shown = ['src', 'width', 'd', 'data-version', 'aria-label'];
    const all = {attributeFilter: shown, characterData: true, childList: true, subtree: true};
    const watch = (root) => {
        changes.observe(root, all);
        for (const part of root.querySelectorAll('*')) if (part.shadowRoot) watch(part.shadowRoot);
    };
    for (const key of ['probabilities', 'picture-steps', 'why'])
        watch(document.querySelector(`.st-key-${key}`));
    window.addEventListener('pointerup', () => { window.penUp = performance.now(); }, true);
}"""

AT_REST = """() => window.changed !== null
    && performance.now() - Math.max(window.changed, window.penUp) > 600"""


def pen_up_to_reasons(page: Page, lesson: Lesson) -> list[float]:
    """Return milliseconds from lifting the pen to the last change of bars, steps and reasons."""
    waits = []
    lesson.draw([(0.3, 0.2), (0.5, 0.3)])
    page.locator(".st-key-why .fl-shares").wait_for()
    page.wait_for_timeout(1500)
    page.evaluate(WATCH)
    for number in range(STROKES):
        page.evaluate("() => { window.changed = null; }")
        lesson.draw([(0.3, 0.2 + number / 40), (0.5, 0.3), (0.4, 0.5), (0.5, 0.8)])
        page.wait_for_function(AT_REST)
        waits.append(max(0.0, float(page.evaluate("() => window.changed - window.penUp"))))
    return waits


def main() -> None:
    print(f"machine: {machine()}")
    with lab_in_a_browser() as (server, browser):
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        lesson = Lesson(page, server.url)
        lesson.open("predict", task="mnist")
        lesson.settle()
        waits = pen_up_to_reasons(page, lesson)
        tell(
            "pen up to eight steps and reasons, median (ms)",
            statistics.median(waits),
            "<= 150",
            max(waits),
        )


if __name__ == "__main__":
    main()
