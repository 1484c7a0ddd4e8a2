"""The form under a real browser's hands: fast fingers, another language, and the Back button."""

import re

import pytest
from playwright.sync_api import Locator, Page, expect

from app.session.i18n import LANGUAGES, texts
from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)
LAPTOP = {"width": 1280, "height": 900}


def field(lesson: Lesson, key: str) -> Locator:
    name = lesson.says("form.typed", name=lesson.says(f"form.{key}"))
    return lesson.page.get_by_role("spinbutton", name=name)


def slider(lesson: Lesson, key: str) -> Locator:
    return lesson.page.get_by_role("slider", name=lesson.says(f"form.{key}")).first


def speak(lesson: Lesson, language: str) -> Lesson:
    """Switch the page to a language, and wait until it speaks it."""
    page = lesson.page
    page.get_by_role("radio", name=LANGUAGES[language]).click()
    other = Lesson(page, lesson.url, language)
    expect(page.get_by_role("link", name=other.says("nav.runs"), exact=True)).to_be_visible()
    other.settle()
    return other


def speaks(text: str) -> str:
    return "ko" if re.search("[가-힣]", text) else "en"


def choose(lesson: Lesson, key: str, option: str) -> None:
    box = lesson.page.get_by_role("combobox", name=lesson.says(key))
    box.click()
    lesson.page.get_by_role("option", name=option, exact=True).click()
    expect(box).to_have_value(option)
    lesson.page.wait_for_timeout(300)
    lesson.settle()


def is_well(lesson: Lesson) -> None:
    lesson.settle()
    expect(lesson.page.get_by_test_id("stException")).to_have_count(0)
    expect(lesson.page.get_by_role("alert")).to_have_count(0)


# Typing ---------------------------------------------------------------------------------------


def test_values_typed_in_a_row_all_count_and_the_focus_stays(page: Page, server: Server) -> None:
    """The second and the third are typed while the page is drawn for the first."""
    lesson = Lesson(page, server.url, "en")
    lesson.open("train", task="boston")
    epochs, batch, rows = (field(lesson, key) for key in ("epochs", "batch_size", "train_size"))
    epochs.fill("7")
    epochs.press("Tab")
    batch.fill("100")
    batch.press("Tab")
    rows.focus()
    page.keyboard.press("Control+A")
    page.keyboard.type("33")
    page.wait_for_timeout(1_500)  # the page is drawn for the first two
    lesson.settle()
    expect(rows).to_be_focused()
    page.keyboard.type("3")
    page.keyboard.press("Enter")
    for key, value in (("epochs", "7"), ("batch_size", "100"), ("train_size", "333")):
        expect(slider(lesson, key)).to_have_attribute("aria-valuetext", value)
        expect(field(lesson, key)).to_have_value(value)
    expect(rows).to_be_focused()
    is_well(lesson)
    expect(
        page.get_by_text(lesson.says("network.all_updates", epochs=7, updates=28))
    ).to_be_visible()


def test_what_is_half_typed_stays_while_a_run_comes_and_goes(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url, "en")
    lesson.open("train", task="boston")
    for key in ("formula.pick_unit", "form.epochs"):
        name = re.compile(rf"^{re.escape(lesson.says(key))}(:|$)")
        half = page.get_by_role("spinbutton", name=name)
        half.click()
        page.keyboard.press("Control+A")
        page.keyboard.type("1")
        before = page.locator(".fl-chart").get_attribute("data-run") or ""
        lesson.button("train.start").evaluate("button => button.click()")
        expect(page.locator(".fl-chart")).not_to_have_attribute("data-run", before)
        lesson.wait_for_state("done")
        page.wait_for_timeout(500)
        lesson.settle()
        expect(half).to_be_focused()
        page.keyboard.type("2")
        expect(half).to_have_value("12")
        page.keyboard.press("Enter")
        page.wait_for_timeout(500)
        expect(half).to_have_value("12")
        is_well(lesson)


def test_a_comma_a_wide_digit_and_nothing_are_read_as_meant(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("train", task="mnist")
    rate, rows = field(lesson, "learning_rate"), field(lesson, "train_size")
    for typed, read in (("0,02", "0.02"), ("０．００５", "0.005")):
        rate.fill(typed)
        rate.press("Enter")
        expect(rate).to_have_value(read)
        expect(slider(lesson, "learning_rate")).to_have_attribute("aria-valuetext", read)
    rows.fill("12,345")
    rows.press("Enter")
    expect(rows).to_have_value("12345")
    is_well(lesson)
    rate.fill("")
    rate.press("Enter")
    expect(page.get_by_role("alert").filter(has_text="비어 있습니다")).to_be_visible()
    expect(rate).to_have_value("0.005")


def test_arrow_keys_step_a_number(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("train", task="boston")
    epochs, rate = field(lesson, "epochs"), field(lesson, "learning_rate")
    epochs.press("ArrowUp")
    epochs.press("ArrowUp")
    expect(slider(lesson, "epochs")).to_have_attribute("aria-valuetext", "82")
    rate.press("ArrowDown")
    expect(slider(lesson, "learning_rate")).to_have_attribute("aria-valuetext", "0.0009")
    expect(epochs).to_have_attribute("inputmode", "decimal")
    is_well(lesson)


# Another language -----------------------------------------------------------------------------


def test_a_paused_run_is_steered_on_after_a_change_of_language(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("train", task="mnist")
    lesson.set_epochs(50)
    lesson.button("train.start").click()
    lesson.wait_for_points()
    lesson.button("tools.pause").click()
    expect(lesson.button("tools.step_update")).to_be_enabled()
    for language in ("en", "ko"):
        lesson = speak(lesson, language)
        tempo = page.get_by_role("combobox", name=lesson.says("tools.tempo"))
        expect(tempo).to_have_value(re.compile("|".join(tempos(language))))
        lesson.button("tools.step_update").click()
        lesson.page.wait_for_timeout(500)
        is_well(lesson)
        for asked in ("one", "epoch"):
            choose(lesson, "tools.tempo", lesson.says(f"tools.tempo_{asked}"))
            is_well(lesson)
    lesson = speak(lesson, "en")
    expect(page.get_by_role("combobox", name=lesson.says("tools.tempo"))).to_have_value(
        lesson.says("tools.tempo_epoch")
    )
    lesson.button("train.stop").click()
    lesson.wait_for_state("stopped")


def tempos(language: str) -> list[str]:
    return [text for key, text in texts(language).items() if key.startswith("tools.tempo_")]


def test_reviews_without_a_run_can_be_chosen_in_another_language(
    page: Page, server: Server
) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("train", task="reviews")
    for language in ("en", "ko", "en"):
        lesson = speak(lesson, language)
        lesson.page.get_by_text(lesson.says("reading.stop_words"), exact=True).click()
        lesson.page.wait_for_timeout(500)
        is_well(lesson)
        corpus = page.get_by_role("combobox", name=lesson.says("reading.corpus"))
        shown = corpus.input_value()
        assert speaks(shown) == language
    corpus.click()
    page.get_by_role("option").nth(1).click()
    expect(corpus).not_to_have_value(shown)
    lesson.page.wait_for_timeout(500)
    is_well(lesson)


def test_a_lesson_stays_open_after_a_change_of_language(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("train", task="boston")
    choice = page.locator(".st-key-lesson").get_by_role("combobox")
    choice.click()
    page.get_by_role("option").nth(1).click()
    expect(page.locator(".st-key-lesson-step")).to_be_visible()
    lesson = speak(lesson, "en")
    field(lesson, "epochs").fill("7")
    field(lesson, "epochs").press("Enter")
    expect(slider(lesson, "epochs")).to_have_attribute("aria-valuetext", "7")
    lesson.button("lesson.next").click()
    expect(page.locator(".st-key-lesson-step").get_by_role("spinbutton")).to_be_visible()
    assert speaks(choice.input_value()) == "en"
    is_well(lesson)


# Clicks and addresses -------------------------------------------------------------------------


def test_five_fast_clicks_on_train_make_one_run_that_the_address_names(
    page: Page, server: Server
) -> None:
    lesson = Lesson(page, server.url, "en")
    lesson.open("train", task="boston")
    start = lesson.button("train.start")
    start.evaluate("button => { for (let n = 0; n < 5; n += 1) button.click(); }")
    for _ in range(4):
        start.click(force=True, no_wait_after=True)
    lesson.wait_for_state("done")
    lesson.settle()
    named = re.search(r"run=([\w-]+)", page.url)
    assert named
    lesson.go("runs")
    cards = page.locator('[class*="st-key-run-card-"]')
    expect(cards).to_have_count(1)
    expect(page.locator(f".st-key-run-card-{named[1]}")).to_be_visible()


def test_one_step_back_is_one_page_back(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url, "en")
    lesson.open("")
    for key in ("train", "predict", "runs"):
        page.get_by_role("link", name=lesson.says(f"nav.{key}"), exact=True).click()
        expect(page).to_have_url(re.compile(f"/{key}"))
        page.wait_for_timeout(500)
        lesson.settle()
    for key in ("predict", "train", ""):
        page.go_back()
        expect(page).to_have_url(re.compile(rf"/{key}(\?|$)"))
        page.wait_for_timeout(500)
        lesson.settle()


def test_a_run_that_was_deleted_in_another_tab_answers_no_more(
    open_context: OpenContext, server: Server
) -> None:
    houses = owner_with_runs(server.url, "boston")
    page = open_context(viewport=LAPTOP, storage_state=houses.storage_state).new_page()
    lesson = Lesson(page, server.url, "en")
    lesson.open("predict", task="boston")
    price = page.get_by_role("heading", name=re.compile("Predicted price"))
    expect(price).to_be_visible()
    other = Lesson(page.context.new_page(), server.url, "en")
    other.open("runs")
    other.page.locator('[class*="st-key-menu-"] button').first.click()
    other.button("runs.delete").click()
    expect(other.button("runs.undo")).to_be_visible()
    lesson.button("predict.row_example", one_row="one").click()
    expect(page.get_by_text(lesson.says("run.gone"))).to_be_visible()
    expect(page.get_by_text(lesson.says("predict.ready_note"))).to_be_visible()
