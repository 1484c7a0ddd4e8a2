"""The Train page as an instrument: touched, watched, asked why, in a real browser on real runs."""

import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Locator, Page, expect

from app.session.i18n import LANGUAGES
from tests.support.browser.context import Contexts, OpenContext
from tests.support.browser.lesson import PATIENCE, Lesson
from tests.support.browser.owner import owner_with_runs
from tests.support.browser.server import Server

pytestmark = pytest.mark.timeout(300)

PICTURES = "row => [...row.querySelectorAll('canvas')].map(canvas => canvas.toDataURL()).join()"
"""All pictures of a row: a single unit may be dead, and its picture stays as it is."""


class Instrument(Lesson):
    """The Train page: its drawing, its arithmetic, its curves."""

    def deed(self, name: str, column: int) -> Locator:
        """Return a button of the drawing: "more", "fewer", "add" or "remove"."""
        return self.page.locator(f'.diagram [data-do="{name}"][data-column="{column}"]').first

    def arithmetic(self) -> Locator:
        return self.page.locator(".fl-summary")

    def type(self, key: str, value: str) -> None:
        """Type a value beside a slider."""
        name = self.says("form.typed", name=self.says(f"form.{key}"))
        field = self.page.get_by_role("spinbutton", name=name)
        field.fill(value)
        field.press("Enter")
        self.page.wait_for_timeout(300)
        self.settle()

    def open_more(self) -> None:
        self.page.get_by_text(self.says("form.more"), exact=True).click()
        self.settle()

    def train(self) -> None:
        self.button("train.start").click()

    def begin(self) -> None:
        """Let a network learn digits, ten updates a second, in the place of what it did before."""
        self.open("train", task="mnist")
        self.end()
        self.type("epochs", "500")
        self.train()
        self.wait_for_points()
        self.slow_down()

    def end(self) -> None:
        """Stop the run on the page if it is under way."""
        stop = self.button("train.stop")
        if stop.count() and stop.is_enabled():
            stop.click()
            self.is_in("stopped")

    def is_live(self) -> bool:
        return self.page.locator('.fl-chart[data-state="live"]').count() == 1

    def is_in(self, state: str) -> None:
        chart = self.page.locator(".fl-chart")
        expect(chart).to_have_attribute("data-state", state)
        self.settle()

    def wait_for_colours(self, *colours: str) -> None:
        """Wait until the drawing has lines of these colours; it may be drawn anew meanwhile."""
        lines = self.page.locator(".diagram .figure line")
        for _ in range(PATIENCE // 50):
            seen = lines.evaluate_all("lines => lines.map(line => getComputedStyle(line).stroke)")
            if set(colours) <= set(seen):
                return
            self.page.wait_for_timeout(50)
        raise AssertionError(f"{colours} are not among {set(seen)}")


WIDE = {"width": 1600, "height": 1000}


@pytest.fixture
def instrument(open_context: OpenContext, server: Server) -> Instrument:
    return Instrument(open_context(viewport=WIDE).new_page(), server.url)


@pytest.fixture(scope="module")
def kept(contexts: Contexts, server: Server) -> Iterator[Instrument]:
    """The page of a network that learns digits through all tests that look at it."""
    with contexts.lent() as open_context:
        instrument = Instrument(open_context(viewport=WIDE).new_page(), server.url)
        yield instrument
        instrument.end()


@pytest.fixture
def learning(kept: Instrument) -> Instrument:
    """The page on which a network learns; each test leaves it learning."""
    if not kept.is_live():
        kept.begin()
    return kept


def test_a_hand_on_the_drawing_changes_the_form_and_the_arithmetic(instrument: Instrument) -> None:
    instrument.open("train", task="boston")
    expect(instrument.arithmetic()).to_contain_text("13 × 64 + 64 = 896")
    instrument.deed("more", 1).click()
    expect(instrument.arithmetic()).to_contain_text("13 × 128 + 128 = 1,792")
    instrument.settle()
    label = instrument.says("form.units", number=1)
    expect(instrument.page.get_by_role("spinbutton", name=label)).to_have_value("128")
    instrument.deed("remove", 2).press("Enter")
    expect(instrument.arithmetic()).to_contain_text("128 × 1 + 1 = 129")
    instrument.settle()
    instrument.deed("add", 1).click()
    expect(instrument.arithmetic()).to_contain_text("128 × 128 + 128 = 16,512")


def test_a_run_of_half_a_second_is_replayed_says_everything_and_leaves_a_page_at_rest(
    instrument: Instrument,
) -> None:
    page = instrument.page
    instrument.open("train", task="boston")
    page.wait_for_timeout(1_000)
    instrument.train()
    chart = page.locator(".fl-chart")
    expect(chart).to_have_attribute("data-state", re.compile("live|replay"))
    expect(instrument.status()).to_contain_text("4초에 걸쳐")
    first = int(chart.get_attribute("data-epoch") or 0)
    page.wait_for_timeout(1_000)
    later = int(chart.get_attribute("data-epoch") or 0)
    assert first < later < 80 and later - first <= 45  # the run itself was over long before
    instrument.is_in("done")
    instrument.wait_for_colours("rgb(0, 114, 178)", "rgb(230, 159, 0)")
    names = ("falling", "flat", "rising", "overfitting")
    told = [instrument.says(f"verdict.{name}").replace("**", "") for name in names]
    verdict = re.compile("|".join(text[:8] for text in told))
    expect(page.get_by_text(verdict)).to_be_visible()
    page.get_by_text(instrument.says("live.tables"), exact=True).click()
    tables = page.locator(".fl-chart-tables table")
    expect(tables.nth(1)).to_contain_text("23.2")  # linear regression's MSE
    expect(tables.nth(0)).to_contain_text("80")
    sends_nothing(page)


def sends_nothing(page: Page) -> None:
    """The page asks the server for nothing."""
    page.wait_for_timeout(1_000)
    sent: list[str] = []
    session = page.context.new_cdp_session(page)
    session.send("Network.enable")
    session.on("Network.webSocketFrameSent", lambda event: sent.append(str(event)))
    session.on("Network.requestWillBeSent", lambda event: sent.append(event["request"]["url"]))
    page.wait_for_timeout(3_000)
    session.detach()
    assert sent == []


def moves(page: Page) -> None:
    """The drawing shows one update after another."""
    drawing = page.locator(".diagram")
    expect(drawing).to_have_attribute("data-update", re.compile(r"\d"))
    for _ in range(2):
        at = drawing.get_attribute("data-update") or ""
        expect(drawing).not_to_have_attribute("data-update", at)


def test_a_weight_that_was_picked_is_still_picked_after_a_reload(learning: Instrument) -> None:
    page = learning.page
    label = learning.says("formula.pick_unit")
    unit = page.get_by_role("spinbutton", name=label, exact=True)
    unit.fill("4")
    unit.press("Enter")
    probe = page.locator(".probe")
    expect(probe.locator(".name")).to_contain_text("4")
    expect(probe).not_to_have_attribute("data-update", "0")
    named = probe.locator(".name").inner_text()
    page.reload()
    learning.settle()
    expect(probe.locator(".name")).to_have_text(named)
    expect(unit).to_have_value("4")
    expect(probe).not_to_have_attribute("data-update", "0")
    moves(page)


def test_slow_motion_says_each_step_of_an_update_with_its_numbers(learning: Instrument) -> None:
    page = learning.page
    learning.button("tools.pause").click()
    learning.is_in("paused")
    before = int(page.locator(".fl-chart").get_attribute("data-update") or 0)
    learning.button("tools.step_update").click()
    strip = page.locator(".strip")
    expect(strip.locator('[data-step="loss"]')).to_contain_text("ln")
    expect(strip.locator('[data-step="gradient"]')).to_contain_text("‖g‖")
    expect(page.locator(".fl-chart")).to_have_attribute("data-update", str(before + 1))
    probe = page.locator(".probe .figures")
    expect(probe).to_contain_text(learning.says("probe.same"))
    learning.settle()
    learning.button("tools.resume").click()
    learning.is_in("live")


def test_another_weight_can_be_looked_at_in_mid_run(learning: Instrument) -> None:
    page = learning.page
    for key, value in (("pick_layer", "2"), ("pick_input", "7"), ("pick_unit", "4")):
        field = page.get_by_role("spinbutton", name=learning.says(f"formula.{key}"), exact=True)
        field.fill(value)
        field.press("Enter")
        page.wait_for_timeout(500)
        learning.settle()
    name = page.locator(".probe .name")
    expect(name).to_contain_text("7")
    expect(name).to_contain_text("4")
    expect(page.locator(".probe .figures")).to_contain_text("g")
    at = page.locator(".probe .says").inner_text()
    expect(page.locator(".probe .says")).not_to_have_text(at)


def test_a_learning_rate_is_typed_while_a_run_learns(learning: Instrument) -> None:
    page = learning.page
    field = page.get_by_role("combobox", name=learning.says("tools.learning_rate"))
    for entered, shown in (("0.0123", "0.0123"), ("quick", "0.0123")):
        field.fill(entered)
        field.press("Enter")
        page.wait_for_timeout(300)
        learning.settle()
        expect(field).to_have_value(shown)
        expect(page.locator(".katex-html").first).to_contain_text("0.0123")
    expect(page.locator('[data-testid="stAlert"]')).to_contain_text("quick")
    note = page.locator(".annotation-text", has_text=learning.says("live.tuned", rate="0.0123"))
    expect(note.first).to_be_visible()


def test_a_run_goes_on_while_another_task_is_looked_at(learning: Instrument) -> None:
    page = learning.page
    first = int(page.locator(".fl-chart").get_attribute("data-update") or 0)
    tasks = page.locator(".st-key-top")
    tasks.get_by_text("보스턴 집값").click()
    learning.settle()
    expect(learning.arithmetic()).to_contain_text("13 × 64 + 64 = 896")
    assert not page.locator('[data-testid="stException"]').count()
    tasks.get_by_text("손글씨 숫자").click()
    learning.settle()
    page.wait_for_function(
        f"() => Number(document.querySelector('.fl-chart')?.dataset.update) > {first}"
    )


def test_pictures_of_the_first_layer_sharpen_while_it_learns(learning: Instrument) -> None:
    page = learning.page
    toggle = page.locator('.diagram [data-do="pictures"]')
    if toggle.get_attribute("aria-pressed") == "false":
        toggle.click()
    expect(page.locator(".diagram .pictures canvas").first).to_be_visible()
    row = page.locator(".diagram .pictures").element_handle()
    before = row.evaluate(f"row => ({PICTURES})(row)")
    page.wait_for_function(f"([row, before]) => ({PICTURES})(row) !== before", arg=[row, before])


def test_a_drawing_of_another_network_can_be_edited_while_a_run_is_live(
    learning: Instrument,
) -> None:
    page = learning.page
    expect(learning.deed("more", 1)).to_be_disabled()
    units = page.get_by_role("spinbutton", name=learning.says("form.units", number=1))
    units.fill("64")
    units.press("Enter")
    learning.settle()
    learning.deed("more", 1).click()
    expect(learning.arithmetic()).to_contain_text("784 × 128 + 128 = 100,480")
    expect(units).to_have_value("128")


def test_a_run_that_goes_on_from_my_runs_moves_the_drawing(learning: Instrument) -> None:
    page = learning.page
    learning.button("train.stop").click()
    learning.is_in("stopped")
    learning.open("runs")
    learning.button("runs.continue").first.click()
    learning.settle()
    page.locator('[class*="st-key-run-do-"]').first.get_by_role("link").click()
    learning.is_in("live")
    expect(page.locator(".probe")).not_to_have_attribute("data-update", "0")
    moves(page)


def test_the_diagnosis_names_raw_inputs_in_both_languages_and_one_click_mends_them(
    instrument: Instrument,
) -> None:
    page = instrument.page
    instrument.open("train", task="boston")
    instrument.open_more()
    toggle = page.get_by_role("switch", name=instrument.says("form.standardize"))
    if not toggle.count():
        toggle = page.get_by_role("checkbox", name=instrument.says("form.standardize"))
    page.get_by_text(instrument.says("form.standardize"), exact=True).click()
    instrument.settle()
    instrument.train()
    instrument.is_in("diverged")
    expect(page.locator(".fl-chart-error")).to_contain_text("NaN")
    ticks = page.locator('[data-figure="loss"] .ytick text')
    expect(ticks.last).to_have_text(re.compile(r"^\d{1,3}[kMGTPEZY]$"))
    diagnosis_panel = page.locator(".st-key-diagnosis")
    for language in ("ko", "en"):
        page.get_by_role("radio", name=LANGUAGES[language]).click()
        instrument = Instrument(page, instrument.url, language)
        raw = instrument.says("diagnosis.raw", low=0.00632, high=711)
        expect(diagnosis_panel).to_contain_text(raw)
        expect(diagnosis_panel).to_contain_text("0.001")
    instrument.settle()
    instrument.button("diagnosis.standardize").click()
    instrument.is_in("done")
    expect(diagnosis_panel).to_have_count(0)


def test_a_new_start_has_the_same_weights_or_others(
    open_context: OpenContext, server: Server
) -> None:
    houses = owner_with_runs(server.url, "boston", epochs=10)
    page = open_context(viewport=WIDE, storage_state=houses.storage_state).new_page()
    instrument = Instrument(page, server.url)
    instrument.open("train", task="boston")
    instrument.is_in("done")
    result = page.get_by_text(re.compile("MSE [0-9.]+ · MAE"))
    first = result.first.inner_text()
    outcomes = {}
    for name, seed in (("same_weights", 0), ("new_weights", 1)):
        run = page.locator(".fl-chart").get_attribute("data-run")
        instrument.button("tools.reset").click()
        page.get_by_role("button", name=instrument.says(f"tools.{name}", seed=seed)).click()
        page.wait_for_function(
            f"() => document.querySelector('.fl-chart')?.dataset.run !== '{run}'"
        )
        instrument.is_in("done")
        outcomes[name] = result.first.inner_text()
    assert outcomes["same_weights"] == first != outcomes["new_weights"]


def test_a_phone_shows_choices_network_and_curves_below_each_other(
    page: Page, server: Server
) -> None:
    page.set_viewport_size({"width": 360, "height": 800})
    instrument = Instrument(page, server.url)
    instrument.open("train", task="mnist")
    page.wait_for_timeout(1_500)
    places = [
        page.locator(place).first.bounding_box()
        for place in (".st-key-layer-0", ".diagram", ".strip", ".fl-chart", ".probe")
    ]
    tops = [place["y"] for place in places if place]
    assert len(tops) == 5 and tops == sorted(tops)
    assert all(place and place["x"] >= 0 and place["x"] + place["width"] <= 361 for place in places)
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360
