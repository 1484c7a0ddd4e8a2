"""Runs are chosen and compared in a real browser, and the address brings the choice back."""

import re

import pytest
from playwright.sync_api import Locator, expect

from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)

RATES = (0.0005, 0.001, 0.002)
EPOCHS, UPDATES_PER_EPOCH = 3, 7


def box(lesson: Lesson, run: str) -> Locator:
    return lesson.page.locator(f'tr[data-run="{run}"] [name="choose"]')


def expect_three_lines(lesson: Lesson) -> None:
    """Every update of all three is drawn, and the legend tells their learning rates alone."""
    chart = lesson.page.locator(".fl-chart-lines")
    expect(chart).to_have_attribute("data-drawn", str(len(RATES) * EPOCHS * UPDATES_PER_EPOCH))
    name = lesson.says("form.learning_rate")
    legend = [f"{number}. {name} {rate:g}" for number, rate in enumerate(RATES, 1)]
    expect(chart.locator(".fl-chart-legend li")).to_have_text(legend)


def test_three_runs_are_chosen_and_the_address_opens_them_again(
    server: Server, open_context: OpenContext
) -> None:
    owner = owner_with_runs(server.url, "boston", len(RATES), epochs=EPOCHS, learning_rate=RATES)
    laptop = {"width": 1280, "height": 900}
    context = open_context(viewport=laptop, storage_state=owner.storage_state)
    lesson = Lesson(context.new_page(), server.url, "en")
    lesson.open("compare", task="boston")
    for run in owner.runs:
        box(lesson, run).click()
        lesson.settle()
        expect(box(lesson, run)).to_be_checked()
    expect_three_lines(lesson)

    lesson.page.get_by_text(lesson.says("compare.by_update"), exact=True).click()
    title = lesson.page.locator('.fl-chart-lines [data-figure="loss"] .xtitle')
    expect(title).to_have_text(lesson.says("live.axis_update"))
    expect_three_lines(lesson)

    expect(lesson.page).to_have_url(re.compile(re.escape("runs=" + ".".join(owner.runs))))
    again = context.new_page()
    again.goto(lesson.page.url)
    reopened = Lesson(again, server.url, "en")
    reopened.settle()
    for run in owner.runs:
        expect(box(reopened, run)).to_be_checked()
    expect_three_lines(reopened)
