"""What somebody who types a review waits for, alone and in a room of ten.

``python -m tests.bench.typing`` serves the lab, trains it on the bundled reviews, and types their
test reviews in Chromium, each one once. A wait is counted from the end of the pause, 300 ms after
the last key, to the frame that shows every step of the new sentence. The ten pages of the room run
on the machine that also serves them, and their own work delays all the others.
"""

import statistics
import time
from collections.abc import Iterator

from playwright.sync_api import Browser

from data.text.analysers import clean
from data.text.reviews import load_reviews
from tests.bench.measured import lab_in_a_browser, tell
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.review_box import ReviewBox

SENTENCES = 15
PAGES = 10
ROUNDS = 5
PAUSE_MS = 300
LAPSE_MS = 1_000
"""Time in which every page hears when it is to type, and comes to rest."""

TYPE_AT = """(root, [text, at, pause]) => {
    const box = root.querySelector('textarea'), shown = root.querySelector('.sentence');
    root.waited = new Promise(resolve => setTimeout(() => {
        const began = performance.now();
        const finish = () => resolve(performance.now() - began - pause);
        new MutationObserver((_, observer) => {
            if (shown.textContent !== text) return;
            observer.disconnect();
            requestAnimationFrame(() => setTimeout(finish));
        }).observe(root, {attributes: true, attributeFilter: ['data-number']});
        box.value = text;
        box.dispatchEvent(new Event('input', {bubbles: true}));
    }, at - Date.now()));
}"""


def wait_together(boxes: list[ReviewBox], sentences: Iterator[str]) -> list[float]:
    """Let every box type a sentence of its own at the same instant; return milliseconds."""
    roots = [box.page.locator(".review") for box in boxes]
    at = 1000 * time.time() + LAPSE_MS
    for root in roots:
        root.evaluate(TYPE_AT, [next(sentences), at, PAUSE_MS])
    return [float(root.evaluate("root => root.waited")) for root in roots]


def measure(browser: Browser, url: str) -> None:
    reader = owner_with_runs(url, "reviews")
    sentences = iter(dict.fromkeys(map(clean, load_reviews("bundled")[1].documents)))

    def enter() -> ReviewBox:
        box = ReviewBox(browser.new_context(storage_state=reader.storage_state).new_page(), url)
        box.enter()
        wait_together([box], sentences)  # the first one also loads what all others use
        return box

    boxes = [enter()]
    alone = [wait_together(boxes, sentences)[0] for _ in range(SENTENCES)]
    tell("typed to steps, alone, median (ms)", statistics.median(alone), "<= 200", max(alone))
    boxes += [enter() for _ in range(PAGES - 1)]
    room = [wait for _ in range(ROUNDS) for wait in wait_together(boxes, sentences)]
    tell("typed to steps, 10 at once, median (ms)", statistics.median(room), "<= 1000", max(room))


def main() -> None:
    with lab_in_a_browser() as (server, browser):
        measure(browser, server.url)


if __name__ == "__main__":
    main()
