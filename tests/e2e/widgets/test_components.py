"""The browser components, driven by a real browser on the gallery page."""

import json
import re
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from app.widgets.chart.live_chart import label_names
from app.widgets.pictures import bars, pen, picture_grid, pixels
from app.widgets.shared import assets
from tests.e2e.widgets.test_live_chart import (
    POINTS,
    mark_plots,
    marked_plots,
    plots,
    wait_for_state,
    wait_for_update,
)
from tests.support.browser.context import OpenContext
from tests.support.browser.gallery_server import served
from tests.support.browser.gallery_visits import Gallery, Open
from tests.support.browser.static_page import use_linked_module
from tests.support.browser.touch import Touch, write

GALLERY = Path(__file__).parents[2] / "support/browser/gallery.py"


@pytest.fixture(scope="module")
def gallery(shared_context: OpenContext) -> Iterator[Gallery]:
    with (
        served(GALLERY) as url,
        closing(
            Gallery(url, shared_context, ".fl-chart[data-state] .main-svg", 1280, 900)
        ) as gallery,
    ):
        yield gallery


@pytest.fixture
def visit(gallery: Gallery) -> Iterator[Open]:
    with gallery.visits() as opened:
        yield lambda run="", **more: opened(f"run={run}", **more)


def told(page: Page, name: str) -> Any:
    """Return what Python says at the bottom of the page, once its script has come to rest."""
    page.wait_for_selector('[data-testid="stApp"][data-test-script-state="notRunning"]')
    text = page.get_by_text(re.compile(f"^{name}: ")).inner_text()
    return json.loads(text.removeprefix(f"{name}: "))


def wait_until_told(page: Page, name: str, value: Any) -> None:
    expect(page.get_by_text(f"{name}: {json.dumps(value)}", exact=True)).to_be_visible()


# The live chart ------------------------------------------------------------------------------


def test_the_end_of_a_run_that_was_live_is_told_once(visit: Open) -> None:
    page = visit("mnist-1")
    wait_until_told(page, "ended", ["mnist-1"])
    page.get_by_text("en", exact=True).click()
    expect(page.locator(".fl-chart-status")).to_have_text("Training is complete.")
    page.wait_for_timeout(1000)
    assert told(page, "ended") == ["mnist-1"]


def test_a_run_that_had_ended_before_is_drawn_and_tells_nothing(visit: Open) -> None:
    page = visit("finished-1")
    wait_for_state(page, "done")
    page.wait_for_timeout(1000)
    assert [traces[2] for traces in plots(page).evaluate_all(POINTS)] == [5, 5]
    assert told(page, "ended") == []


def test_a_queued_run_says_its_place_before_it_starts(visit: Open) -> None:
    page = visit("queued-1")
    expect(page.locator(".fl-chart-status")).to_have_text(re.compile("^1번째"))
    assert told(page, "ended") == []
    wait_for_state(page, "live")
    wait_until_told(page, "ended", ["queued-1"])  # the page's buttons follow


def test_that_nothing_can_be_saved_is_said_beside_a_run_that_trains_on(visit: Open) -> None:
    page = visit("unsaved-1")
    expect(page.locator(".fl-chart-error")).to_have_text("저장되지 않습니다.")
    assert told(page, "ended") == []
    expect(page.locator(".fl-chart-error")).to_be_hidden()  # there is space again


def test_another_run_takes_the_plot_over_from_the_first(visit: Open) -> None:
    page = visit("long-3")
    wait_for_update(page, 300)
    mark_plots(page)
    page.get_by_label("run", exact=True).fill("housing-2")
    page.get_by_label("run", exact=True).press("Enter")
    page.wait_for_selector('.fl-chart[data-run="housing-2"][data-state="live"]')
    wait_for_update(page, 21)
    assert plots(page).first.evaluate("plot => plot.layout.xaxis.range") == [0, 80]
    assert plots(page).first.evaluate("plot => plot.data[0].x[0]") <= 1 / 7
    assert marked_plots(page) == 2
    expect(page.locator(".fl-chart-title").last).to_contain_text("MAE")
    page.wait_for_timeout(2000)
    assert told(page, "ended") == []


def test_a_new_theme_recolours_the_chart_and_keeps_its_points(visit: Open) -> None:
    page = visit("mnist-2")
    wait_for_update(page, 100)
    mark_plots(page)
    light = plots(page).first.evaluate("plot => plot._fullLayout.xaxis.tickfont.color")
    before = plots(page).evaluate_all(POINTS)
    page.emulate_media(color_scheme="dark")
    page.wait_for_function(
        "light => document.querySelector('.fl-chart-plot')._fullLayout.xaxis.tickfont.color"
        " !== light",
        arg=light,
    )
    after = plots(page).evaluate_all(POINTS)
    assert all(new[0] >= old[0] for new, old in zip(after, before, strict=True))
    assert marked_plots(page) == 2


def test_a_diverged_run_says_why_in_the_pages_language(visit: Open) -> None:
    page = visit("diverged-1")
    error = page.locator(".fl-chart-error")
    expect(error).to_contain_text("학습률을 낮추어 보세요")
    wait_for_state(page, "diverged")
    page.get_by_text("en", exact=True).click()
    expect(error).to_contain_text("Try a lower learning rate")


def test_a_fast_run_is_replayed_over_four_seconds_and_the_page_says_so(visit: Open) -> None:
    page = visit()
    page.evaluate(SAMPLE_EPOCHS)
    show_run(page, "flash-1")
    status = page.locator(".fl-chart-status")
    expect(status).to_have_text(re.compile("^0.4초 만에 끝난 학습을 4초에 걸쳐"))
    assert told(page, "ended") == []
    wait_for_state(page, "done")
    first, *_, last = samples = page.evaluate("window.samples")
    halfway = samples[len(samples) // 2]
    assert last[1] == 80 and last[0] - first[0] < 7
    assert 80 / 7 < pace(first, last) < 80 / 3
    assert 8 <= pace(first, halfway) <= 32 and 8 <= pace(halfway, last) <= 32
    wait_until_told(page, "ended", ["flash-1"])


def pace(one: list[float], other: list[float]) -> float:
    """Return the epochs a second between two samples; the first may be taken late."""
    return (other[1] - one[1]) / (other[0] - one[0])


SAMPLE_EPOCHS = """() => {
  window.samples = [];
  const chart = document.querySelector(".fl-chart");
  new MutationObserver(() => {
    const epoch = Number(chart.dataset.epoch);
    if (epoch && epoch !== window.samples.at(-1)?.[1]) {
      window.samples.push([performance.now() / 1000, epoch]);
    }
  }).observe(chart, { attributeFilter: ["data-epoch"] });
}"""


def show_run(page: Page, run: str) -> None:
    page.get_by_label("run", exact=True).fill(run)
    page.get_by_label("run", exact=True).press("Enter")
    page.wait_for_selector(f'.fl-chart[data-run="{run}"]')


def test_a_run_that_was_over_is_not_replayed(visit: Open) -> None:
    page = visit()
    show_run(page, "compared-1")
    expect(page.locator(".fl-chart")).to_have_attribute("data-state", "done", timeout=2_500)
    use_linked_module(page, "train.js", "shared/run_stream.js")
    page.wait_for_function("streams.size === 1")  # a moment after the visit before has left


def test_the_choice_of_view_changes_the_curves_and_outlives_the_page(visit: Open) -> None:
    page = visit("compared-1")
    wait_for_state(page, "done")
    loss = plots(page).first
    raw = loss.evaluate("plot => [...plot.data[0].y]")
    page.get_by_label("로그 눈금").check()
    assert plots(page).evaluate_all("all => all.map(plot => plot.layout.yaxis.type)") == ["log"] * 2
    page.get_by_label("부드럽게").fill("0.9")
    page.wait_for_function("document.querySelector('.fl-chart-plot').data[3].y.length > 0")
    assert loss.evaluate("plot => [...plot.data[3].y]") == pytest.approx(averaged(raw, 0.9))
    assert loss.evaluate("plot => [...plot.data[0].y]") == raw
    page.reload()
    wait_for_state(page, "done")
    page.wait_for_function("document.querySelector('.fl-chart-plot').data?.[3].y.length > 0")
    assert loss.evaluate("plot => plot.layout.yaxis.type") == "log"
    page.get_by_label("업데이트마다").uncheck()
    visible = loss.evaluate("plot => plot.data.slice(0, 4).map(trace => trace.visible)")
    assert visible == [False, True, True, False]
    expect(page.locator('.fl-chart-legend [data-trace="trace_batch"]')).to_be_hidden()


def averaged(values: list[float], share: float) -> list[float]:
    """Return the exponential moving average, divided by the weights so far."""
    mean = weight = 0.0
    averages = []
    for value in values:
        mean = share * mean + (1 - share) * value
        weight = share * weight + (1 - share)
        averages.append(mean / weight)
    return averages


# The pen, the pixels and the bars ------------------------------------------------------------


def drag(page: Page, *points: tuple[float, float], lift: bool = True) -> None:
    """Draw one stroke with the mouse; points are shares of the canvas."""
    places = [_on_canvas(page, x, y) for x, y in points]
    page.mouse.move(*places[0])
    page.mouse.down()
    for place in places[1:]:
        page.mouse.move(*place, steps=4)
    if lift:
        page.mouse.up()


def _on_canvas(page: Page, x: float, y: float) -> tuple[float, float]:
    canvas = page.locator(".pen canvas")
    canvas.scroll_into_view_if_needed()
    box = canvas.bounding_box()
    assert box is not None
    return box["x"] + x * box["width"], box["y"] + y * box["height"]


def wait_for_strokes(page: Page, count: int) -> list[Any]:
    """Wait until the bars and the text answer to this many strokes; return what Python has."""
    page.wait_for_selector(f'.bars[data-version="{count}"]')
    line = page.get_by_text(re.compile("^strokes: "))
    one = r"\[(\[[\d., ]+\](, )?)+\](, )?"
    expect(line).to_have_text(re.compile(rf"^strokes: \[({one}){{{count}}}\]$"))
    return list(told(page, "strokes"))


def test_a_mouse_stroke_reaches_python_in_units_of_the_canvas(visit: Open) -> None:
    page = visit()
    drag(page, (0.25, 0.25), (0.75, 0.25), (0.5, 0.8))
    (stroke,) = wait_for_strokes(page, 1)
    assert stroke[0] == pytest.approx([0.25, 0.25], abs=0.01)
    assert stroke[-1] == pytest.approx([0.5, 0.8], abs=0.01)
    assert len(stroke) >= 8
    assert all(round(at, 4) == at for point in stroke for at in point)


def test_a_single_tap_is_a_dot_with_ink(visit: Open) -> None:
    page = visit()
    page.mouse.click(*_on_canvas(page, 0.5, 0.5))
    (stroke,) = wait_for_strokes(page, 1)
    assert len(stroke) == 1
    assert ink(page) > 20


def ink(page: Page) -> int:
    """Count the inked pixels of the canvas."""
    return int(
        page.locator(".pen canvas").evaluate(
            "c => c.getContext('2d').getImageData(0, 0, c.width, c.height).data"
            ".reduce((sum, value, i) => sum + (i % 4 === 3 && value > 0 ? 1 : 0), 0)"
        )
    )


def test_a_finger_writes_and_the_page_does_not_scroll(visit: Open) -> None:
    page = visit(width=390, has_touch=True, is_mobile=True)
    places = [_on_canvas(page, x, y) for x, y in ((0.5, 0.2), (0.5, 0.4), (0.5, 0.6), (0.5, 0.8))]
    before = page.locator(".pen").bounding_box()
    touch = page.context.new_cdp_session(page)
    for i, (x, y) in enumerate(places):
        kind = "touchMove" if i else "touchStart"
        touch.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": [{"x": x, "y": y}]})
    touch.send("Input.dispatchTouchEvent", {"type": "touchEnd", "touchPoints": []})
    (stroke,) = wait_for_strokes(page, 1)
    assert stroke[0] == pytest.approx([0.5, 0.2], abs=0.02)
    assert stroke[-1] == pytest.approx([0.5, 0.8], abs=0.02)
    assert page.locator(".pen").bounding_box() == before


def test_a_pen_writes_although_a_palm_lies_on_the_canvas_and_the_palm_does_not(
    visit: Open,
) -> None:
    page = visit(width=390, has_touch=True, is_mobile=True)
    palm, finger = _on_canvas(page, 0.8, 0.9), _on_canvas(page, 0.5, 0.9)
    pen = [_on_canvas(page, x, 0.3) for x in (0.2, 0.4, 0.6)]
    with Touch(page) as touch:
        touch.start(palm)
        page.locator('.pen[data-strokes="1"]').wait_for()
        write(page, *pen)
        touch.move((palm[0] - 20, palm[1] - 20))
        touch.end()
        touch.start(finger)  # the hand again, just after the pen
        touch.end()
    (stroke,) = wait_for_strokes(page, 1)
    assert stroke[0] == pytest.approx([0.2, 0.3], abs=0.02)
    assert stroke[-1] == pytest.approx([0.6, 0.3], abs=0.02)


def test_two_fingers_that_come_together_do_not_write(visit: Open) -> None:
    page = visit(width=390, has_touch=True, is_mobile=True)
    left, right = _on_canvas(page, 0.2, 0.5), _on_canvas(page, 0.8, 0.5)
    with Touch(page) as touch:
        touch.start(left)
        touch.start(left, right)
        touch.move(*((x, y + 60) for x, y in (left, right)))
        touch.end()
        page.locator('.pen[data-strokes="0"]').wait_for()
        assert ink(page) == 0


def test_a_finger_that_comes_later_leaves_no_trace_in_the_stroke(visit: Open) -> None:
    page = visit(width=390, has_touch=True, is_mobile=True)
    (x, y), other = _on_canvas(page, 0.2, 0.3), _on_canvas(page, 0.9, 0.9)
    with Touch(page) as touch:
        touch.start((x, y))
        touch.move((x, y + 40))
        page.wait_for_timeout(400)
        touch.start((x, y + 40), other)
        touch.move((x, y + 80), (other[0], other[1] - 40))
        touch.end()
    (stroke,) = wait_for_strokes(page, 1)
    assert [at for at, _ in stroke] == pytest.approx([0.2] * len(stroke), abs=0.02)


def test_the_arrow_keys_and_space_write(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="load a seven").focus()
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.locator(".pen canvas:focus").count():
            break
    assert ink(page) > 20  # the cursor
    expect(page.locator(".pen .keys")).to_be_visible()
    for key in (*["ArrowLeft"] * 5, " ", *["ArrowUp"] * 5, " ", "ArrowRight"):
        page.keyboard.press(key)
    (stroke,) = wait_for_strokes(page, 1)
    assert stroke[0] == pytest.approx([0.3, 0.5])
    assert stroke[-1] == pytest.approx([0.3, 0.3])
    expect(page.locator(".pen .told")).to_have_text("펜을 들었습니다")
    page.keyboard.press("Tab")
    expect(page.locator(".pen .keys")).to_be_hidden()


def test_python_hears_of_a_stroke_before_the_pen_is_lifted(visit: Open) -> None:
    page = visit()
    drag(page, (0.3, 0.3), (0.6, 0.3), lift=False)
    wait_for_strokes(page, 1)
    page.mouse.move(*_on_canvas(page, 0.6, 0.7), steps=4)
    page.mouse.up()
    expect(page.get_by_text(re.compile(r"^strokes: .*0\.[67]\d*\]\]\]$"))).to_be_visible()
    (stroke,) = wait_for_strokes(page, 1)
    assert stroke[0] == pytest.approx([0.3, 0.3], abs=0.01)
    assert stroke[-1] == pytest.approx([0.6, 0.7], abs=0.01)


def test_undo_by_button_and_by_keyboard_and_clear(visit: Open) -> None:
    page = visit()
    undo = page.get_by_role("button", name="되돌리기")
    expect(undo).to_be_disabled()
    for count in (1, 2, 3):
        drag(page, (0.2 * count, 0.2), (0.2 * count, 0.8))
        wait_for_strokes(page, count)
    undo.click()
    wait_for_strokes(page, 2)
    page.locator(".pen canvas").press("Control+z")
    wait_for_strokes(page, 1)
    drag(page, (0.7, 0.2), (0.7, 0.8))
    wait_for_strokes(page, 2)
    page.get_by_role("button", name="지우기").click()
    wait_for_strokes(page, 0)
    assert ink(page) == 0
    box = undo.bounding_box()
    assert box is not None
    assert box["height"] >= 44


def test_a_drawing_comes_back_with_the_page(visit: Open) -> None:
    page = visit()
    drag(page, (0.3, 0.3), (0.6, 0.6))
    strokes = wait_for_strokes(page, 1)
    show = page.get_by_text("show the pen")
    show.click()
    expect(page.locator(".pen")).to_have_count(0)
    show.click()
    page.locator('.pen[data-strokes="1"]').wait_for()
    assert wait_for_strokes(page, 1) == strokes
    assert ink(page) > 20


def test_a_new_revision_replaces_the_drawing_and_undo_starts_from_it(visit: Open) -> None:
    page = visit()
    drag(page, (0.3, 0.3), (0.6, 0.6))
    wait_for_strokes(page, 1)
    page.get_by_role("button", name="load a seven").click()
    assert wait_for_strokes(page, 2)[0][0] == [0.25, 0.25]
    page.get_by_role("button", name="되돌리기").click()
    assert wait_for_strokes(page, 1)[0][0] == [0.25, 0.25]


def test_bars_change_in_place_and_name_their_winner(visit: Open) -> None:
    page = visit()
    root = page.locator(".bars").first
    assert root.get_attribute("data-winner") == ""
    root.evaluate("root => [...root.children].forEach(row => { row.dataset.first = 'yes' })")
    drag(page, (0.3, 0.3), (0.6, 0.6))
    wait_for_strokes(page, 1)
    assert root.get_attribute("data-winner") == "1"
    assert root.locator('.bar[data-first="yes"]').count() == 10
    expect(root.get_by_role("listitem", name="1: 98.2 %")).to_have_class("bar winner")
    labels = root.locator(".label").all_inner_texts()
    assert labels == [str(digit) for digit in range(10)]


def test_a_highlighted_bar_wins_over_a_longer_one(visit: Open) -> None:
    page = visit()
    expect(page.locator(".bars").last).to_have_attribute("data-winner", "바지")


def test_pixels_are_read_by_pointer_and_by_arrow_keys(visit: Open) -> None:
    page = visit()
    picture = page.locator(".pixels canvas")
    expect(page.locator(".pixels .empty")).to_be_visible()
    page.mouse.click(*_on_canvas(page, 0.5, 0.5))
    wait_for_strokes(page, 1)
    expect(page.locator(".pixels .empty")).to_be_hidden()
    box = picture.bounding_box()
    assert box is not None
    picture.hover(position={"x": box["width"] * 14.5 / 28, "y": box["height"] * 14.5 / 28})
    readout = page.locator(".pixels .readout")
    expect(readout).to_have_text("15행 15열: 255")
    picture.press("ArrowRight")
    expect(readout).to_have_text("15행 16열: 0")
    picture.press("ArrowUp")
    expect(readout).to_have_text("14행 16열: 0")


# The grid of pictures ------------------------------------------------------------------------


def test_a_picture_is_chosen_by_click_and_by_keyboard(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="3번째 그림", exact=True).click()
    wait_until_told(page, "picked", 2)
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    wait_until_told(page, "picked", 3)
    chosen = page.get_by_role("button", name="4번째 그림", exact=True)
    expect(chosen).to_have_attribute("aria-pressed", "true")
    assert page.locator('.pictures button[aria-pressed="true"]').count() == 1


def test_new_pictures_forget_the_choice(visit: Open) -> None:
    page = visit()
    page.get_by_role("button", name="3번째 그림", exact=True).click()
    wait_until_told(page, "picked", 2)
    page.get_by_label("pictures", exact=True).fill("20")
    page.get_by_label("pictures", exact=True).press("Enter")
    wait_until_told(page, "picked", None)
    expect(page.locator(".pictures button")).to_have_count(20)
    assert page.locator('.pictures button[aria-pressed="true"]').count() == 0


# All of them ---------------------------------------------------------------------------------


@pytest.mark.parametrize("width", [360, 1920])
def test_nothing_is_wider_than_the_screen(visit: Open, width: int) -> None:
    page = visit("finished-1", width=width)
    wait_for_state(page, "done")
    assert page.evaluate("document.documentElement.scrollWidth") == width
    for name in (".fl-chart", ".pen", ".pixels", ".bars", ".pictures"):
        box = page.locator(name).first.bounding_box()
        assert box is not None, name
        assert box["x"] >= 0 and box["x"] + box["width"] <= width, name


@pytest.mark.parametrize("module", [pen, pixels, bars, picture_grid])
def test_a_script_reads_exactly_the_labels_that_python_gives(module: Any) -> None:
    name = module.__name__.rpartition(".")[2]
    script = (assets.script(name)).read_text(encoding="utf-8")
    assert set(re.findall(r"\blabels\.(\w+)", script)) == set(module.LABELS)


def test_the_chart_asks_for_the_labels_of_its_metric() -> None:
    names = label_names("mae")
    assert {"title_loss", "sentence_mae", "announce_mae", "reset_zoom"} <= set(names)
    assert not any(name.endswith("accuracy") for name in names)


def test_a_missing_label_is_named() -> None:
    with pytest.raises(KeyError, match="undo"):
        assets.pick({"clear": "x"}, ("clear", "undo"))


def test_what_is_not_a_stroke_is_dropped() -> None:
    assert pen.checked(None) == []
    assert pen.checked([[[0.5, float("nan")]], 3, [["a", 1]], [[1, 2, 3]]]) == []
    assert pen.checked([[[-1, 2], [0.5, 0.5]]]) == [[[0.0, 1.0], [0.5, 0.5]]]


def test_a_drawing_of_too_many_points_is_cut() -> None:
    strokes = pen.checked([[[0.1, 0.1]] * 4000, [[0.2, 0.2]] * 4000])
    assert [len(stroke) for stroke in strokes] == [4000, pen.MAX_POINTS - 4000]
