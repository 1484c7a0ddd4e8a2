"""The whole lesson in a real browser: choose, watch, stop, train again, draw, and come back."""

import re
import sys
from collections.abc import Iterable
from pathlib import Path

import pytest
from playwright.sync_api import Page, WebSocketRoute, expect

from app.session.i18n import LANGUAGES
from models.jobs.quotas import slots_from_environment
from tests.bench.load import train
from tests.bench.visitor import Visitor
from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server
from tests.support.own_loop import run_apart

pytestmark = pytest.mark.timeout(300)


SOME_DIGITS = (0, 1, 3)
"""What is written where all ten have been written with the same pen before."""


def train_digits(lesson: Lesson, epochs: int) -> None:
    lesson.open("train", task="mnist")
    lesson.set_epochs(epochs)
    lesson.button("train.start").click()


def right_answers(lesson: Lesson, digits: Iterable[int], *, touch: bool = False) -> list[int]:
    """Write digits one after another; return those that the network reads rightly."""
    right = []
    for digit in digits:
        lesson.write(digit, touch=touch)
        if re.search(rf"(^|\s){digit}(\D|$)", lesson.answer().split("(")[0]):
            right.append(digit)
    return right


def test_a_class_trains_on_60000_digits_and_writes_ten_of_its_own_in_both_languages(
    page: Page, server: Server
) -> None:
    lesson = Lesson(page, server.url)

    lesson.open("")
    page.locator(".st-key-card-mnist").get_by_role("link", name=lesson.says("home.open")).click()
    expect(page.get_by_role("button", name=lesson.says("train.start"), exact=True)).to_be_visible()
    lesson.settle()

    lesson.set_slider("form.epochs", "20")
    lesson.set_slider("form.batch_size", "256")
    expect(
        page.get_by_text(lesson.says("network.all_updates", epochs=20, updates=4_700))
    ).to_be_visible()

    lesson.button("train.start").click()
    lesson.wait_for_points()
    early = lesson.points()
    lesson.wait_for_points(more_than=early)  # it moves before the run ends
    expect(lesson.button("train.stop")).to_be_enabled()
    lesson.button("train.stop").click()
    lesson.wait_for_state("stopped")

    lesson.set_slider("form.epochs", "2")
    lesson.set_slider("form.batch_size", "128")
    lesson.button("train.start").click()
    lesson.wait_for_state("done")
    result = page.get_by_text(re.compile(re.escape(lesson.says("train.result").split("{")[0])))
    expect(result).to_be_visible()
    expect(result).to_contain_text(re.compile(r"9[67]\.\d %|98\.\d %"))

    page.get_by_role("link", name=lesson.says("train.draw")).click()
    expect(page.get_by_text(lesson.says("predict.draw_first"))).to_be_visible()
    assert len(right_answers(lesson, range(10))) >= 8
    answer = lesson.answer()
    for other in ("home", "predict"):  # the drawing is still there after a look at another page
        page.get_by_role("link", name=lesson.says(f"nav.{other}"), exact=True).click()
        lesson.settle()
    assert lesson.answer() == answer
    assert lesson.grave_faults() == []

    page.get_by_role("radio", name=LANGUAGES["en"]).click()
    lesson = Lesson(page, server.url, "en")
    expect(page.get_by_text(lesson.says("predict.write_here"))).to_be_visible()
    page.reload()
    lesson.settle()
    assert "lang=en" in page.url
    assert len(right_answers(lesson, SOME_DIGITS)) >= 2

    if sys.platform == "linux":
        assert "tensorflow" not in Path(f"/proc/{server.process.pid}/maps").read_text()


@pytest.fixture
def phone(open_context: OpenContext) -> Page:
    return open_context(
        viewport={"width": 360, "height": 740}, has_touch=True, is_mobile=True
    ).new_page()


def test_a_student_trains_and_writes_with_a_finger_on_a_phone(phone: Page, server: Server) -> None:
    lesson = Lesson(phone, server.url)
    lesson.open("train", task="mnist")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    lesson.set_slider("form.epochs", "2")
    lesson.button("train.start").tap()
    expect(lesson.status()).to_be_in_viewport()  # taken to the curves
    lesson.wait_for_state("done")
    assert lesson.grave_faults() == []
    lesson.go("predict", task="mnist")
    assert phone.evaluate("document.documentElement.scrollWidth") <= 360
    assert len(right_answers(lesson, SOME_DIGITS, touch=True)) >= 2
    assert lesson.grave_faults() == []


def test_another_page_and_a_reload_come_back_to_the_same_live_run(
    page: Page, server: Server
) -> None:
    lesson = Lesson(page, server.url)
    train_digits(lesson, 30)
    lesson.wait_for_points()
    lesson.slow_down()
    page.get_by_role("link", name=lesson.says("nav.predict"), exact=True).click()
    lesson.settle()
    page.get_by_role("link", name=lesson.says("nav.train"), exact=True).click()
    lesson.wait_for_points()
    assert "run=" in page.url
    seen = lesson.points()
    page.reload()
    lesson.wait_for_points(more_than=seen)
    expect(lesson.button("train.stop")).to_be_enabled()
    lesson.button("train.stop").click()
    lesson.wait_for_state("stopped")


def test_a_value_that_comes_back_on_a_slow_line_does_not_end_the_page(
    page: Page, server: Server
) -> None:
    """What a browser forgets just when it is told "as you have it" would be the end of the page."""
    held: list[str | bytes] | None = None

    def stand_between(route: WebSocketRoute) -> None:
        line = route.connect_to_server()
        line.on_message(lambda said: route.send(said) if held is None else held.append(said))
        lines.append(route)

    lines: list[WebSocketRoute] = []
    page.route_web_socket(re.compile("_stcore/stream"), stand_between)
    lesson = Lesson(page, server.url)
    lesson.open("train", task="mnist")
    slider = page.get_by_role("slider", name=lesson.says("form.epochs")).first
    slider.focus()
    page.keyboard.press("ArrowRight")
    expect(slider).to_have_attribute("aria-valuetext", "6")
    page.wait_for_timeout(500)
    lesson.settle()
    held = []
    page.keyboard.press("ArrowRight")
    page.wait_for_timeout(1_500)
    typed = page.get_by_role("spinbutton", name=lesson.says("form.epochs"))
    typed.fill("5")  # as it was when the page opened
    typed.press("Enter")
    page.wait_for_timeout(1_500)
    said, held = held, None
    for message in said:
        lines[-1].send(message)
    lesson.settle()
    expect(slider).to_have_attribute("aria-valuetext", "5")
    expect(slider).to_be_enabled()


def test_a_network_over_the_budget_is_refused_with_the_numbers(page: Page, server: Server) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("train", task="mnist")
    for _ in range(5):
        lesson.button("form.add").click()
        page.wait_for_timeout(300)
        lesson.settle()
    for number in range(1, 7):
        field = page.get_by_role("spinbutton", name=lesson.says("form.units", number=number))
        field.fill("1024")
        field.press("Enter")
        page.wait_for_timeout(300)
        lesson.settle()
    expect(page.get_by_text("6,062,090")).to_be_visible()
    expect(lesson.button("train.start")).to_be_disabled()


def test_the_lectures_network_is_trained_in_place_of_the_one_that_shipped(
    page: Page, server: Server
) -> None:
    lesson = Lesson(page, server.url, "en")
    lesson.open("predict", task="boston")
    expect(page.get_by_text(lesson.says("predict.ready_note"))).to_be_visible()
    expect(page.get_by_role("heading", name=re.compile("Predicted price"))).to_be_visible()
    lesson.button("predict.train_yourself").click()
    expect(page.get_by_text(lesson.says("predict.ready_note"))).to_have_count(0, timeout=30_000)
    expect(page.get_by_text(re.compile("Answered by: .*validation MAE"))).to_be_visible()


def test_a_house_is_priced(open_context: OpenContext, server: Server) -> None:
    houses = owner_with_runs(server.url, "boston")
    page = open_context(storage_state=houses.storage_state).new_page()
    lesson = Lesson(page, server.url, "en")
    lesson.open("predict", task="boston")
    price = page.get_by_role("heading", name=re.compile("Predicted price"))
    before = price.inner_text()
    lesson.button("predict.row_example", one_row="one").click()
    expect(page.get_by_text(re.compile("The real price of the district"))).to_be_visible()
    lesson.settle()
    assert price.inner_text() != before


def test_a_garment_is_named(open_context: OpenContext, server: Server) -> None:
    garments = owner_with_runs(server.url, "fashion_mnist", epochs=1)
    page = open_context(storage_state=garments.storage_state).new_page()
    lesson = Lesson(page, server.url, "en")
    lesson.open("predict", task="fashion_mnist")
    expect(page.get_by_text(re.compile("True label"))).to_be_visible()
    assert lesson.grave_faults() == []


def test_more_runs_than_slots_wait_and_say_their_place(page: Page, server: Server) -> None:
    """Every visitor is an owner of its own; the page's run waits behind all of them."""
    others: list[Visitor] = []

    async def come() -> None:
        for _ in range(slots_from_environment() + 1):
            others.append(await train(server.url, "fashion_mnist", 500))
            await others[-1].leave()

    async def stop() -> None:
        for other in others:
            await other.enter("train")
            await other.press("stop")
            await other.leave()

    lesson = Lesson(page, server.url, "en")
    try:
        run_apart(come())
        lesson.open("train", task="boston")
        lesson.button("train.start").click()
        expect(lesson.status()).to_have_text(re.compile(r"behind [1-9]\d* other runs"))
    finally:
        run_apart(stop())
    lesson.wait_for_state("done")
