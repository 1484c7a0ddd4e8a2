"""What must not leave the screen: Train while settings are typed, the price while sliders move."""

from itertools import product

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)
SCREENS = ((1440, 900), (960, 540), (390, 844))


def test_train_is_in_view_while_any_setting_is(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("train", task="mnist")
    for (width, height), key in product(SCREENS, ("epochs", "train_size")):
        page.set_viewport_size({"width": width, "height": height})
        field = page.get_by_role("spinbutton", name=lesson.says(f"form.{key}"))
        field.evaluate("field => field.scrollIntoView({block: 'center'})")
        field.click()
        expect(field).to_be_in_viewport(ratio=1)
        start = lesson.button("train.start")
        expect(start).to_be_in_viewport(ratio=1)
        start.click(trial=True)  # nothing lies over it


def test_the_price_is_in_view_beside_every_slider(
    server: Server, open_context: OpenContext
) -> None:
    houses = owner_with_runs(server.url, "boston")
    looks = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
    page = open_context(**looks, storage_state=houses.storage_state).new_page()
    lesson = Lesson(page, server.url)
    lesson.open("predict", task="boston")
    price = page.get_by_role("heading", name=lesson.says("predict.value").split("{")[0])
    expect(price).to_be_visible()
    answered = page.get_by_text(lesson.says("predict.answers").split("{")[0])
    sliders = page.get_by_role("slider")
    expect(sliders).to_have_count(13)
    for slider in sliders.all():
        slider.evaluate("slider => slider.scrollIntoView({block: 'center'})")
        expect(price).to_be_in_viewport(ratio=1)
        expect(answered).to_be_in_viewport(ratio=1)  # and which network it is that answers
