"""The life of a run in a real browser: pause, step, slow motion, train on, reload, restart."""

import re
import time
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.conftest import Server, start_server
from tests.e2e.lesson import PATIENCE, Lesson

pytestmark = pytest.mark.timeout(300)
UPDATE = re.compile(r"(?:업데이트|update) ([\d,]+)/")


class Life(Lesson):
    """The Train page with a run on it."""

    def begin(self, epochs: str = "100") -> None:
        self.open("train", task="fashion_mnist")
        self.set_slider("form.epochs", epochs)
        self.button("train.start").click()
        self.wait_for_points()

    def press(self, name: str) -> None:
        button = self.button(f"tools.{name}")
        expect(button).to_be_enabled(timeout=PATIENCE)
        button.click()

    def is_in(self, state: str) -> None:
        expect(self.page.locator(".fl-chart")).to_have_attribute(
            "data-state", state, timeout=PATIENCE
        )
        self.settle()

    def update(self) -> int:
        shown = self.page.locator(".fl-chart").get_attribute("data-update")
        return int(shown or 0)

    def choose(self, key: str, option: str) -> None:
        self.page.get_by_role("combobox", name=self.says(key)).click()
        self.page.get_by_role("option", name=option, exact=True).click()
        self.settle()


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

    life.choose("tools.tempo", life.says("tools.tempo_ten"))
    life.press("resume")
    life.is_in("live")
    first = life.update()
    page.wait_for_timeout(2_000)
    assert 8 <= life.update() - first <= 40
    life.choose("tools.learning_rate", "0.01")
    note = page.locator(".annotation-text", has_text=life.says("live.tuned", rate="0.01"))
    expect(note.first).to_be_visible(timeout=PATIENCE)

    page.reload()
    life.settle()
    life.is_in("live")
    expect(note.first).to_be_visible(timeout=PATIENCE)
    life.button("train.stop").click()
    life.wait_for_state("stopped")
    stopped_at = life.update()
    life.press("continue")
    page.wait_for_function(
        f"() => document.querySelector('.fl-chart')?.dataset.update > {stopped_at}",
        timeout=PATIENCE,
    )
    life.button("train.stop").click()
    life.wait_for_state("stopped")


def test_a_finished_run_trains_on_and_goes_back(page: Page, server: Server) -> None:
    life = Life(page, server.url)
    life.open("train", task="boston")
    life.set_slider("form.epochs", "5")
    life.button("train.start").click()
    life.wait_for_state("done")
    life.settle()
    life.button("tools.train_on").filter(has_text="10").or_(
        page.get_by_role("button", name=life.says("tools.train_on", epochs=10))
    ).first.click()
    expect(life.page.locator(".fl-chart")).to_have_attribute("data-epoch", "15", timeout=PATIENCE)
    life.wait_for_state("done")
    assert life.points() == 15 * 7


def test_a_server_that_is_ended_lets_its_run_go_on_after_the_next_start(
    browser: Browser, tmp_path: Path
) -> None:
    context = browser.new_context()
    first = start_server(tmp_path)
    life = Life(context.new_page(), first.url)
    life.begin()
    epoch = life.page.wait_for_function(
        "() => Number(document.querySelector('.fl-chart')?.dataset.epoch) >= 1", timeout=PATIENCE
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

    second = start_server(tmp_path)
    try:
        again = Life(context.new_page(), second.url)
        again.open("train", task="fashion_mnist", run=run[1])
        again.page.wait_for_function(
            f"() => document.querySelector('.fl-chart')?.dataset.update > {reached + 100}",
            timeout=PATIENCE,
        )
        points = again.points()
        assert points > 0
        again.button("train.stop").click()
        again.wait_for_state("stopped")
    finally:
        second.process.terminate()
        second.process.wait(20)
        context.close()


def test_lost_connections_and_second_tabs_change_nothing(browser: Browser, server: Server) -> None:
    context = browser.new_context()
    life = Life(context.new_page(), server.url)
    life.begin()
    other = Life(context.new_page(), server.url)
    other.open("train", task="fashion_mnist")
    other.wait_for_points()  # the same owner's newest run, without being asked
    other.page.close()

    context.set_offline(True)
    life.page.wait_for_timeout(3_000)
    before = life.update()
    context.set_offline(False)
    life.page.wait_for_function(
        f"() => document.querySelector('.fl-chart')?.dataset.update > {before + 50}",
        timeout=PATIENCE,
    )
    life.settle()
    life.button("train.stop").click()
    life.wait_for_state("stopped")
    trace = "() => document.querySelector('[data-figure=loss] .fl-chart-plot').data[0].x"
    points = life.page.evaluate(trace)
    assert points == sorted(set(points))
    context.close()
