"""The drawing of a network, driven by a real browser on a gallery page of its own."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import CDPSession, Locator, Page, expect

from app.server.scripts import widget_modules
from app.widgets.diagram import network_diagram
from app.widgets.diagram.network_diagram import checked
from tests.support.browser.context import OpenContext
from tests.support.browser.gallery_network import UPDATES_A_SNAPSHOT, snapshot_at
from tests.support.browser.gallery_server import served
from tests.support.browser.gallery_visits import Gallery, Open

GALLERY = Path(__file__).parents[2] / "support/browser/gallery_network.py"
STILL = "housing-still"
STILL_AT = 2 * UPDATES_A_SNAPSHOT
POSITIVE, NEGATIVE = "rgb(0, 114, 178)", "rgb(230, 159, 0)"
_FIND = (
    "[...document.querySelectorAll('*')].map(host => host.shadowRoot?.querySelector('.diagram'))"
    ".find(Boolean)"
)
BLANK = "Object.assign(document.createElement('canvas'), {width: 28, height: 28}).toDataURL()"


@pytest.fixture(scope="module")
def gallery(shared_context: OpenContext) -> Iterator[Gallery]:
    with (
        served(GALLERY) as url,
        closing(Gallery(url, shared_context, ".diagram .node", 1280, 1000)) as gallery,
    ):
        yield gallery


@pytest.fixture
def visit(gallery: Gallery) -> Iterator[Open]:
    with gallery.visits() as opened:
        yield opened


def wait_for_update(page: Page, update: int) -> None:
    page.wait_for_function(f"least => Number({_FIND}.dataset.update) >= least", arg=update)


def told(page: Page, name: str) -> Any:
    """Return what Python says under the drawing, once its script has come to rest."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    text = page.get_by_text(re.compile(f"^{name}: ")).inner_text()
    return json.loads(text.removeprefix(f"{name}: "))


def wait_until_told(page: Page, name: str, value: Any) -> None:
    expect(page.get_by_text(f"{name}: {json.dumps(value)}", exact=True)).to_be_visible()


def by_key(page: Page, key: str) -> Locator:
    return page.locator(f'.diagram [data-key="{key}"]')


def number(text: str) -> float:
    """Return a number of the page: "+ 0.120", "= −1.5"."""
    return float(re.sub(r"[+= ,]", "", text.replace("−", "-")))


# What is drawn -------------------------------------------------------------------------------


def test_wide_layers_are_drawn_as_the_first_few_and_the_last_with_their_true_size(
    visit: Open,
) -> None:
    page = visit()
    counts = [page.locator(f'.node[data-column="{column}"]').count() for column in range(4)]
    assert counts == [7, 7, 7, 1]
    assert page.locator(".gap").count() == 3
    assert page.locator(".figure line:not(.halo)").count() == 7 * 7 + 7 * 7 + 7
    heads = [head.replace("\n", " ") for head in page.locator(".head").all_inner_texts()]
    assert heads == ["입력 13", "은닉 1 64 relu", "은닉 2 64 relu", "출력 1 linear"]
    assert page.locator(".name").all_text_contents()[-1] == "LSTAT"
    expect(page.locator(".sizes > *").first).to_have_text("13개")
    assert by_key(page, "units-1").input_value() == "64"


def test_the_arithmetic_of_every_layer_stands_under_it(visit: Open) -> None:
    page = visit()
    sums = [" ".join(text.split()) for text in page.locator(".sums p").all_inner_texts()]
    assert sums == ["", "13 × 64 + 64 = 896", "64 × 64 + 64 = 4,160", "64 × 1 + 1 = 65"]


def test_without_a_run_the_edges_are_grey_and_the_page_says_what_will_come(visit: Open) -> None:
    page = visit()
    assert page.locator(".figure line.positive, .figure line.negative").count() == 0
    expect(page.locator(".diagram .status")).to_contain_text("학습을 시작하면")
    by_key(page, "node-1-2").click()
    expect(page.locator(".panel")).to_contain_text("가중치 13개와 편향 1개")


def test_the_head_of_a_layer_tells_its_shape_parameters_and_reason(visit: Open) -> None:
    page = visit()
    by_key(page, "head-0").hover()
    expect(page.locator(".panel")).to_contain_text("변수가 13개")
    by_key(page, "head-1").focus()
    page.mouse.move(0, 0)
    expect(page.locator(".panel")).to_contain_text("13 × 64 + 64 = 896")
    expect(page.locator(".panel h4")).to_have_text("은닉 1 · 64 relu")


# Edits ---------------------------------------------------------------------------------------


def test_units_double_and_halve_by_mouse(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="은닉 1 유닛을 128개로 늘리기").click()
    assert by_key(page, "units-1").input_value() == "128"
    assert "1,792" in page.locator(".sums").inner_text()
    wait_until_told(page, "units", [128, 64])
    page.get_by_role("button", name="은닉 2 유닛을 32개로 줄이기").click()
    wait_until_told(page, "units", [128, 32])
    assert told(page, "events") == [
        {"do": "units", "layer": 0, "units": 128},
        {"do": "units", "layer": 1, "units": 32},
    ]


def test_the_same_key_pressed_often_is_as_many_events(visit: Open) -> None:
    page = visit()
    more = by_key(page, "more-1")
    more.focus()
    for _ in range(3):
        page.keyboard.press("Enter")
        page.wait_for_timeout(60)
    assert by_key(page, "units-1").input_value() == "512"
    wait_until_told(page, "units", [512, 64])
    expect(more).to_be_focused()
    page.keyboard.press("Enter")
    wait_until_told(page, "units", [1024, 64])
    expect(more).to_be_disabled()


def test_a_number_is_typed_and_kept_within_its_limits(visit: Open) -> None:
    page = visit()
    field = page.get_by_role("spinbutton", name="은닉 2 유닛 수")
    field.fill("100")
    field.press("Enter")
    wait_until_told(page, "units", [64, 100])
    assert page.locator('.node[data-column="2"]').count() == 7
    field.fill("１２８")
    field.press("Enter")
    wait_until_told(page, "units", [64, 128])
    field.press("ArrowUp")
    wait_until_told(page, "units", [64, 129])
    field.fill("1,000")
    field.press("Enter")
    wait_until_told(page, "units", [64, 1000])
    field.fill("9999")
    field.press("Enter")
    wait_until_told(page, "units", [64, 1024])
    field.fill("zwölf")
    field.press("Enter")
    expect(field).to_have_value("1024")
    field.fill("")
    field.press("Enter")
    expect(field).to_have_value("1024")
    field.fill("1")
    field.press("Enter")
    wait_until_told(page, "units", [64, 1])
    assert page.locator('.node[data-column="2"]').count() == 1


def test_an_edit_that_python_refuses_is_taken_back(visit: Open) -> None:
    page = visit()
    field = by_key(page, "units-1")
    field.fill("13")
    field.press("Enter")
    wait_until_told(page, "events", [{"do": "units", "layer": 0, "units": 13}])
    expect(field).to_have_value("64", timeout=8000)


def test_layers_are_added_and_removed_by_mouse_and_by_keyboard(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="입력 뒤에 은닉층 추가").click()
    expect(page.locator(".head")).to_have_count(5)
    wait_until_told(page, "units", [64, 64, 64])
    by_key(page, "add-3").press("Enter")
    wait_until_told(page, "units", [64, 64, 64, 64])
    for left in (3, 2, 1, 0):
        by_key(page, "remove-1").press(" ")
        wait_until_told(page, "units", [64] * left)
    assert page.locator(".head").all_inner_texts()[-1].split() == ["출력", "1", "linear"]
    expect(page.locator(".sums p").last).to_have_text("13 × 1 + 1 = 14")
    assert [event["do"] for event in told(page, "events")] == ["add"] * 2 + ["remove"] * 4


def test_six_hidden_layers_are_the_most(visit: Open) -> None:
    page = visit("units=8,8,8,8,8,8")
    assert page.locator(".add").count() == 7
    assert page.locator(".add:enabled").count() == 0
    by_key(page, "remove-6").click()
    wait_until_told(page, "units", [8] * 5)
    expect(by_key(page, "add-0")).to_be_enabled()


def test_what_cannot_be_edited_still_says_its_numbers(visit: Open) -> None:
    page = visit("locked=1")
    assert page.locator(".stage button:not(.head):enabled, .stage input:enabled").count() == 0
    assert by_key(page, "units-1").input_value() == "64"


def test_buttons_are_large_enough_for_a_finger(visit: Open) -> None:
    for touch, least in ((False, 24), (True, 32)):
        page = visit(width=390, has_touch=touch, is_mobile=touch)
        for name in ("more-1", "fewer-1", "add-0", "remove-1", "units-1"):
            box = by_key(page, name).bounding_box()
            assert box is not None and min(box["width"], box["height"]) >= least, name


# The weights ---------------------------------------------------------------------------------


def test_the_terms_of_a_node_add_up_to_the_snapshots_z(visit: Open) -> None:
    page = visit(f"run={STILL}")
    wait_for_update(page, STILL_AT)
    snapshot = snapshot_at(STILL, STILL_AT)
    for column, unit in ((1, 3), (2, 63), (3, 0)):
        by_key(page, f"node-{column}-{unit}").hover()
        at = snapshot.shown[column].index(unit)
        z, b = snapshot.sums[column - 1][at], snapshot.biases[column - 1][at]
        products = [w * x for _, w, x in snapshot.terms[column - 1][at]]
        shown = [number(text) for text in page.locator(".sum .much").all_inner_texts()]
        assert shown[:3] == pytest.approx(products, abs=6e-4)
        assert shown[3] == pytest.approx(z - b - sum(products), abs=6e-4)
        assert shown[4:] == pytest.approx([b, z], abs=6e-4)
        assert sum(shown[:5]) == pytest.approx(shown[5], abs=3e-3)
        a = number(page.locator(".formulas b").inner_text())
        assert a == pytest.approx(snapshot.values[column][at], abs=6e-4)
    expect(page.locator(".sum")).to_contain_text("나머지 61개 항")


def test_softmax_shows_its_fraction(visit: Open) -> None:
    page = visit("run=mnist-still&language=en")
    wait_for_update(page, STILL_AT)
    snapshot = snapshot_at("mnist-still", STILL_AT)
    by_key(page, "node-2-3").hover()
    shown = page.locator(".formulas .middle").first.inner_text()
    top, bottom = (number(part) for part in shown.split("/"))
    assert top / bottom == pytest.approx(snapshot.values[2][3], abs=1e-3)
    by_key(page, "node-0-395").hover()
    expect(page.locator(".panel h4")).to_have_text("Input · row 15, column 4")
    value = number(page.locator(".panel b").inner_text())
    assert value == pytest.approx(snapshot.values[0][0], abs=6e-4)


def test_edges_follow_the_weights_of_a_snapshot(visit: Open) -> None:
    page = visit(f"run={STILL}")
    wait_for_update(page, STILL_AT)
    weights = snapshot_at(STILL, STILL_AT).weights
    drawn = page.locator(".figure line:not(.halo)").evaluate_all(
        "lines => lines.map(line => { const look = getComputedStyle(line);"
        " return [look.stroke, parseFloat(look.strokeWidth), parseFloat(look.strokeOpacity)] })"
    )
    flat = [(w, layer) for layer in weights for row in layer for w in row]
    for (colour, width, _), (weight, layer) in zip(drawn, flat, strict=True):
        largest = max(abs(w) for row in layer for w in row)
        assert colour == (NEGATIVE if weight < 0 else POSITIVE)
        assert width == pytest.approx(0.6 + 3.4 * abs(weight) / largest, abs=0.01)
    assert sum(opacity > 0.5 for _, _, opacity in drawn[:49]) == 40


def test_the_drawing_moves_while_the_run_learns(visit: Open) -> None:
    page = visit("run=housing")
    wait_for_update(page, UPDATES_A_SNAPSHOT)
    by_key(page, "node-1-1").hover()
    line = page.locator(".figure line:not(.halo)").nth(9)
    line.evaluate("line => { line.dataset.first = 'yes' }")
    look = "line => line.getAttribute('class') + line.getAttribute('stroke-width')"
    before = line.evaluate(look), page.locator(".sum").inner_text()
    wait_for_update(page, 20 * UPDATES_A_SNAPSHOT)
    assert line.evaluate(look) != before[0]
    assert page.locator(".sum").inner_text() != before[1]
    assert line.get_attribute("data-first") == "yes"


def test_a_changed_network_is_drawn_without_the_runs_weights(visit: Open) -> None:
    page = visit(f"run={STILL}")
    wait_for_update(page, STILL_AT)
    by_key(page, "more-2").click()
    expect(page.locator(".diagram .status")).to_contain_text("바꾼 설정")
    assert page.locator(".figure line.positive").count() == 0
    wait_until_told(page, "units", [64, 128])
    assert page.locator(".figure line.positive").count() == 0
    by_key(page, "fewer-2").click()
    wait_for_update(page, STILL_AT)
    assert page.locator(".figure line.positive").count() > 10


def test_a_weight_is_picked_on_an_edge_and_in_a_sum(visit: Open) -> None:
    page = visit(f"run={STILL}")
    wait_for_update(page, STILL_AT)
    box = page.locator(".figure").bounding_box()
    line = page.locator(".figure line:not(.halo)").nth(0)
    ends = [float(line.get_attribute(name) or 0) for name in ("x1", "y1", "x2", "y2")]
    assert box is not None
    x, y = ends[0] + 0.3 * (ends[2] - ends[0]), ends[1] + 0.3 * (ends[3] - ends[1])
    page.mouse.click(box["x"] + x, box["y"] + y)
    picked = {"do": "pick", "layer": 0, "input": 0, "unit": 0}
    wait_until_told(page, "events", [picked])
    expect(page.locator(".halo[data-on]")).to_have_count(1)
    expect(page.locator(".panel h4")).to_have_text("CRIM → 은닉 1 · 1번 노드")


def test_the_keyboard_walks_over_the_nodes_and_picks_a_term(visit: Open) -> None:
    page = visit(f"run={STILL}")
    wait_for_update(page, STILL_AT)
    assert page.locator('.node[tabindex="0"]').count() == 1
    by_key(page, "node-0-0").focus()
    for key in ("ArrowDown", "ArrowRight", "End", "ArrowUp"):
        page.keyboard.press(key)
    expect(by_key(page, "node-1-5")).to_be_focused()
    assert page.locator('.node[tabindex="0"]').count() == 1
    expect(page.locator(".panel h4")).to_have_text("은닉 1 · 6번 노드")
    page.keyboard.press("Enter")
    page.keyboard.press("Tab")
    page.keyboard.press("Enter")
    source = snapshot_at(STILL, STILL_AT).terms[0][5][1][0]
    pick = {"do": "pick", "layer": 0, "input": int(source), "unit": 5}
    wait_until_told(page, "events", [pick])
    expect(page.locator('.term[aria-pressed="true"]')).to_have_count(1)
    page.keyboard.press("Escape")
    expect(by_key(page, "node-1-5")).to_be_focused()
    page.locator(".term").last.click()
    wait_until_told(page, "events", [pick, {**pick, "input": -1}])
    expect(page.locator(".node[data-picked]")).to_have_count(1)


def test_the_first_layers_weights_sharpen_as_pictures(visit: Open) -> None:
    page = visit("run=mnist")
    wait_for_update(page, UPDATES_A_SNAPSHOT)
    page.get_by_role("button", name="첫 층의 가중치를 그림으로 보기").click()
    pictures = page.locator(".pictures canvas")
    expect(pictures).to_have_count(7)
    ink = "canvas => canvas.toDataURL()"
    page.wait_for_function(
        "([canvas, blank]) => canvas.toDataURL().length > 3 * blank.length",
        arg=[pictures.first.element_handle(), page.evaluate(BLANK)],
    )
    before = pictures.first.evaluate(ink)
    wait_for_update(page, 15 * UPDATES_A_SNAPSHOT)
    assert pictures.first.evaluate(ink) != before
    page.locator(".pictures button").last.click()
    expect(page.locator(".panel h4")).to_have_text("은닉 1 · 512번 노드")


def test_a_table_has_no_pictures(visit: Open) -> None:
    assert not visit().locator(".seen").is_visible()


# The place it takes --------------------------------------------------------------------------


def narrow(page: Page, width: int) -> None:
    """Give the drawing this width, by a window that leaves it no more."""
    page.set_viewport_size({"width": width + 32, "height": 1000})
    page.wait_for_function(f"width => Math.abs({_FIND}.offsetWidth - width) < 1", arg=width)


@pytest.mark.parametrize("query", ["", "run=mnist-still", "units=64,64,64,64,64,64"])
def test_the_page_never_scrolls_sideways(visit: Open, query: str) -> None:
    page = visit(f"{query}&width=968", width=1000)
    is_whole(page, 1000)
    for width in (390, 360):
        narrow(page, width - 32)
        is_whole(page, width)


def is_whole(page: Page, width: int) -> None:
    """The page is as wide as its window, and no sum lies over another."""
    assert page.evaluate("document.documentElement.scrollWidth") == width
    boxes = page.locator(".sums p").evaluate_all(
        "cells => cells.map(cell => { const range = document.createRange();"
        " range.selectNodeContents(cell); const box = range.getBoundingClientRect();"
        " return [box.left, box.right] }).filter(([left, right]) => right > left)"
    )
    assert all(left[1] <= right[0] for left, right in pairwise(boxes))


@pytest.mark.parametrize("touch", [False, True])
def test_nothing_below_jumps_whatever_is_looked_at(visit: Open, touch: bool) -> None:
    page = visit(f"run={STILL}&width=520", width=1280, has_touch=touch)
    wait_for_update(page, STILL_AT)
    assert len(heights(page)) == 1
    narrow(page, 358)
    assert len(heights(page)) == 1


def heights(page: Page) -> set[float]:
    """Return how high the drawing is while this and that is looked at."""
    found = set()
    for key in ("node-1-3", "node-3-0", "node-0-2", "head-0", "head-2"):
        by_key(page, key).focus()
        page.wait_for_timeout(80)
        box = page.locator(".diagram").bounding_box()
        assert box is not None
        found.add(box["height"])
    return found


def test_the_keyboard_reaches_columns_that_are_scrolled_out_of_sight(visit: Open) -> None:
    page = visit("units=64,64,64,64,64,64&width=358", width=390)
    by_key(page, "node-0-0").focus()
    for _ in range(7):
        page.keyboard.press("ArrowRight")
    node, place = by_key(page, "node-7-0"), page.locator(".scroller").bounding_box()
    expect(node).to_be_focused()
    foot = page.locator(".sums p").last.bounding_box()
    assert foot is not None and place is not None
    assert foot["x"] + foot["width"] <= place["x"] + place["width"] + 1


def test_five_hidden_layers_leave_the_main_thread_idle(visit: Open) -> None:
    """Counted in the thread's own time: frames a second also depend on what else runs here."""
    page = visit("run=wide&width=900")
    wait_for_update(page, 5 * UPDATES_A_SNAPSHOT)
    by_key(page, "node-3-2").hover()
    browser = page.context.new_cdp_session(page)
    browser.send("Performance.enable", {"timeDomain": "threadTicks"})
    before = _busy_seconds(browser), _update(page)
    page.wait_for_timeout(3000)
    snapshots = (_update(page) - before[1]) / UPDATES_A_SNAPSHOT
    assert snapshots >= 5
    assert (_busy_seconds(browser) - before[0]) / 3 < 0.25


def _update(page: Page) -> int:
    return int(page.locator(".diagram").get_attribute("data-update") or 0)


def _busy_seconds(browser: CDPSession) -> float:
    metrics = browser.send("Performance.getMetrics")["metrics"]
    return float(next(each["value"] for each in metrics if each["name"] == "TaskDuration"))


def test_less_motion_is_no_more_than_two_paintings_a_second(visit: Open) -> None:
    page = visit("run=housing", reduced_motion="reduce")
    wait_for_update(page, UPDATES_A_SNAPSHOT)
    seen = page.evaluate(
        f"() => new Promise(done => {{ const seen = new Set(); const root = {_FIND};"
        " const look = setInterval(() => seen.add(root.dataset.update), 20);"
        " setTimeout(() => { clearInterval(look); done(seen.size) }, 2000) })"
    )
    assert 2 <= seen <= 6


# What Python and the script agree on ---------------------------------------------------------


def test_the_scripts_read_exactly_the_labels_that_python_gives() -> None:
    used = widget_modules.scripts().items()
    scripts = [script for name, script in used if name.startswith("diagram/")]
    read = set(re.findall(r"\blabels\.(\w+)", "\n".join(scripts)))
    read |= {"positive", "negative", "thicker", "value"}
    assert read == set(network_diagram.LABELS)


@pytest.mark.parametrize(
    "said",
    [
        None,
        "add",
        {"do": "units", "layer": 2, "units": 8},
        {"do": "units", "layer": 0, "units": 0},
        {"do": "units", "layer": 0, "units": "8"},
        {"do": "units", "layer": 0, "units": 1025},
        {"do": "add", "at": 3},
        {"do": "remove", "layer": -1},
        {"do": "pick", "layer": 3, "input": 0, "unit": 0},
        {"do": "pick", "layer": 0, "input": 13, "unit": 0},
        {"do": "pick", "layer": 2, "input": 0, "unit": 1},
    ],
)
def test_what_is_impossible_is_dropped(said: object) -> None:
    assert checked(said, [13, 64, 64, 1]) is None


def test_what_is_possible_is_told_with_its_count() -> None:
    bias = {"do": "pick", "layer": 2, "input": -1, "unit": 0, "count": 7}
    assert checked(bias, [13, 64, 64, 1]) == bias
    add = {"do": "add", "at": 2, "count": 8}
    assert checked(add, [13, 64, 64, 1]) == add
    assert checked(add, [13, *[64] * 6, 1]) is None


FITS = f"""() => {{
    const scroller = {_FIND}.querySelector('.scroller');
    const {{ left, right }} = scroller.getBoundingClientRect();
    return scroller.scrollWidth <= scroller.clientWidth
        && [...scroller.querySelectorAll('.sums span, .head, .rail button, .size > *')]
            .map(each => each.getBoundingClientRect())
            .every(each => !each.width || (each.left >= left - 0.5 && each.right <= right + 0.5));
}}"""


@pytest.mark.parametrize("touch", [False, True])
@pytest.mark.parametrize("language", ["ko", "en"])
def test_four_columns_are_whole_on_a_phone_and_beside_other_columns(
    visit: Open, language: str, touch: bool
) -> None:
    page = visit(f"language={language}&width=358", width=390, has_touch=touch)
    assert page.locator(".head").count() == 4
    for width in (358, 320, 288, 251):
        narrow(page, width)
        page.wait_for_function(FITS, timeout=5_000)


def test_the_picked_weight_of_a_network_without_weights_is_no_beam(visit: Open) -> None:
    page = visit()
    line = page.locator(".figure line:not(.halo)").nth(0)
    box = line.bounding_box()
    assert box
    page.mouse.click(box["x"] + box["width"] / 2, box["y"] + box["height"] / 2)
    expect(page.locator(".halo[data-on]")).to_have_css("stroke-width", "2px")
