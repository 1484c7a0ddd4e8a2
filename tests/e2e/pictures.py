"""Takes the README's pictures from the running lab: ``python -m tests.e2e.pictures``."""

import tempfile
from pathlib import Path

from playwright.sync_api import Page, sync_playwright

from tests.e2e.chromium import ARGUMENTS, executable
from tests.e2e.conftest import ROOT, start_server
from tests.e2e.lesson import Lesson

ASSETS = ROOT / "app/assets"


def train(page: Page, url: str, language: str) -> None:
    lesson = Lesson(page, url, language)
    lesson.open("train", task="mnist")
    lesson.set_slider("form.epochs", "8")
    lesson.button("train.start").click()
    page.wait_for_function("() => Number(document.querySelector('.fl-chart').dataset.epoch) >= 5")
    page.screenshot(path=ASSETS / f"train-{language}.png")
    lesson.wait_for_state("done")


def predict(page: Page, url: str, language: str) -> None:
    lesson = Lesson(page, url, language)
    lesson.open("predict", task="mnist")
    lesson.write(3)
    lesson.answer()
    page.screenshot(path=ASSETS / f"predict-{language}.png")


def read_review(page: Page, url: str, language: str) -> None:
    lesson = Lesson(page, url, language)
    lesson.open("train", task="reviews")
    lesson.button("train.start").click()
    lesson.wait_for_state("done")
    lesson.open("predict", task="reviews")
    page.set_viewport_size({"width": 1600, "height": 1250})
    page.wait_for_timeout(4000)
    page.screenshot(path=ASSETS / f"predict-reviews-{language}.png")


def main() -> None:
    with tempfile.TemporaryDirectory() as home, sync_playwright() as playwright:
        server = start_server(Path(home))
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        try:
            page = browser.new_page(viewport={"width": 1600, "height": 900})
            train(page, server.url, "ko")
            predict(page, server.url, "ko")
            read_review(page, server.url, "ko")
        finally:
            browser.close()
            server.process.terminate()
            server.process.wait(20)


if __name__ == "__main__":
    main()
