"""The arithmetic of updates in a real browser shows what ``models.network.update_rule`` does."""

import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from app.widgets.shared import assets
from app.widgets.updates import update_strip, weight_probe
from models.experiment import OPTIMIZER_PARAMETERS
from models.network.update_rule import initial_slots, shown_rule, slot_names
from tests.support.browser.context import OpenContext
from tests.support.browser.gallery_server import served
from tests.support.browser.gallery_updates import OPTIMIZERS, experiments, weight_rows
from tests.support.browser.gallery_visits import Gallery, Open
from tests.support.browser.lesson import PATIENCE
from tests.support.update_step import step

GALLERY = Path(__file__).parents[2] / "support/browser/gallery_updates.py"


@pytest.fixture(scope="module")
def gallery(shared_context: OpenContext) -> Iterator[Gallery]:
    with (
        served(GALLERY) as url,
        closing(Gallery(url, shared_context, ".figures > div", 800, 900)) as gallery,
    ):
        yield gallery


@pytest.fixture
def visit(gallery: Gallery) -> Iterator[Open]:
    with gallery.visits() as opened:
        yield opened


def reach(page: Page, update: int) -> int:
    """Wait until the probe shows at least this update; return which it shows then."""
    expect(page.locator(".probe")).not_to_have_attribute("data-update", "0")
    for _ in range(PATIENCE // 50):
        shown = int(page.locator(".probe").get_attribute("data-update") or 0)
        if shown >= update:
            return shown
        page.wait_for_timeout(50)
    raise AssertionError(f"update {update} was never shown")


def figures(page: Page) -> tuple[int, dict[str, dict[str, str]]]:
    """Return the update that the probe shows and its figures by name, read at one moment."""
    update, entries = page.locator(".probe").evaluate(
        "probe => [probe.dataset.update, [...probe.querySelectorAll('.figures > div')].map("
        "entry => [entry.dataset.name, {value: entry.dataset.value,"
        " shown: entry.querySelector('.value').textContent,"
        " sum: entry.querySelector('.sum').textContent}])]"
    )
    return int(update), dict(entries)


# The probe -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", OPTIMIZERS)
def test_the_figures_are_those_of_the_update_rule(visit: Open, name: str) -> None:
    page, optimizer = visit(f"run=housing-{name}-fast"), OPTIMIZERS[name]
    reach(page, 3)
    update, shown = figures(page)
    rows = weight_rows(optimizer, update)
    row = rows[-1]
    before = rows[-2]["slots"] if update > 1 else initial_slots(optimizer)
    made = step(optimizer, row["rate"], update, row["before"], row["gradient"], before)
    told = {key: float(entry["value"]) for key, entry in shown.items() if entry["value"]}
    assert told["g"] == pytest.approx(row["gradient"])
    for slot, value in zip(slot_names(optimizer), made.slots_after, strict=True):
        assert told[slot] == pytest.approx(value, rel=1e-5), slot
    for hat in {"m_hat", "v_hat"} & set(made.figures):
        assert told[hat] == pytest.approx(made.figures[hat], rel=1e-4), hat
    assert told["change"] == pytest.approx(made.change, rel=1e-4, abs=1e-12)
    assert told["real"] == pytest.approx(row["after"] - row["before"], rel=1e-6, abs=1e-12)
    assert shown["real"]["sum"]
    expect(page.locator(".lecture")).to_be_visible(visible=optimizer.name == "adam")


def readable(sum_shown: str) -> float:
    """Return what a sum comes to, worked out from the very characters on the screen."""
    raised = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻", "0123456789-")
    text = sum_shown.removeprefix("= ").replace("−", "-").replace("÷", "/")
    text = re.sub(r"×10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "e" + m[1].translate(raised), text)
    text = re.sub(r"(?<![\d.)])10([⁻⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "1e" + m[1].translate(raised), text)
    text = re.sub(r"√([\d.]+)", r"√(\1)", text).replace("√(", "root(")
    text = re.sub(r"([⁰¹²³⁴⁵⁶⁷⁸⁹]+)", lambda m: "**" + m[1].translate(raised), text)
    # A negative or tiny operand stands in brackets, so that powers bind as they look.
    return float(eval(text.replace("×", "*"), {"root": lambda x: x**0.5, "max": max}))


@pytest.mark.parametrize("name", ["nesterov", "rmsprop_all", "amsgrad", "adamw", "adagrad"])
def test_whoever_works_the_sums_out_gets_the_figures(visit: Open, name: str) -> None:
    page = visit(f"run=housing-{name}-slow")
    reach(page, 3)
    _, shown = figures(page)
    sums = {key: entry for key, entry in shown.items() if entry["sum"].startswith("=")}
    assert "change" in sums
    for key, entry in sums.items():
        value = float(entry["value"])
        assert readable(entry["sum"]) == pytest.approx(value, rel=0.01, abs=1e-5), (key, entry)


def test_the_lectures_adam_stands_below_with_how_much_it_differs(visit: Open) -> None:
    page, optimizer = visit("run=housing-adam-slow&lang=en"), OPTIMIZERS["adam"]
    reach(page, 2)
    expect(page.locator(".lecture")).to_contain_text("times that of Keras")
    update, text = page.locator(".probe").evaluate(
        "probe => [probe.dataset.update, probe.querySelector('.lecture').textContent]"
    )
    row = weight_rows(optimizer, int(update))[-1]
    lecture = row["figures"]["lecture"]
    times = float(re.search(r"([\d.]+) times", text)[1])
    assert times == pytest.approx(lecture / (row["after"] - row["before"]), rel=0.01)


def test_before_a_run_the_probe_says_what_will_be_seen_at_its_full_height(visit: Open) -> None:
    empty = visit("lang=en&width=480")
    expect(empty.locator(".says")).to_contain_text("Start training")
    waiting = empty.locator(".probe").bounding_box()
    running = visit("run=housing-adam-slow&lang=en&width=480")
    reach(running, 2)
    assert running.locator(".probe").bounding_box()["height"] == waiting["height"]


def test_a_run_that_is_over_says_so(visit: Open) -> None:
    page = visit("run=housing-adam-over&lang=en")
    expect(page.locator(".says")).to_contain_text("is over")
    expect(page.locator(".strip")).to_have_attribute("data-update", "300")


def test_a_gradient_of_zero_is_explained(visit: Open) -> None:
    page = visit("run=housing-sgd-fast&lang=en")
    expect(page.locator(".says")).to_contain_text(re.compile(r"update \d+ · gradient 0"))


def reach_full_curves(page: Page) -> None:
    """Wait until eighty updates are drawn; a probe that came late has missed those before it."""
    whole = re.compile(r"^M[^L]*(L[^L]*){79}$")
    expect(page.locator(".probe figure .curve").first).to_have_attribute("d", whole)


def test_the_curves_keep_the_last_eighty_updates_and_say_their_range(visit: Open) -> None:
    page = visit("run=housing-adam-fast&lang=en")
    reach(page, 120)
    reach_full_curves(page)
    last = int(page.locator(".probe").get_attribute("data-update") or 0)
    label = page.get_by_role("img", name=re.compile("^weight w by update, from")).first
    said = re.search(r"from update (\d+) to (\d+)", label.get_attribute("aria-label") or "")
    assert said and int(said[2]) - int(said[1]) == 79
    assert int(said[2]) >= last


SPARKS = """probe => [...probe.querySelectorAll('.figures > div')].map(entry => {
    const [term, spark, value] = [...entry.children].map(e => e.getBoundingClientRect());
    const path = entry.querySelector('.spark:not([hidden]) .curve')?.getAttribute('d');
    return [entry.dataset.name, path, entry.querySelector('.spark svg').ariaLabel,
        term.right <= spark.left && spark.right <= value.left];
})"""


@pytest.mark.parametrize("name", ["nesterov", "rmsprop_all", "adamw_amsgrad"])
def test_the_gradient_and_every_slot_have_a_small_curve_that_crowds_nothing(
    visit: Open, name: str
) -> None:
    page = visit(f"run=housing-{name}-fast&lang=en&width=330", width=362)
    optimizer = OPTIMIZERS[name]
    reach_full_curves(page)
    drawn = {
        n: (path, says, fits)
        for n, path, says, fits in page.locator(".probe").evaluate(SPARKS)
        if path is not None
    }
    hats = ["m_hat", "v_hat"] if optimizer.name == "adamw" else []
    assert set(drawn) == {"g", *slot_names(optimizer), *hats}
    for path, says, fits in drawn.values():
        assert path.count("L") == 79 and fits
        assert re.search(r"from update \d+ to \d+: between \S+ and \S+", says)


# The picker ----------------------------------------------------------------------------------


def field(page: Page, name: str) -> Locator:
    return page.get_by_role("spinbutton", name=name)


def test_a_weight_is_picked_by_keyboard_and_named(visit: Open) -> None:
    page = visit("lang=en")
    expect(page.locator(".name")).to_have_text("Hidden layer 1: RM → unit 3")
    unit = field(page, "Unit")
    unit.fill("7")
    unit.press("Enter")
    expect(page.locator(".name")).to_have_text("Hidden layer 1: RM → unit 7")
    field(page, "Input").fill("0")
    field(page, "Input").press("Enter")
    expect(page.locator(".name")).to_have_text("Hidden layer 1: bias → unit 7")
    field(page, "Layer").fill("3")
    field(page, "Layer").press("Enter")
    expect(page.locator(".name")).to_contain_text("Output layer: ")
    expect(field(page, "Unit")).to_have_value("1")


def test_a_weight_picked_elsewhere_fills_the_fields(visit: Open) -> None:
    page = visit("lang=en")
    page.get_by_role("button", name="pick elsewhere").click()
    expect(field(page, "Layer")).to_have_value("2")
    expect(field(page, "Input")).to_have_value("0")
    expect(field(page, "Unit")).to_have_value("2")
    expect(page.locator(".name")).to_have_text("Hidden layer 2: bias → unit 2")


def test_another_weight_starts_with_nothing(visit: Open) -> None:
    page = visit("run=housing-adam-slow&lang=en")
    reach(page, 2)
    field(page, "Unit").fill("9")
    field(page, "Unit").press("Enter")
    expect(page.locator(".says")).to_contain_text("Waiting")
    expect(page.locator('[data-name="g"] .value')).to_have_text("–")


# The strip -----------------------------------------------------------------------------------


def test_the_cells_are_the_batches_and_the_last_is_narrower(visit: Open) -> None:
    page = visit("lang=en")
    expect(page.locator(".plan")).to_have_text("7 updates per epoch: 6 × 64 rows + 1 × 20 rows")
    expect(page.locator(".count")).to_contain_text("update 0/560")
    widths = page.locator(".cells i").evaluate_all("cells => cells.map(c => c.clientWidth)")
    assert len(widths) == 7
    assert widths[6] / widths[0] == pytest.approx(20 / 64, abs=0.03)
    assert page.locator(".cells i").all_inner_texts() == ["64"] * 6 + ["20"]


@pytest.mark.parametrize("width", [330, 700])
def test_469_updates_stand_in_rows_within_the_column(visit: Open, width: int) -> None:
    page = visit(f"run=mnist-adam-slow&width={width}", width=width + 32)
    cells = page.locator(".cells")
    assert cells.locator("i").count() == 469
    box = cells.bounding_box()
    assert box["width"] <= width and box["height"] <= 110
    assert page.evaluate("document.documentElement.scrollWidth") <= width + 32


def test_more_than_600_updates_share_cells_and_the_strip_says_so(visit: Open) -> None:
    page = visit("run=tiny-adam-fast&lang=en")
    expect(page.locator(".scale")).to_have_text("A cell is 3 updates.")
    assert page.locator(".cells i").count() == 467
    reach(page, 90)
    done = page.locator(".strip").evaluate(
        "s => [Number(s.dataset.done), s.querySelectorAll('.done').length]"
    )
    assert done[1] == done[0] // 3


def test_an_epoch_fills_and_the_next_one_begins(visit: Open) -> None:
    page = visit("run=housing-adam-fast&lang=en")
    expect(page.locator(".epoch")).to_have_text(re.compile(r"epoch ([3-9]|\d\d)/80"))
    strip = page.locator(".strip")
    update, done = strip.evaluate(
        "s => [Number(s.dataset.update), s.querySelectorAll('.done').length]"
    )
    assert done == (update - 1) % 7 + 1
    expect(page.locator(".announcer").first).to_contain_text(re.compile(r"Epoch \d+/80"))


STEPS = ("forward", "loss", "gradient", "change")


def test_in_slow_motion_the_four_steps_light_up_in_turn(visit: Open) -> None:
    page = visit("run=housing-adam-slow&lang=en")
    lit = page.locator(".strip").evaluate(
        "strip => new Promise(done => { const seen = [];"
        " const look = () => { const step = strip.querySelector('.lit')?.dataset.step;"
        " if (step && step !== seen.at(-1)) seen.push(step);"
        " seen.length < 9 ? requestAnimationFrame(look) : done(seen) }; look() })"
    )
    assert STEPS in [tuple(lit[start : start + 4]) for start in range(len(lit))]


def test_with_less_motion_the_four_steps_light_up_at_once(visit: Open) -> None:
    page = visit("run=housing-adam-slow&lang=en", reduced_motion="reduce")
    expect(page.locator("li.told")).to_have_count(4)
    assert page.locator("li.stale").count() == 0


def test_the_loss_of_prices_is_written_out(visit: Open) -> None:
    page = visit("run=housing-adam-slow&lang=en", reduced_motion="reduce")
    forward, loss, gradient, change = (page.locator(f'[data-step="{s}"] > span') for s in STEPS)
    expect(forward).to_contain_text("ŷ = 18.24, truth y = 21.60")
    expect(loss).to_contain_text("(21.60 − 18.24)² + (34.70 − ")
    expect(loss).to_contain_text("(15.00 − (−2.700))² + … 64 rows) ÷ 64 = ")
    expect(loss).to_contain_text("+ penalty 0.01230 = ")
    expect(gradient).to_contain_text("norm ‖g‖ = ")
    expect(change).to_contain_text("Δw = ")


def test_the_loss_of_classes_is_the_mean_of_minus_ln_p(visit: Open) -> None:
    page = visit("run=mnist-adam-slow&lang=en", reduced_motion="reduce")
    forward, loss = (page.locator(f'[data-step="{step}"] > span') for step in STEPS[:2])
    expect(forward).to_have_text("First row: 코트 55.0\u00a0%, the truth is 코트 55.0\u00a0%")
    expect(loss).to_have_text(
        "((−ln\u00a00.550) + (−ln\u00a00.190) + (−ln\u00a00.910) + … 128 rows) ÷ 128 = 0.7134"
    )


def test_the_running_update_is_named_beside_the_cells_and_not_in_one(visit: Open) -> None:
    page = visit("run=housing-adam-slow&lang=en", reduced_motion="reduce")
    named = page.locator(".under-way")
    for update in range(2, 6):
        reach(page, update)
        expect(named).to_have_text(re.compile(r"^batch \d · \d+ rows · update \d+$"))
        assert re.fullmatch(r"[\d\s]*", page.locator(".cells").inner_text())


@pytest.mark.parametrize(
    ("run", "width", "language"),
    [
        ("housing-rmsprop_all", 330, "ko"),
        ("mnist-adamw_amsgrad", 330, "en"),
        ("housing-rmsprop_all", 520, "en"),
    ],
)
def test_nothing_jumps_while_it_runs(visit: Open, run: str, width: int, language: str) -> None:
    page = visit(f"run={run}-slow&width={width}&lang={language}", width=width + 32)
    reach(page, 2)
    heights = page.evaluate(
        "() => new Promise(done => { const seen = new Set(); const from = performance.now();"
        " const deep = (name) => [...document.querySelectorAll('*')].flatMap(e =>"
        " e.shadowRoot ? [...e.shadowRoot.querySelectorAll(name)] : [])[0];"
        " const look = () => { seen.add([deep('.strip'), deep('.probe')].map("
        "e => e.offsetHeight).join()); performance.now() - from < 2500"
        " ? requestAnimationFrame(look) : done([...seen]) }; look() })"
    )
    assert len(heights) == 1, heights


# The formulas --------------------------------------------------------------------------------


def test_katex_draws_every_formula(visit: Open) -> None:
    page = visit("page=formulas", ready="text=all formulas drawn", width=1600)
    drawn = page.locator(".katex")
    wanted = sum(2 + (e.optimizer.name in ("rmsprop", "adam")) for _, e in experiments())
    expect(drawn).to_have_count(wanted)
    assert page.locator(".katex-error").count() == 0


@pytest.mark.parametrize("name", ["rmsprop_all", "amsgrad", "adamw_amsgrad", "clipped"])
def test_no_formula_is_wider_than_a_telephone(visit: Open, name: str) -> None:
    page = visit(f"run=housing-{name}-over&width=330", width=362)
    page.locator(".katex-display").first.wait_for()
    widths = page.locator(".katex-display").evaluate_all("all => all.map(e => e.scrollWidth)")
    assert max(widths) <= 330
    assert page.evaluate("document.documentElement.scrollWidth") <= 362


@pytest.mark.parametrize("width", [330, 700])
def test_the_lectures_form_lies_open_below_where_it_differs(visit: Open, width: int) -> None:
    page = visit(f"run=housing-adam-over&lang=en&width={width}", width=width + 32)
    expect(page.get_by_text("The lecture's form does not correct m and v.")).to_be_visible()
    keras, lecture = (page.locator(".katex-display").nth(n).bounding_box() for n in (0, 1))
    assert keras["y"] + keras["height"] <= lecture["y"]


# The labels ----------------------------------------------------------------------------------


@pytest.mark.parametrize("module", [update_strip, weight_probe])
def test_every_label_is_read_and_every_label_read_is_given(module: Any) -> None:
    name = module.__name__.rpartition(".")[2]
    script = (assets.script(name)).read_text(encoding="utf-8")
    assert set(re.findall(r"\blabels\.(\w+)", script)) <= set(module.LABELS)
    own = [label for label in module.LABELS if not label.startswith("about_")]
    rules = [shown_rule(optimizer) for optimizer in OPTIMIZERS.values()]
    meanings = {term.meaning for rule in rules for term in rule.terms}
    assert [label for label in own if label not in script and label not in meanings] == []


def test_the_probe_knows_no_optimizer() -> None:
    script = assets.script("weight_probe").read_text(encoding="utf-8")
    rules = [shown_rule(optimizer) for optimizer in OPTIMIZERS.values()]
    slots = {slot for rule in rules for slot in rule.slots}
    assert [name for name in (*OPTIMIZER_PARAMETERS, *slots) if name in script] == []
