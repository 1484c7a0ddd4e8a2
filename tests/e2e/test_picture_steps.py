"""A digit that is drawn on Predict is followed to the verdict, with a mouse and with a finger."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}


@pytest.mark.parametrize("touch", [False, True], ids=["mouse", "touch"])
def test_a_drawn_digit_is_followed_in_eight_steps(
    open_context: OpenContext, server: Server, touch: bool
) -> None:
    page = open_context(**(PHONE if touch else {})).new_page()
    lesson = Lesson(page, server.url)
    lesson.open("predict", task="mnist")
    lesson.write(7, touch=touch)
    page.locator('.steps:not([data-version=""])').wait_for()
    expect(page.locator(".steps .step")).to_have_count(8)
    figures = page.locator(".steps .number").all_inner_texts()
    assert len(figures) == 784 and max(map(int, figures)) == 255
    expect(page.locator(".steps .verdict .body")).to_have_text(re.compile(r"^7 \("))
    a_cell_of_the_vector_is_told(page, figures)
    nodes_are_put_in_order(page, lesson)
    a_term_lights_up_its_part_of_the_sum(page)
    assert page.evaluate("document.documentElement.scrollWidth - innerWidth") <= 0
    assert lesson.grave_faults() == []


def a_cell_of_the_vector_is_told(page: Page, figures: list[str]) -> None:
    strip = page.locator(".steps .vector canvas")
    for _ in range(250):
        strip.press("ArrowRight")
    readout = page.locator(".steps .vector .readout")
    expect(readout).to_contain_text(f"28 × 8 + 25 = 249: {figures[249]} ÷ 255")


def nodes_are_put_in_order(page: Page, lesson: Lesson) -> None:
    button = page.locator(".steps").get_by_role("button", name=lesson.says("picture_steps.sorted"))
    button.click()
    strip, readout = page.locator(".steps .hidden canvas"), page.locator(".steps .hidden .readout")
    values = []
    for _ in range(3):
        strip.press("ArrowRight")
        values.append(float(readout.inner_text().split(": ")[1]))
    assert values == sorted(values, reverse=True) and values[0] > 0
    expect(button).to_have_attribute("aria-pressed", "true")


def a_term_lights_up_its_part_of_the_sum(page: Page) -> None:
    page.mouse.move(0, 0)  # no term comes under the pointer while the page scrolls
    term = page.locator(".steps .term").nth(3)
    term.focus()
    lit = page.locator(".steps .lit")
    expect(lit).to_have_count(2)
    power = term.locator(".power").inner_text().split("= ")[-1]
    assert lit.nth(1).inner_text().strip() == f"+ {power}"
