"""What a page does when its connection dies: silently, by a cut, for longer than a session."""

import re
from collections.abc import Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
from playwright.sync_api import BrowserContext, Locator, Page, expect

from app.server.scripts import widget_modules
from tests.conftest import NewHome
from tests.e2e.test_life import CUT, SAMPLE_STATES, UPDATES_PER_EPOCH, Life, told
from tests.support.browser.context import OpenContext
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.relay import open_relay
from tests.support.browser.server import Server, start_server
from tests.support.browser.static_page import use_modules

pytestmark = [
    pytest.mark.timeout(300),
    pytest.mark.browser_errors(CUT, "connections are cut on purpose"),
]
SECONDS_A_SESSION_IS_KEPT = 2


@pytest.fixture(scope="module")
def forgetful(new_home: NewHome) -> Iterator[Server]:
    """A server that keeps the session of a lost connection for two seconds, not two minutes."""
    seconds = str(SECONDS_A_SESSION_IS_KEPT)
    running = start_server(new_home(), STREAMLIT_SERVER_DISCONNECTED_SESSION_TTL=seconds)
    yield running
    running.process.terminate()
    running.process.wait(20)


class Tab(Life):
    """The Train page and what it says of its connection."""

    def notice(self) -> Locator:
        return self.page.locator(".fl-connection")

    def says_of_connection(self, state: str) -> None:
        expect(self.notice()).to_have_attribute("data-state", state)
        words = self.says(f"connection.{state}") if state != "fine" else ""
        expect(self.notice().locator("p")).to_have_text(words)

    def has_no_words_of_streamlits_own(self) -> None:
        expect(
            self.page.get_by_text(re.compile("connection error|connecting", re.I))
        ).to_be_hidden()
        expect(self.page.get_by_test_id("stDialog")).to_be_hidden()


def test_a_connection_that_falls_silent_is_noticed_and_leaves_no_hole(
    page: Page, server: Server
) -> None:
    with open_relay(server.url) as relay:
        tab = Tab(page, relay.url)
        tab.begin()
        tab.slow_down()
        page.evaluate(SAMPLE_STATES)
        relay.mute()
        tab.button("tools.pause").click()
        tab.says_of_connection("waiting")
        before = tab.update()
        # Streamlit asks for the server's health by HTTP first. Where that goes out on a connection
        # that is kept and has fallen silent too, it is asked anew after 15 seconds.
        expect(tab.notice()).to_have_attribute("data-state", "unsent", timeout=50_000)
        tab.says_of_connection("unsent")
        page.wait_for_function("() => window.states.includes('reconnecting')")
        tab.wait_for_drawing(before + 100)
        tab.says_of_connection("unsent")  # until somebody has read it and goes on
        tab.press("pause")  # and this time it arrives
        tab.is_in("paused")
        tab.says_of_connection("fine")
        trace = "() => document.querySelector('[data-figure=loss] .fl-chart-plot').data[0].x"
        drawn = [round(UPDATES_PER_EPOCH * epochs) for epochs in page.evaluate(trace)]
        tab.button("train.stop").click()
        tab.wait_for_state("stopped")
        events = told(page.request.get(f"{server.url}/api/runs/{run_of(tab)}/events").text())
        shown = [update for update in drawn if update > before]  # what is older may be thinned
        assert shown == [update for update in events if update > before][: len(shown)]
        assert len(shown) > 10


@pytest.mark.parametrize("language", ["ko", pytest.param("en", marks=pytest.mark.soak)])
@pytest.mark.parametrize("seconds", [5, pytest.param(180, marks=pytest.mark.soak)])
def test_what_a_tab_had_put_together_outlives_its_session(
    seconds: int, language: str, page: Page, forgetful: Server
) -> None:
    with open_relay(forgetful.url) as relay:
        tab = Tab(page, relay.url, language)
        tab.open("train", task="boston")
        tab.set_epochs(7)
        tab.button("form.add").click()
        expect(
            page.get_by_role("spinbutton", name=tab.says("form.units", number=3))
        ).to_be_visible()
        tab.settle()
        fields = page.get_by_role("spinbutton")
        before = [field.input_value() for field in fields.all()]
        relay.cut()
        tab.says_of_connection("lost")
        page.wait_for_timeout(1_000 * seconds)
        tab.has_no_words_of_streamlits_own()
        relay.mend()
        tab.says_of_connection("back")
        tab.settle()
        assert [field.input_value() for field in fields.all()] == before
        tab.button("train.start").click()
        tab.wait_for_state("done")
        tab.has_points(7 * 7)
        expect(page.locator(".fl-chart")).to_have_attribute("data-epoch", "7")
        assert [field.input_value() for field in fields.all()] == before


def test_a_drawing_outlives_the_session_that_it_was_made_in(
    open_context: OpenContext, forgetful: Server
) -> None:
    digits = owner_with_runs(forgetful.url, "mnist", epochs=1)
    page = open_context(storage_state=digits.storage_state).new_page()
    with open_relay(forgetful.url) as relay:
        tab = Tab(page, relay.url)
        tab.open("predict", task="mnist")
        tab.write(7)
        answer = tab.answer()
        tab.go("train", task="mnist")
        relay.cut()
        tab.says_of_connection("lost")
        page.wait_for_timeout(1_500 * SECONDS_A_SESSION_IS_KEPT)
        relay.mend()
        tab.says_of_connection("back")
        tab.settle()
        tab.go("predict", task="mnist")
        assert tab.answer() == answer


def test_a_tab_that_the_server_has_forgotten_is_told_that_it_starts_anew(
    page: Page, new_home: NewHome
) -> None:
    first = start_server(new_home())
    with open_relay(first.url) as relay:
        tab = Tab(page, relay.url)
        tab.open("train", task="boston")
        relay.cut()
        first.process.terminate()
        first.process.wait(20)
        second = start_server(first.home)
        try:
            relay.server_port = urlsplit(second.url).port or 0
            relay.mend()
            tab.says_of_connection("anew")
        finally:
            second.process.terminate()
            second.process.wait(20)


def test_ten_tabs_hear_a_run_and_one_more_still_loads(
    open_context: OpenContext, server: Server
) -> None:
    context = open_context()
    first = Tab(context.new_page(), server.url)
    first.begin()
    first.slow_down()
    listeners = [listening(context, server, run_of(first)) for _ in range(9)]
    Tab(context.new_page(), server.url).open("runs")
    for each in listeners:
        each.wait_for_function("updates => window.update > updates", arg=first.update() + 10)
    first.button("train.stop").click()
    first.wait_for_state("stopped")
    for each in listeners:
        each.wait_for_function("window.state === 'stopped'")


WORKER = widget_modules.address("shared/run_worker.js")


def listening(context: BrowserContext, server: Server, run: str) -> Page:
    """Return a tab that only hears a run, which loads sooner than the lab's whole page."""
    page = context.new_page()
    page.goto(f"{server.url}/_stcore/health")
    url = f"/api/runs/{run}/events"
    known = {"run": run, "url": url, "live": False, "worker": f"/{WORKER}"}
    use_modules(page, "shared/run_stream.js")
    page.evaluate(f"run => {{ followRun(run, {LISTENER}); }}", known)
    return page


LISTENER = """event => {
    window.update = event.points?.at(-1)[0] ?? window.update ?? 0;
    window.state = event.state ?? window.state;
}"""


@pytest.mark.soak
def test_ten_tabs_move_live_and_one_more_still_loads(
    open_context: OpenContext, server: Server
) -> None:
    context = open_context()
    first = Tab(context.new_page(), server.url)
    first.begin()
    first.slow_down()
    others = [opened(context, server) for _ in range(9)]
    Tab(context.new_page(), server.url).open("runs")
    now = first.update()
    for tab in (first, *others):
        tab.wait_for_drawing(now + 10)
    first.button("train.stop").click()
    for tab in (first, *others):
        tab.wait_for_state("stopped")


def opened(context: BrowserContext, server: Server) -> Tab:
    tab = Tab(context.new_page(), server.url)
    tab.open("train", task="fashion_mnist")
    tab.wait_for_points()
    return tab


def run_of(tab: Tab) -> str:
    return parse_qs(urlsplit(tab.page.url).query)["run"][0]
