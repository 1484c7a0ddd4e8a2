"""Every page on A4: nothing is cut at the right, nothing has to be scrolled to, the ink is dark."""

import re
from collections.abc import Iterator
from typing import Any, Literal

import pytest
from playwright.sync_api import Page

from tests.support.browser.context import Contexts
from tests.support.browser.lesson import THEMED, Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)

A4 = 703
"""Pixels of its width between margins of 12 mm."""

ON_PAPER = """width => {
    const within = root => [...root.querySelectorAll('*')].flatMap(each =>
        [each, ...(each.shadowRoot ? within(each.shadowRoot) : [])]);
    const isPart = each => each.ownerSVGElement || each.closest('.cells') // of a drawing
        || each.matches('.stSlider input'); // under a thumb, unseen
    const drawn = within(document.querySelector('[data-testid="stMain"]')).filter(each =>
        !isPart(each) && each.checkVisibility({visibilityProperty: true})
        && each.getBoundingClientRect().width > 1);
    const name = each => `${each.tagName}.${each.getAttribute('class')}`;
    const light = each => getComputedStyle(each).color.match(/[\\d.]+/g).slice(0, 3)
        .map(Number).every(part => part > 200);
    const texts = drawn.filter(each =>
        [...each.childNodes].some(node => node.nodeType === 3 && node.textContent.trim()));
    return {
        cut: drawn.filter(each => each.getBoundingClientRect().right > width + 1).map(name),
        light: texts.filter(light).map(name),
        buttons: drawn.filter(each => each.matches('.stButton button')).map(name),
        scrolls: getComputedStyle(document.querySelector('[data-testid="stMain"]')).overflowY,
    };
}"""


SCREEN = {"width": 1920, "height": 1080}


@pytest.fixture(scope="module")
def lesson(contexts: Contexts, server: Server) -> Iterator[Lesson]:
    """The page of who has trained on houses, in a dark room."""
    houses = owner_with_runs(server.url, "boston")
    with contexts.lent() as open_context:
        context = open_context(
            viewport=SCREEN, color_scheme="dark", storage_state=houses.storage_state
        )
        lesson = Lesson(context.new_page(), server.url)
        lesson.open("", task="boston")
        yield lesson


def on_paper(page: Page, scheme: Literal["light", "dark"]) -> dict[str, Any]:
    """Return what is wrong with a page as it is printed from a screen in light or dark colours."""
    page.set_viewport_size(SCREEN)
    page.emulate_media(media="null", color_scheme=scheme)
    page.wait_for_function(THEMED, arg=scheme == "dark")
    page.evaluate("() => window.dispatchEvent(new Event('beforeprint'))")
    page.emulate_media(media="print", color_scheme=scheme)
    page.set_viewport_size({"width": A4, "height": 1000})
    page.wait_for_timeout(300)
    found: dict[str, Any] = page.evaluate(ON_PAPER, A4)
    page.evaluate("() => window.dispatchEvent(new Event('afterprint'))")
    return found


PAGES = {
    "": ".st-key-card-reviews",
    "train": ".fl-chart[data-drawn^='done']",
    "predict": ".st-key-row .stSlider >> nth=12",
    "runs": ".st-key-move",
}
"""What each page shows last."""


@pytest.mark.parametrize("path", PAGES)
def test_a_page_is_printed_whole_in_dark_ink(lesson: Lesson, path: str) -> None:
    page = lesson.page
    page.set_viewport_size(SCREEN)
    page.emulate_media(media="null", color_scheme="dark")
    lesson.go(path, task="boston")
    page.wait_for_selector(PAGES[path])
    page.wait_for_timeout(500)
    pages = len(re.findall(rb"/Type\s*/Page\b", page.pdf(prefer_css_page_size=True)))
    assert pages >= (2 if path == "train" else 1)
    schemes: tuple[Literal["light", "dark"], ...] = ("dark", "light")
    for scheme in schemes:
        found = on_paper(page, scheme)
        assert found == {"cut": [], "light": [], "buttons": [], "scrolls": "visible"}, scheme
