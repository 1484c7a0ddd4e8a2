"""Swipes and wheels scroll every page and change nothing; sliders are dragged sideways."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.support.browser.context import Contexts
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server
from tests.support.browser.touch import Point, swipe

pytestmark = pytest.mark.timeout(300)

WIDTH, HEIGHT = 390, 844
TRACK = '[data-testid="stSlider"] [role="group"]'
THUMB = ":scope :has(> * > input)"
SWIPED = ", ".join(
    (
        *(TRACK, "input[type=range]:not(.stSlider *)", ".stTextInput", ".stSelectbox"),
        *(".fl-chart-plot", "svg.figure", "canvas:not(.pen canvas)", ".cells", ".stTextArea"),
        *(".stRadio", ".stPlotlyChart", ".stExpander summary", "table"),
    )
)

SCROLLED = """() => document.querySelector('[data-testid="stMain"]').scrollTop"""
SCROLLS = """() => {
    const page = document.querySelector('[data-testid="stMain"]');
    return page.scrollHeight > page.clientHeight + 20;
}"""
ROOM_BELOW = """() => {
    const page = document.querySelector('[data-testid="stMain"]');
    return page.scrollHeight - page.clientHeight - page.scrollTop;
}"""
VALUES = """() => {
    const within = root => [...root.querySelectorAll('*')].flatMap(each => [
        ...(each.shadowRoot ? within(each.shadowRoot) : []),
        ...(each.matches('input, textarea') ? [[each.getAttribute('aria-label'),
            each.getAttribute('aria-valuetext'), each.value, each.checked]] : []),
        ...(each.matches('.fl-chart-plot') ? [each._fullLayout?.xaxis.range,
            each._fullLayout?.yaxis.range] : []),
    ]);
    return JSON.stringify(within(document));
}"""
"""What all controls of a page say, and what its charts show."""


@pytest.fixture(scope="module")
def lesson(contexts: Contexts, server: Server) -> Iterator[Lesson]:
    """The phone of who has trained on houses; the tests go from page to page on it."""
    houses = owner_with_runs(server.url, "boston")
    size = {"width": WIDTH, "height": HEIGHT}
    looks = {"viewport": size, "has_touch": True, "is_mobile": True}
    with contexts.lent() as open_context:
        page = open_context(**looks, storage_state=houses.storage_state).new_page()
        lesson = Lesson(page, server.url)
        lesson.open("", task="boston")
        yield lesson


def middle(control: Locator) -> Point:
    box = control.bounding_box()
    assert box
    return box["x"] + box["width"] / 2, box["y"] + box["height"] / 2


def thumb(lesson: Lesson, key: str) -> Locator:
    """Return the thumb of a slider, in the middle of the screen."""
    slider = lesson.page.get_by_role("slider", name=lesson.says(key)).first
    found = slider.locator("xpath=../..")
    found.evaluate("thumb => thumb.scrollIntoView({block: 'center'})")
    return found


def value(lesson: Lesson, key: str) -> str | None:
    slider = lesson.page.get_by_role("slider", name=lesson.says(key)).first
    return slider.get_attribute("aria-valuetext")


def shown(page: Page) -> Iterator[Locator]:
    """Give every control and drawing of the page in turn, in the middle of the screen."""
    for control in page.locator(SWIPED).all():
        if control.is_visible():
            control.evaluate("control => control.scrollIntoView({block: 'center'})")
            yield control


LAST = {
    "": ".st-key-card-reviews",
    "train": ".fl-chart[data-drawn^='done']",
    "predict": ".st-key-row .stSlider >> nth=12",
    "runs": ".st-key-move",
}
"""What each page shows last."""


@pytest.mark.parametrize("path", LAST)
def test_a_swipe_over_whatever_it_begins_on_scrolls_and_changes_nothing(
    lesson: Lesson, path: str
) -> None:
    page = lesson.page
    lesson.go(path, task="boston")
    page.wait_for_selector(LAST[path])
    if path == "train":
        page.get_by_text(lesson.says("form.more")).click()
    page.wait_for_timeout(500)
    lesson.settle()
    before, stuck = page.evaluate(VALUES), []
    for control in shown(page):
        start = page.evaluate(SCROLLED)
        swipe(page, middle(control), 4, -160 if page.evaluate(ROOM_BELOW) > 160 else 160)
        page.wait_for_timeout(100)
        if page.evaluate(SCROLLED) == start and page.evaluate(SCROLLS):
            stuck.append(control.evaluate("control => control.outerHTML.slice(0, 120)"))
    page.wait_for_timeout(500)
    assert json.loads(page.evaluate(VALUES)) == json.loads(before)
    assert stuck == []


def test_a_slider_is_dragged_sideways_and_a_tap_beside_its_thumb_is_none(lesson: Lesson) -> None:
    page = lesson.page
    lesson.go("train", task="boston")
    x, y = middle(thumb(lesson, "form.epochs"))
    page.touchscreen.tap(x + 50, y)
    page.wait_for_timeout(500)
    assert value(lesson, "form.epochs") == "80"
    page.touchscreen.tap(x, y)
    expect(page.get_by_role("slider", name=lesson.says("form.epochs")).first).to_be_focused()
    assert value(lesson, "form.epochs") == "80"
    swipe(page, (x, y), 60, 5)
    lesson.settle()
    dragged = value(lesson, "form.epochs")
    assert int(dragged or 0) > 80
    expect(page.get_by_role("spinbutton", name=lesson.says("form.epochs"))).to_have_value(
        str(dragged)
    )


def test_a_chart_zooms_by_its_button_and_then_scrolls_again(lesson: Lesson) -> None:
    page = lesson.page
    lesson.go("train", task="boston")
    lesson.wait_for_state("done")
    plot = page.locator(".fl-chart-plot").first
    button = page.get_by_role("button", name=lesson.says("live.zoom")).first
    button.tap()
    plot.evaluate("plot => plot.scrollIntoView({block: 'center'})")
    x, y = middle(plot)
    swipe(page, (x - 60, y - 30), 100, 60)
    expect(button).to_have_attribute("aria-pressed", "false")
    low, high = plot.evaluate("plot => plot._fullLayout.xaxis.range")
    assert 0 < low < high < 80
    start = page.evaluate(SCROLLED)
    swipe(page, (x, y), 4, -160)
    page.wait_for_timeout(200)
    assert page.evaluate(SCROLLED) > start
    page.get_by_role("button", name=lesson.says("live.reset_zoom")).tap()
    assert plot.evaluate("plot => plot._fullLayout.xaxis.range") == [0, 80]


def test_a_wheel_over_a_number_field_scrolls(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("train", task="boston")
    units = page.get_by_role("spinbutton", name=lesson.says("form.units", number=1))
    for field in (units, page.locator(".size input").first):
        field.click()
        field.evaluate("field => field.scrollIntoView({block: 'center'})")
        page.mouse.move(*middle(field))
        start = page.evaluate(SCROLLED)
        page.mouse.wheel(0, 90)
        page.wait_for_function(f"start => ({SCROLLED})() > start", arg=start)
        expect(field).to_have_value("64")
        expect(field).to_be_focused()
        expect(field).to_be_editable()
