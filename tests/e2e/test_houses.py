"""Why a house costs so much, in a browser: two waterfalls, curves, and two networks in view."""

import re

from playwright.sync_api import Page, expect

from tests.e2e.conftest import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server

WATERFALLS = (".st-key-why-shares", ".st-key-why-straight")
INSIDE = """figure => {
  const box = figure.getBoundingClientRect();
  return [...figure.querySelectorAll("text")].every((text) => {
    const { left, right } = text.getBoundingClientRect();
    return left >= box.left - 1 && right <= box.right + 12;
  });
}"""


def choose(page: Page, label: str, option: str) -> None:
    box = page.get_by_role("combobox", name=label)
    box.click()
    box.press_sequentially(option)  # the list draws only what is in view
    page.get_by_role("option", name=re.compile(f"^{option}")).first.click()


def test_shares_curves_and_both_networks_of_a_house(
    server: Server, open_context: OpenContext
) -> None:
    houses = owner_with_runs(server.url, "boston")
    page = open_context(
        viewport={"width": 1366, "height": 768}, storage_state=houses.storage_state
    ).new_page()
    lesson = Lesson(page, server.url, "en")
    lesson.open("predict", task="boston")
    for waterfall in WATERFALLS:
        figure = page.locator(f"{waterfall} figure")
        expect(figure.locator(".bar")).to_have_count(13)
        expect(figure.get_by_text(re.compile(r"^RM  [−+]"))).to_have_count(1)
        assert figure.evaluate(INSIDE)
    curves = page.locator(".st-key-why-effect figure")
    expect(curves.locator(".faint")).to_have_count(506)
    now = curves.locator(".dot")
    before = now.get_attribute("cx")
    lesson.button("predict.row_example", one_row="one").click()
    expect(now).not_to_have_attribute("cx", str(before))
    choose(page, lesson.says("why.effect_variable"), "LSTAT")
    expect(curves.get_by_text("lower status")).to_be_visible()

    choose(page, lesson.says("run.other"), "Trained in advance")
    cards = page.locator(".fl-verdicts section")
    expect(cards).to_have_count(2)
    price = page.get_by_role("heading", name=re.compile("Predicted price"))
    for place in (page.get_by_role("slider").last, curves):
        place.evaluate("place => place.scrollIntoView({block: 'center'})")
        for card in cards.all():
            expect(card).to_be_in_viewport(ratio=1)
            expect(card).to_contain_text("Predicted price")
    page.get_by_role("slider").last.evaluate("place => place.scrollIntoView({block: 'center'})")
    expect(price).to_be_in_viewport(ratio=1)
    below, above = price.bounding_box(), cards.first.bounding_box()
    assert below and above and below["y"] >= above["y"] + above["height"]
