"""Data in a real browser: a row to its scatter, rows to their consequence, pixels by keyboard."""

import csv
import io
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from models.tasks import built_in
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)


def test_a_row_leads_to_its_scatter_and_its_numbers_can_be_taken_away(
    page: Page, server: Server
) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("data", task="boston")
    page.locator(".variables").get_by_role("button", name="LSTAT").click()
    expect(page.get_by_role("heading", name="LSTAT")).to_be_visible()
    with page.expect_download() as taken:
        figure = lesson.says("data.csv_scatter")
        page.get_by_role("button", name=lesson.says("data.csv").format(figure=figure)).click()
    content = Path(taken.value.path()).read_bytes().decode()
    assert content.startswith("\ufeff") and taken.value.suggested_filename.endswith(".csv")
    _, *rows = csv.reader(io.StringIO(content[1:], newline=""))
    data = built_in("boston").load()
    assert [float(row[1]) for row in rows[:404]] == data.x_train[:, 12].tolist()


def test_rows_without_a_tick_are_left_out_and_the_error_before_and_after_is_shown(
    page: Page, server: Server
) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("data", task="boston")
    rows = page.locator(".rows")
    for number in (1, 404):
        rows.get_by_role("checkbox").nth(number - 1).uncheck()
    expect(page.get_by_text("404").filter(has=page.locator("strong", has_text="2"))).to_be_visible()
    page.get_by_role("button", name=lesson.says("data.retrain"), exact=True).click()
    figure = page.locator(".fl-dots")
    expect(figure).to_be_visible()
    expect(figure.locator("dt").nth(1)).to_contain_text("2")
    expect(figure.locator("dd").first.locator("i")).to_have_count(5)
    expect(figure.locator("dd").nth(1).locator("i")).to_have_count(5)


def test_the_numbers_of_a_picture_are_read_by_keyboard_and_by_pointer(
    page: Page, server: Server
) -> None:
    lesson = Lesson(page, server.url)
    lesson.open("data", task="mnist")
    grid, readout = page.locator(".pixel-vector .grid"), page.locator(".pixel-vector .readout")
    image = built_in("mnist").load()
    picture = image.x_train[int((image.y_train == 0).argmax())]
    grid.focus()
    for key in ("ArrowDown", "ArrowDown", "ArrowDown", "ArrowRight"):  # the first one begins at 0
        page.keyboard.press(key)
    expect(readout).to_contain_text("28 × 2 + 1 = 57")
    row, column = 14, 7
    grid.locator("span").nth(28 * row + column).hover()
    expect(readout).to_contain_text(f"28 × {row} + {column} = {28 * row + column}")
    expect(readout).to_contain_text(f" {picture[row, column]}")
    expect(page.locator(".window .at span")).to_have_text(str(picture[row, column]))
