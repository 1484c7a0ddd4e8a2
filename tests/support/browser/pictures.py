"""Takes README's pictures from the running lab.

``python -m tests.support.browser.pictures`` takes all of them, or those that are named (``home
runs``).
"""

import sys
import tempfile
import time
from io import BytesIO
from itertools import pairwise
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, ViewportSize, sync_playwright

from tests.support.browser.chromium import ARGUMENTS, executable
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import ROOT, start_server

ASSETS = ROOT / "app/assets"
ANIMATION_SIZE = (1280, 720)
ANIMATION_QUALITY = 60
LAST_FRAME_MS = 3_000
SMALL: ViewportSize = {"width": 1440, "height": 900}
LOW: ViewportSize = {"width": 1440, "height": 780}


def home(page: Page, url: str, language: str) -> None:
    """Take Home as a first visitor sees it: no run is made yet."""
    lesson = Lesson(page, url, language)
    page.set_viewport_size(SMALL)
    lesson.open("")
    page.wait_for_timeout(2_000)
    page.screenshot(path=ASSETS / f"home-{language}.png")


def data(page: Page, url: str, language: str) -> None:
    """Take the numbers of a digit, with one of them looked at."""
    lesson = Lesson(page, url, language)
    page.set_viewport_size(SMALL)
    lesson.open("data", task="mnist")
    page.locator(".pixel-vector .grid span").nth(28 * 14 + 7).hover()
    page.wait_for_timeout(2_000)
    page.screenshot(path=ASSETS / f"data-{language}.png")


def train(page: Page, url: str, language: str) -> None:
    lesson = Lesson(page, url, language)
    lesson.open("train", task="mnist")
    lesson.set_slider("form.epochs", "8")
    lesson.button("train.start").click()
    page.wait_for_function("() => Number(document.querySelector('.fl-chart').dataset.epoch) >= 5")
    page.screenshot(path=ASSETS / f"train-{language}.png")
    lesson.wait_for_state("done")


def guess(page: Page, url: str, language: str) -> None:
    """Take the first question of the first lesson."""
    lesson = Lesson(page, url, language)
    page.set_viewport_size(SMALL)
    lesson.open("train", task="boston")
    page.locator(".st-key-lesson").get_by_role("combobox").click()
    page.get_by_role("option").nth(1).click()
    lesson.button("lesson.next").click()
    lesson.button("lesson.guess").wait_for()
    page.wait_for_timeout(2_000)
    page.screenshot(path=ASSETS / f"lesson-{language}.png")


def animate(page: Page, url: str, language: str) -> None:
    """Record housing from the click to the verdict as an animated WebP."""
    lesson = Lesson(page, url, language)
    page.set_viewport_size({"width": 1600, "height": 900})
    lesson.open("train", task="boston")
    page.wait_for_timeout(3_000)
    frames: list[tuple[float, Image.Image]] = []

    def shoot() -> None:
        picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
        frames.append((time.monotonic(), picture.resize(ANIMATION_SIZE, Image.Resampling.LANCZOS)))

    shoot()
    lesson.button("train.start").click()
    chart = page.locator(".fl-chart")
    while chart.get_attribute("data-state") != "done":
        shoot()
    page.wait_for_timeout(1_500)
    shoot()
    first, *others = [picture for _, picture in frames]
    moments = [moment for moment, _ in frames]
    durations = [round(1000 * (then - now)) for now, then in pairwise(moments)]
    first.save(
        ASSETS / f"train-{language}.webp",
        save_all=True,
        append_images=others,
        duration=[*durations, LAST_FRAME_MS],
        loop=0,
        quality=ANIMATION_QUALITY,
        method=6,
    )


def predict(page: Page, url: str, language: str) -> None:
    lesson = Lesson(page, url, language)
    finish(lesson, "mnist")
    page.set_viewport_size(LOW)
    lesson.open("predict", task="mnist")
    lesson.write(3)
    lesson.answer()
    page.screenshot(path=ASSETS / f"predict-{language}.png")


def read_review(page: Page, url: str, language: str) -> None:
    lesson = Lesson(page, url, language)
    finish(lesson, "reviews")
    lesson.open("predict", task="reviews")
    page.set_viewport_size({"width": 1600, "height": 1250})
    page.wait_for_timeout(4000)
    page.screenshot(path=ASSETS / f"predict-reviews-{language}.png")


def analyze(page: Page, url: str, language: str) -> None:
    """Take the confusion matrix of a run with the samples of its worst cell."""
    lesson = Lesson(page, url, language)
    finish(lesson, "mnist")
    page.set_viewport_size({"width": 1600, "height": 950})
    lesson.open("analyze", task="mnist")
    page.wait_for_timeout(2_000)
    page.screenshot(path=ASSETS / f"analyze-{language}.png")


def list_runs(page: Page, url: str, language: str) -> None:
    lesson = Lesson(page, url, language)
    for task in ("fashion_mnist", "reviews", "boston", "mnist"):
        finish(lesson, task)
    page.set_viewport_size(LOW)
    lesson.open("runs")
    page.wait_for_timeout(2_000)
    page.screenshot(path=ASSETS / f"my-runs-{language}.png")


def finish(lesson: Lesson, task: str) -> None:
    """Train a task with the lecture's settings."""
    lesson.open("train", task=task)
    lesson.button("train.start").click()
    lesson.wait_for_state("done")


PICTURES = {
    "home": home,
    "data": data,
    "train": train,
    "lesson": guess,
    "animation": animate,
    "predict": predict,
    "reviews": read_review,
    "analyze": analyze,
    "runs": list_runs,
}


def main() -> None:
    """Take each picture as a visitor of its own, who has made no run yet."""
    with tempfile.TemporaryDirectory() as folder, sync_playwright() as playwright:
        server = start_server(Path(folder))
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            for name in sys.argv[1:] or PICTURES:
                page = browser.new_page(viewport={"width": 1920, "height": 1080})
                PICTURES[name](page, server.url, "ko")
                page.close()
        finally:
            browser.close()
            server.process.terminate()
            server.process.wait(20)


if __name__ == "__main__":
    main()
