"""My runs in two real browsers: what is whose, what is typed, what is deleted, and how it moves."""

import re
import zipfile
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from playwright.sync_api import Locator, expect

from models.tasks import built_in
from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import Owner, owner_with_runs
from tests.support.browser.server import Server
from tests.support.polling import until

pytestmark = pytest.mark.timeout(300)

NAME = "<b>x</b> **y** =1+1"
UNKNOWN = "A" * 22


@pytest.fixture
def owner(server: Server) -> Owner:
    return owner_with_runs(server.url, "boston", 2)


@pytest.fixture(scope="module")
def houses(server: Server) -> Owner:
    """Whose run nobody changes."""
    return owner_with_runs(server.url, "boston")


@pytest.fixture
def ada(open_context: OpenContext, server: Server, owner: Owner) -> Lesson:
    laptop = {"width": 1280, "height": 900}
    context = open_context(viewport=laptop, storage_state=owner.storage_state)
    return Lesson(context.new_page(), server.url, "en")


@pytest.fixture
def bob(open_context: OpenContext, server: Server) -> Lesson:
    context = open_context(viewport={"width": 390, "height": 844})
    return Lesson(context.new_page(), server.url, "ko")


def cards(lesson: Lesson) -> Locator:
    return lesson.page.locator('[class*="st-key-run-card-"]')


def train_houses(lesson: Lesson) -> str:
    """Train a short run to its end; return its id."""
    lesson.go("train", task="boston")
    lesson.button("train.start").click()
    lesson.wait_for_state("done")
    lesson.settle()
    found = re.search(r"[?&]run=([\w-]+)", lesson.page.url)
    assert found
    return found[1]


def open_menu(lesson: Lesson, run: str) -> None:
    lesson.page.locator(f".st-key-menu-{run} button").first.click()
    expect(lesson.button("runs.repeat")).to_be_visible()


def rename(lesson: Lesson, run: str, name: str) -> None:
    open_menu(lesson, run)
    lesson.page.get_by_label(lesson.says("runs.name"), exact=True).fill(name)
    lesson.page.keyboard.press("Enter")
    expect(cards(lesson).filter(has_text=name)).to_have_count(1)
    lesson.page.keyboard.press("Escape")
    expect(lesson.button("runs.repeat")).to_be_hidden()


def delete(lesson: Lesson, run: str) -> None:
    open_menu(lesson, run)
    lesson.button("runs.delete").click()
    expect(lesson.button("runs.undo")).to_be_visible()
    expect(lesson.page.locator(f".st-key-run-card-{run}")).to_have_count(0)


@pytest.mark.parametrize(("zone", "hours"), [("Asia/Seoul", 9), ("America/Phoenix", -7)])
def test_a_run_is_called_the_same_everywhere_by_the_browsers_clock(
    open_context: OpenContext, server: Server, houses: Owner, zone: str, hours: int
) -> None:
    context = open_context(storage_state=houses.storage_state, timezone_id=zone)
    lesson = Lesson(context.new_page(), server.url, "en")
    lesson.open("runs")
    newest = cards(lesson).first.locator(".fl-run b")
    expect(newest).to_have_text(re.compile("^Housing SGD · "))
    name = newest.inner_text()
    made = datetime.strptime(name, "Housing SGD · %Y-%m-%d %H:%M:%S")
    there = datetime.now(UTC).replace(tzinfo=None) + timedelta(hours=hours)
    assert timedelta() <= there - made < timedelta(minutes=30)
    for path in ("", "train"):
        lesson.go(path, task="boston")
        expect(lesson.page.get_by_text(name, exact=True).first).to_be_visible()
    lesson.go("predict", task="boston")
    choice = lesson.page.get_by_role("combobox", name=lesson.says("run.choose"))
    expect(choice).to_have_value(re.compile(f"^{re.escape(name)} · validation MAE"))


@pytest.mark.browser_errors(r"404 \(Not Found\).*/owner\?link=", "a link works once")
def test_runs_belong_to_a_browser_and_move_with_a_link(
    ada: Lesson, bob: Lesson, owner: Owner, server: Server, tmp_path: Path
) -> None:
    first, second = owner.runs
    ada.open("runs")
    expect(cards(ada)).to_have_count(2)

    events = f"{server.url}/api/runs/{first}/events"
    assert ada.page.request.get(events).status == 200

    # Bob sees nothing of them, whatever he asks for.
    bob.open("runs")
    expect(bob.page.get_by_text(bob.says("runs.none"))).to_be_visible()
    for guess in (first, UNKNOWN):
        bob.open("train", task="boston", run=guess)
        assert guess not in bob.page.url and bob.points() == 0
        answer = bob.page.request.get(f"{server.url}/api/runs/{guess}/events")
        assert answer.status == 404
    own = train_houses(bob)
    assert "fnn_owner" in [cookie["name"] for cookie in bob.page.context.cookies()]
    assert "fnn_owner" not in bob.page.evaluate("document.cookie")

    # A name is shown as it was typed.
    rename(ada, first, NAME)
    named = ada.page.locator(f".st-key-run-card-{first} .fl-run b")
    assert named.inner_text() == NAME
    expect(ada.page.locator(".fl-run b b, .fl-run strong")).to_have_count(0)
    with ada.page.expect_download() as download:
        ada.button("runs.csv").click()
    download.value.save_as(tmp_path / "runs.csv")
    table = (tmp_path / "runs.csv").read_bytes()
    assert table.startswith(b"\xef\xbb\xbf") and NAME.encode() in table

    # Deleted and brought back; deleted for good.
    delete(ada, first)
    ada.button("runs.undo").click()
    expect(named).to_have_text(NAME)
    delete(ada, second)
    expect(ada.button("runs.undo")).to_be_hidden()
    until(lambda: not (server.home / "runs" / second).exists(), 30)
    assert (server.home / "runs" / first).exists()

    # Opened and repeated.
    ada.page.locator(f".st-key-run-do-{first}").get_by_role("link").click()
    ada.wait_for_state("done")
    assert f"run={first}" in ada.page.url
    with ada.page.expect_download() as download:
        ada.button("train.download").click()
    title = built_in("boston").title.en
    assert download.value.suggested_filename == f"{title} -b-x--b- --y-- =1+1.zip"
    with zipfile.ZipFile(download.value.path()) as archive:
        assert {*archive.namelist()} == {"model.keras", "network.json", "predict.py"}
    ada.go("runs")
    open_menu(ada, first)
    ada.button("runs.repeat").click()
    expect(ada.button("train.start")).to_be_visible()

    # The link shows them to Bob, once.
    ada.go("runs")
    ada.page.locator(".st-key-move summary").click()
    ada.button("runs.move_make").click()
    link = ada.page.locator(".st-key-move code").inner_text().strip()
    token = owner.cookie.partition("=")[2]
    assert token not in link
    bob.page.goto(link)
    bob.page.get_by_role("button").click()
    bob.page.wait_for_url("**/runs*")
    bob.settle()
    expect(bob.page.locator(f".st-key-run-card-{first} .fl-run b")).to_have_text(NAME)
    expect(bob.page.locator(f".st-key-run-card-{own}")).to_have_count(0)
    assert token in [cookie["value"] for cookie in bob.page.context.cookies()]
    assert "fnn_owner" not in bob.page.evaluate("document.cookie")
    width = bob.page.evaluate("document.documentElement.scrollWidth")
    assert width <= 390
    bob.page.goto(link)
    expect(bob.page.get_by_text("used already")).to_be_visible()
