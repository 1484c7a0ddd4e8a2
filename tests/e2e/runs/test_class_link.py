"""The link of a class in a real browser: what it hides, and how long it holds."""

import pytest
from playwright.sync_api import expect

from models.sharing.class_link import PARTS
from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)
LAPTOP = {"width": 1280, "height": 900}
HIDDEN = {"hide": ",".join(PARTS)}
SELECTORS = {name: part.selector for name, part in PARTS.items()}

VISIBLE = """selectors => Object.entries(selectors).filter(([, selector]) =>
    [...document.querySelectorAll(selector)].some(each => each.checkVisibility())
).map(([name]) => name)"""
NONE_VISIBLE = f"selectors => !({VISIBLE})(selectors).length"


def visible(lesson: Lesson) -> set[str]:
    """Return the parts that the page shows anything of."""
    return set(lesson.page.evaluate(VISIBLE, SELECTORS))


def hides(lesson: Lesson, path: str, task: str, digit: int | None = None) -> set[str]:
    """Return the parts that a page shows, which shows none of them when all are to be hidden."""
    found = list[set[str]]()
    for hide in ({}, HIDDEN):
        lesson.open(path, task=task, **hide)
        if digit is not None:
            lesson.write(digit)
            lesson.answer()
        if hide:
            lesson.page.wait_for_function(NONE_VISIBLE, arg=SELECTORS)
        found.append(visible(lesson))
    shown, left = found
    assert shown and not left
    return shown


def test_every_name_hides_what_is_seen_without_it(
    server: Server, open_context: OpenContext
) -> None:
    fresh = Lesson(open_context(viewport=LAPTOP).new_page(), server.url, "en")
    seen = hides(fresh, "", "boston") | hides(fresh, "predict", "mnist", digit=3)
    owner = owner_with_runs(server.url, "boston", epochs=3)
    context = open_context(viewport=LAPTOP, storage_state=owner.storage_state)
    lesson = Lesson(context.new_page(), server.url, "en")
    for path, task in (("train", "reviews"), ("predict", "boston"), ("runs", "boston")):
        seen |= hides(lesson, path, task)
    seen |= hides(lesson, "train", "boston")
    lesson.open("train", task="boston")
    lesson.diverge()
    seen |= hides(lesson, "train", "boston")
    assert seen == set(PARTS)


def test_a_link_holds_after_a_walk_through_the_lab_and_a_reload(
    server: Server, open_context: OpenContext
) -> None:
    lesson = Lesson(open_context(viewport=LAPTOP).new_page(), server.url, "en")
    page = lesson.page
    lesson.open("train", task="boston", settings="housing-sgd~epochs:7", hide="code", lock="epochs")
    for name in ("nav.data", "nav.predict", "nav.train"):
        page.get_by_role("link", name=lesson.says(name), exact=True).click()
        page.wait_for_url(f"**/{name.removeprefix('nav.')}?*hide=code*")
        lesson.settle()
        page.reload()
        lesson.settle()
    epochs = page.get_by_role("slider", name=lesson.says("form.epochs")).first
    expect(epochs).to_have_attribute("aria-valuetext", "7")
    expect(page.locator('[class*="-epochs"] input:enabled')).to_have_count(0)
    assert "code" not in visible(lesson) and "presets" in visible(lesson)
