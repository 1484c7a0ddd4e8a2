"""The life of a run in a real browser: pause, step, slow motion, train on, reload, restart."""

import json
import re
import time
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import Page, expect

from tests.conftest import NewHome
from tests.support.browser.context import OpenContext
from tests.support.browser.lesson import Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.relay import open_relay
from tests.support.browser.server import Server, start_server

pytestmark = pytest.mark.timeout(300)
UPDATES_PER_EPOCH = 469
"""Of Fashion-MNIST in batches of 128; the curves count in epochs."""
CUT = (
    "net::ERR_|WebSocket connection|reaching server endpoint|server is not responding"
    "|Failed to fetch"
)
"""What a browser and Streamlit's page log of a connection that is no more."""
UPDATE = re.compile(r"(?:업데이트|update) ([\d,]+)/")


class Life(Lesson):
    """The Train page with a run on it."""

    def begin(self, epochs: int = 100) -> None:
        self.open("train", task="fashion_mnist")
        self.set_epochs(epochs)
        self.button("train.start").click()
        self.wait_for_points()

    def press(self, name: str) -> None:
        button = self.button(f"tools.{name}")
        expect(button).to_be_enabled()
        button.click()

    def is_in(self, state: str) -> None:
        expect(self.page.locator(".fl-chart")).to_have_attribute("data-state", state)
        self.settle()

    def update(self) -> int:
        shown = self.page.locator(".fl-chart").get_attribute("data-update")
        return int(shown or 0)

    def choose(self, key: str, option: str) -> None:
        self.page.get_by_role("combobox", name=self.says(key)).click()
        self.page.get_by_role("option", name=option, exact=True).click()
        self.settle()


SAMPLE_STATES = """() => {
    window.states = [];
    const sample = () => window.states.push(document.querySelector('.fl-chart')?.dataset.state);
    setInterval(sample, 10);
}"""


def test_a_live_run_that_is_returned_to_stands_there_at_once(page: Page, server: Server) -> None:
    life = Life(page, server.url)
    life.begin(epochs=12)
    quarter = 3 * UPDATES_PER_EPOCH
    page.wait_for_function(
        f"() => Number(document.querySelector('.fl-chart')?.dataset.update) >= {quarter}"
    )
    life.go("")
    progress = page.locator('[class*="st-key-recent-"] .fl-run').first
    before = progress.inner_text()
    expect(progress).not_to_have_text(before, use_inner_text=True)  # Home looks again by itself
    page.evaluate(SAMPLE_STATES)
    life.go("train", task="fashion_mnist")
    life.wait_for_points()
    page.wait_for_timeout(500)
    states = page.evaluate("window.states")
    assert "live" in states and "replay" not in states
    assert life.update() >= quarter
    life.button("train.stop").click()
    life.is_in("stopped")


@pytest.mark.parametrize("language", ["ko", pytest.param("en", marks=pytest.mark.soak)])
def test_a_run_is_paused_stepped_slowed_and_goes_on(
    language: str, page: Page, server: Server
) -> None:
    life = Life(page, server.url, language)
    life.begin()
    life.press("pause")
    life.is_in("paused")
    expect(life.status()).to_have_text(UPDATE)
    before = life.update()
    life.press("step_update")
    page.wait_for_function(
        f"() => document.querySelector('.fl-chart')?.dataset.update == {before + 1}"
    )
    life.is_in("paused")

    life.slow_down()
    life.press("resume")
    life.is_in("live")
    first = life.update()
    page.wait_for_timeout(2_000)
    assert 8 <= life.update() - first <= 40
    life.choose("tools.learning_rate", "0.01")
    note = page.locator(".annotation-text", has_text=life.says("live.tuned", rate="0.01"))
    expect(note.first).to_be_visible()

    page.reload()
    life.settle()
    life.is_in("live")
    expect(note.first).to_be_visible()
    life.button("train.stop").click()
    life.wait_for_state("stopped")
    stopped_at = life.update()
    life.press("continue")
    life.wait_for_drawing(stopped_at + 1)
    life.button("train.stop").click()
    life.wait_for_state("stopped")


def test_a_finished_run_trains_on_and_goes_back(open_context: OpenContext, server: Server) -> None:
    houses = owner_with_runs(server.url, "boston", epochs=5)
    page = open_context(storage_state=houses.storage_state).new_page()
    life = Life(page, server.url)
    life.open("train", task="boston")
    life.wait_for_state("done")
    life.settle()
    life.button("tools.train_on").filter(has_text="10").or_(
        page.get_by_role("button", name=life.says("tools.train_on", epochs=10))
    ).first.click()
    chart = page.locator(".fl-chart")
    expect(chart).to_have_attribute("data-epoch", "15")
    life.wait_for_state("done")
    life.has_points(15 * 7)

    best = 13  # of the lecture's settings with their seed
    rewind = page.get_by_role("button", name=life.says("tools.rewind", epoch=best))
    rewind.click()
    expect(rewind).to_be_hidden()
    life.settle()
    expect(chart).to_have_attribute("data-epoch", str(best))
    life.has_points(best * 7)
    # From there it goes on as it did: the two epochs that were undone come out the same.
    page.get_by_role("button", name=life.says("tools.train_on", epochs=10)).click()
    expect(chart).to_have_attribute("data-epoch", "23")
    life.wait_for_state("done")
    life.has_points(23 * 7)


@pytest.mark.browser_errors(CUT, "the server ends under its page")
def test_a_server_that_is_ended_lets_its_run_go_on_after_the_next_start(
    open_context: OpenContext, new_home: NewHome
) -> None:
    context = open_context()
    first = start_server(new_home())
    life = Life(context.new_page(), first.url)
    life.begin()
    epoch = life.page.wait_for_function(
        "() => Number(document.querySelector('.fl-chart')?.dataset.epoch) >= 1"
    )
    assert epoch
    run = re.search(r"run=([\w-]+)", life.page.url)
    assert run
    reached = life.update()
    began = time.monotonic()
    first.process.terminate()
    first.process.wait(20)
    seconds = time.monotonic() - began
    print(f"the server ended after {seconds:.1f} s")
    assert seconds < 10

    second = start_server(first.home)
    try:
        again = Life(context.new_page(), second.url)
        again.open("train", task="fashion_mnist", run=run[1])
        again.wait_for_drawing(reached + 100)
        assert again.points() > 0
        again.button("train.stop").click()
        again.wait_for_state("stopped")
    finally:
        second.process.terminate()
        second.process.wait(20)


def test_a_second_server_on_the_same_runs_refuses_and_says_why(page: Page, server: Server) -> None:
    second = start_server(server.home)
    try:
        for path in ("train", "runs"):
            page.goto(f"{second.url}/{path}?lang=en")
            alert = page.get_by_role("alert").filter(has_text=str(server.home / "runs"))
            expect(alert.first).to_be_visible()
        Lesson(page, server.url).open("runs")  # the first one does not mind
        expect(page.get_by_role("alert").filter(has_text=str(server.home))).to_have_count(0)
    finally:
        second.process.terminate()
        second.process.wait(20)


def test_a_second_tab_shows_the_same_run_without_being_asked(
    open_context: OpenContext, server: Server
) -> None:
    context = open_context()
    life = Life(context.new_page(), server.url)
    life.begin()
    life.slow_down()
    other = Life(context.new_page(), server.url)
    other.open("train", task="fashion_mnist")
    other.wait_for_points()
    other.page.close()
    life.wait_for_points(life.points())  # a closed tab takes nothing with it
    life.button("train.stop").click()
    life.wait_for_state("stopped")


@pytest.mark.browser_errors(CUT, "the connection is cut")
@pytest.mark.parametrize("seconds", [3, pytest.param(180, marks=pytest.mark.soak)])
@pytest.mark.timeout(600)
def test_a_lost_connection_leaves_no_hole_in_the_curve(
    seconds: int, page: Page, server: Server
) -> None:
    with open_relay(server.url) as relay:
        life = Life(page, relay.url)
        life.begin()
        life.slow_down()  # it shall not end meanwhile

        relay.cut()
        page.wait_for_timeout(1_000)  # what was on its way has come
        before = life.update()
        page.wait_for_timeout(1_000 * seconds)
        assert life.update() == before
        relay.mend()
        life.wait_for_drawing(before + 50)
        life.settle()
        life.button("train.stop").click()
        life.wait_for_state("stopped")
        trace = "() => document.querySelector('[data-figure=loss] .fl-chart-plot').data[0].x"
        shown = [round(UPDATES_PER_EPOCH * epochs) for epochs in page.evaluate(trace)]
        run = parse_qs(urlsplit(page.url).query)["run"][0]
        assert shown == told(page.request.get(f"{server.url}/api/runs/{run}/events").text())


def told(stream: str) -> list[int]:
    """Return the updates of the points in a run's whole event stream."""
    lines = [line for line in stream.splitlines() if line.startswith("data: ")]
    events = [json.loads(line.removeprefix("data: ")) for line in lines]
    points = [event["points"] for event in events if event["kind"] == "batches"]
    return [update for stretch in points for update, _, _ in stretch]
