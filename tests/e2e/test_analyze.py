"""From a cell of the confusion matrix to its samples and on to Predict, and along the epochs."""

import re

import pytest
from playwright.sync_api import Page, expect

from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)


def test_a_cell_leads_to_its_samples_and_a_sample_to_predict(server: Server, page: Page) -> None:
    lesson = Lesson(page, server.url, "en")
    lesson.open("analyze", task="mnist")
    page.get_by_role("button", name="true 4, predicted 9: 19").click()
    expect(page.get_by_text("19 rows that are 4 and were taken for 9")).to_be_visible()
    samples = page.locator(".samples button")
    expect(samples).to_have_count(19)
    expect(samples.first).to_contain_text("4 → 9")
    page.get_by_role("button", name="all rows that are 4").press("Enter")
    expect(page.get_by_text("982 rows that are 4; the surest mistakes first.")).to_be_visible()
    page.get_by_role("button", name="true 4, predicted 9: 19").click()
    expect(samples).to_have_count(19)
    assert lesson.grave_faults() == []
    samples.first.click()
    page.wait_for_url(re.compile(r"/predict\?.*row=\d+"))
    expect(page.get_by_text("True label: 4 Wrong.")).to_be_visible()
    expect(page.get_by_text(re.compile(r"^This is 9 \("))).to_be_visible()
    expect(page.get_by_role("radio", name="Digits")).to_be_checked()


def test_the_slider_goes_back_to_an_earlier_epoch(server: Server, page: Page) -> None:
    lesson = Lesson(page, server.url, "en")
    lesson.open("train", task="boston")
    lesson.button("train.start").click()
    lesson.wait_for_state("done")
    lesson.open("analyze", task="boston")
    expect(page.get_by_text("All 102 test rows")).to_be_visible()
    slider = page.get_by_role("slider")
    slider.focus()
    slider.press("Home")
    judged = "102 fixed test rows, as they were judged after epoch 1."
    expect(page.get_by_text(judged)).to_be_visible()
    assert lesson.grave_faults() == []
    circles = page.locator("circle.dot")
    expect(circles.first).to_be_visible()
    lesson.settle()
    box = circles.first.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    page.wait_for_url(re.compile(r"/predict\?.*row=\d+"))
    expect(page.get_by_text("The real price of the district you took is")).to_be_visible()
