"""A guided lesson, the page's language and the first run, in a real browser."""

import re

import pytest
from playwright.sync_api import Page, expect

from app.session.i18n import LANGUAGES
from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)

PHONE = {"viewport": {"width": 390, "height": 844}, "has_touch": True, "is_mobile": True}
TEXT = """() => {
    const inside = [...document.querySelectorAll('*')].map((element) => element.shadowRoot);
    return [document.body, ...inside].map((root) => root?.textContent ?? '').join(' ');
}"""
"""Everything that can be read on the page, in components too."""

SCROLLED = """() => document.querySelector('[data-testid="stMain"]').scrollTop"""


@pytest.fixture
def phone(open_context: OpenContext) -> Page:
    return open_context(**PHONE).new_page()


def take_up(lesson: Lesson) -> None:
    """Open the first lesson, that on SGD."""
    lesson.open("train", task="boston")
    lesson.page.locator(".st-key-lesson").get_by_role("combobox").click()
    lesson.page.get_by_role("option").nth(1).click()
    expect(lesson.page.locator(".st-key-lesson-step")).to_be_visible()
    lesson.settle()


def go_on(lesson: Lesson) -> None:
    lesson.button("lesson.next").click()
    lesson.page.wait_for_timeout(300)
    lesson.settle()


def guess(lesson: Lesson, number: str = "") -> None:
    steps = lesson.page.locator(".st-key-lesson")
    if number:
        steps.get_by_role("spinbutton").fill(number)
    else:
        steps.locator("label", has_text="SGD").first.click()
    lesson.button("lesson.guess").click()
    expect(lesson.button("lesson.next")).to_be_enabled()
    lesson.settle()


def test_nothing_gives_an_answer_away_and_a_run_does_not_take_a_phone_from_its_step(
    phone: Page, server: Server
) -> None:
    lesson = Lesson(phone, server.url)
    take_up(lesson)
    sums = phone.locator(".diagram .sums")
    expect(sums).to_contain_text("896")
    assert "5,121" in phone.evaluate(TEXT) and "404행 ÷ 64" in phone.evaluate(TEXT)
    go_on(lesson)
    expect(sums).not_to_contain_text("896")
    figures = ("5,121", "4,160", "404행 ÷ 64")
    assert not [figure for figure in figures if figure in phone.evaluate(TEXT)]
    guess(lesson, "6000")
    expect(sums).to_contain_text("896")
    go_on(lesson)
    assert phone.locator(".strip").count() == 0
    guess(lesson, "7")
    go_on(lesson)
    guess(lesson)
    go_on(lesson)
    step = phone.locator(".st-key-lesson-step")
    step.scroll_into_view_if_needed()
    before = phone.evaluate(SCROLLED)
    phone.locator(".st-key-lesson-run-configured button").tap()
    expect(step).to_contain_text("MSE", timeout=120_000)
    expect(phone.locator(".st-key-lesson-run-configured")).to_have_count(0)
    phone.wait_for_timeout(1_000)
    assert abs(phone.evaluate(SCROLLED) - before) < 400
    expect(step).to_be_in_viewport()
    expect(phone.locator(".fl-overlay img").first).to_be_visible()


def test_the_page_says_which_language_it_is_in_and_keeps_figures_from_translators(
    page: Page, server: Server
) -> None:
    for language, other in (("ko", "en"), ("en", "ko")):
        lesson = Lesson(page, server.url, language)
        answer = page.request.get(
            f"{server.url}/train?lang={language}", headers={"accept": "text/html"}
        ).text()
        assert f'<html lang="{language}">' in answer
        lesson.open("train", task="boston")
        expect(page.locator("html")).to_have_attribute("lang", language)
        for part in (".fl-chart-all", ".diagram", ".strip", ".probe"):
            expect(page.locator(part).first).to_have_attribute("translate", "no")
        expect(page.locator(".fl-number").first).to_have_attribute("translate", "no")
        page.get_by_role("radio", name=LANGUAGES[other]).click()
        expect(page.locator("html")).to_have_attribute("lang", other)
        expect(page).to_have_url(re.compile(f"lang={other}"))


def test_home_has_its_buttons_on_one_line_and_a_first_run_to_watch(
    page: Page, server: Server
) -> None:
    page.set_viewport_size({"width": 1600, "height": 1000})
    lesson = Lesson(page, server.url)
    lesson.open("")
    cards = page.locator('[class*="st-key-card-"]:not([class*="st-key-card-end-"])')
    links = cards.get_by_role("link", name=lesson.says("home.open"))
    expect(links).to_have_count(4)
    page.wait_for_timeout(500)
    boxes = [card.bounding_box() for card in cards.all()]
    lines = [link.bounding_box() for link in links.all()]
    assert len({round(box["height"]) for box in boxes if box}) == 1
    assert len({round(line["y"]) for line in lines if line}) == 1
    button = page.get_by_role("button", name=lesson.says("home.warning"))
    button.focus()
    page.keyboard.press("Enter")
    expect(page.get_by_text("인종 변수")).to_be_visible()
    page.keyboard.press("Escape")
    lesson.button("home.first_run").click()
    expect(page).to_have_url(re.compile("train"))
    expect(page.locator(".fl-chart")).to_have_attribute(
        "data-state", re.compile("live|replay|done")
    )
    lesson.wait_for_state("done")
