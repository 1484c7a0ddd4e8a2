"""No page breaks a serious rule of axe-core: before, in and after a run, in either theme.

What stands on a page in another test anyway, such as an answer, is looked at there.
"""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)

LAPTOP, PHONE = {"width": 1280, "height": 900}, {"width": 390, "height": 844}

Look = Callable[[str], None]


@pytest.fixture
def lesson(page: Page, server: Server) -> Lesson:
    return Lesson(page, server.url)


@pytest.fixture
def look(lesson: Lesson) -> Iterator[Look]:
    """Return what looks at the page under a name; at the end nothing may have been found."""
    found: dict[str, list[str]] = {}

    def look(name: str) -> None:
        found[name] = lesson.grave_faults()

    yield look
    assert {name: faults for name, faults in found.items() if faults} == {}


def test_no_page_breaks_a_serious_rule(lesson: Lesson, look: Look) -> None:
    lesson.open("")
    look("home before a run")
    for path in ("data", "predict", "analyze", "compare", "race", "runs", "train"):
        lesson.go(path, task="boston")
        look(f"{path} before a run")
    lesson.button("train.start").click()
    lesson.wait_for_state("done")
    lesson.settle()
    look("train after a run")
    for path in ("", "predict", "analyze", "compare", "race", "runs"):
        lesson.go(path, task="boston")
        look(f"{path or 'home'} after a run")
    for task in ("mnist", "reviews"):
        lesson.go("train", task=task)
        look(f"train {task}")
        lesson.go("data", task=task)
        look(f"data {task}")


def test_neither_a_guess_nor_a_diagnosis_breaks_one(lesson: Lesson, look: Look) -> None:
    page, steps = lesson.page, lesson.page.locator(".st-key-lesson")

    def look_at_both_widths(name: str) -> None:
        for size in (PHONE, LAPTOP):
            page.set_viewport_size(size)
            look(f"{name}, {size['width']} pixels wide")

    lesson.open("train", task="boston")
    steps.get_by_role("combobox").click()
    page.get_by_role("option").nth(1).click()
    lesson.button("lesson.next").click()
    steps.get_by_role("spinbutton").fill("5121")
    look_at_both_widths("a guess")
    lesson.button("lesson.guess").click()
    expect(steps).to_contain_text(lesson.says("lesson.right"))
    look("a guess beside what is so")

    lesson.diverge()
    expect(page.locator(".st-key-diagnosis")).to_be_visible()
    look_at_both_widths("a diagnosis")
