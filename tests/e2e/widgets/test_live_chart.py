"""The live chart in a real browser, on a page of its own: invented runs are played to it.

How it lives in a page of Streamlit is tested in ``test_components``.
"""

import re
from collections.abc import Callable, Iterator
from functools import partial

import pytest
from playwright.sync_api import Locator, Page, expect
from starlette.routing import Route

from app.widgets.chart import live_chart
from tests.support.browser.context import OpenContext
from tests.support.browser.gallery import chart_labels, events, metric_of, run_shown
from tests.support.browser.lesson import DRAWN
from tests.support.browser.stage import Stage, data_of, mount
from tests.support.browser.static_page import static_page
from tests.support.polling import until

SECONDS = 10

POINTS = "plots => plots.map(plot => plot.data.map(trace => trace.x.length))"
HEIGHT = 600

Visit = Callable[..., Page]
"""Shows a run, or no run, in a window of some width; returns the page."""


@pytest.fixture(scope="module")
def stage(shared_context: OpenContext) -> Iterator[Stage]:
    with static_page([Route("/api/played/{run}/events", events)]) as url:
        yield Stage(url, shared_context)


@pytest.fixture
def visit(stage: Stage) -> Iterator[Visit]:
    with stage.pages() as open_page:

        def visit(run: str, width: int = 880) -> Page:
            page = open_page(width)
            mount(page, live_chart, chart_data(run), isolated=False)
            page.locator(".fl-chart[data-state] .main-svg").first.wait_for()
            return page

        yield visit


def chart_data(run: str) -> dict[str, object]:
    metric = metric_of(run)
    labels = chart_labels("ko", metric)
    shown = run_shown(run) if run else None
    return data_of(
        live_chart, lambda: live_chart.live_chart(shown, labels, metric, HEIGHT, "chart")
    )


def wait_for_state(page: Page, state: str) -> None:
    """Wait until the words and the curves are in this state."""
    page.wait_for_selector(f'.fl-chart[data-state="{state}"][data-drawn^="{state} "]')


def wait_for_update(page: Page, update: int) -> None:
    """Wait until the curves reach this update."""
    page.wait_for_function(DRAWN, arg=update)


def update_shown(page: Page) -> int:
    return int(page.locator(".fl-chart").get_attribute("data-update") or 0)


def plots(page: Page) -> Locator:
    return page.locator(".fl-chart-plot")


def mark_plots(page: Page) -> None:
    script = "plots => plots.forEach(p => { p.querySelector('.main-svg').dataset.first = 'yes' })"
    plots(page).evaluate_all(script)


def marked_plots(page: Page) -> int:
    return page.locator('.fl-chart-plot .main-svg[data-first="yes"]').count()


def test_points_arrive_while_a_run_is_live_and_the_plot_is_never_rebuilt(visit: Visit) -> None:
    page = visit("long-1")
    wait_for_update(page, 100)
    mark_plots(page)
    before = plots(page).evaluate_all(POINTS)
    wait_for_update(page, update_shown(page) + 500)
    after = plots(page).evaluate_all(POINTS)
    assert page.locator(".fl-chart").get_attribute("data-state") == "live"
    assert all(new[0] > old[0] for new, old in zip(after, before, strict=True))
    wait_for_state(page, "done")
    assert [traces[1:3] for traces in plots(page).evaluate_all(POINTS)] == [[12, 12], [12, 12]]
    assert marked_plots(page) == 2


def test_a_persons_zoom_survives_new_points_until_it_is_reset(visit: Visit) -> None:
    page = visit("long-2")
    wait_for_update(page, 100)
    box = plots(page).first.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + box["width"] * 0.3, box["y"] + box["height"] * 0.3)
    page.mouse.down()
    page.mouse.move(box["x"] + box["width"] * 0.6, box["y"] + box["height"] * 0.6, steps=5)
    page.mouse.up()
    reset = page.get_by_role("button", name="확대 되돌리기")
    reset.wait_for()
    ranges = "plot => [plot.layout.xaxis.range, plot.layout.yaxis.range]"
    zoomed = plots(page).first.evaluate(ranges)
    wait_for_update(page, update_shown(page) + 400)
    assert plots(page).first.evaluate(ranges) == zoomed
    assert zoomed[0] != [0, 12]
    reset.click()
    assert plots(page).first.evaluate("plot => plot.layout.xaxis.range") == [0, 12]
    expect(reset).to_be_hidden()


def test_a_cut_connection_resumes_without_losing_or_repeating_a_point(visit: Visit) -> None:
    page = visit("cut-1")
    wait_for_state(page, "reconnecting")
    wait_for_state(page, "done")
    cut = plots(page).evaluate_all("plots => plots.map(p => p.data.map(t => [...t.x]))")
    whole = visit("finished-1")
    wait_for_state(whole, "done")
    assert cut == plots(whole).evaluate_all("plots => plots.map(p => p.data.map(t => [...t.x]))")


def test_why_nothing_can_train_is_said_until_the_run_starts(visit: Visit) -> None:
    page = visit("blocked-1")
    wait_for_state(page, "blocked")
    expect(page.locator(".fl-chart-status")).to_have_text("학습을 시작할 수 없습니다.")
    wait_for_state(page, "starting")
    wait_for_state(page, "live")


def test_what_is_prepared_before_the_start_is_said_with_how_far_it_is(visit: Visit) -> None:
    page = visit("prepared-1")
    wait_for_state(page, "preparing")
    expect(page.locator(".fl-chart-status")).to_have_text(re.compile("2,600개 가운데 650개"))
    expect(page.locator(".fl-chart-track")).to_have_attribute("aria-valuenow", "25")
    wait_for_state(page, "live")
    expect(page.locator(".fl-chart-status")).not_to_have_text(re.compile("2,600"))


def test_many_thousand_points_are_thinned_to_the_last_one(visit: Visit) -> None:
    page = visit("dense-1")
    wait_for_state(page, "done")
    x = plots(page).first.evaluate("plot => plot.data[0].x")
    assert len(x) <= 6000
    assert x == sorted(x)
    assert x[-1] == pytest.approx(4)
    assert x[0] < 0.01


def test_without_a_run_the_axes_wait_at_their_full_height(visit: Visit) -> None:
    page = visit("")
    expect(page.locator(".fl-chart-empty")).to_be_visible()
    box = page.locator(".fl-chart").bounding_box()
    assert box is not None
    assert box["height"] == 600
    assert plots(page).count() == 2


def test_the_progress_bar_and_the_announcement_follow_the_epochs(visit: Visit) -> None:
    page = visit("long-4")
    bar = page.get_by_role("progressbar", name="학습 진행")
    wait_for_update(page, 600)
    assert 10 <= int(bar.get_attribute("aria-valuenow") or 0) < 100
    expect(page.locator(".fl-chart-announcer")).to_contain_text("/12, 검증 정확도")
    wait_for_state(page, "done")
    expect(bar).to_have_attribute("aria-valuenow", "100")


def test_accuracy_keeps_its_linear_axis_and_a_zoom_survives_the_log_scale(visit: Visit) -> None:
    page = visit("finished-1")
    wait_for_state(page, "done")
    plots(page).first.evaluate(
        "plot => window.Plotly.relayout(plot, {'yaxis.range[0]': 0.1, 'yaxis.range[1]': 1})"
    )
    page.get_by_label("로그 눈금").check()
    assert plots(page).first.evaluate("plot => plot.layout.yaxis.range") == pytest.approx([-1, 0])
    assert plots(page).last.evaluate("plot => plot.layout.yaxis.type") == "linear"


LABEL_BOXES = """figure => [...figure.querySelectorAll(
  ".fl-chart-label:not([hidden]), .fl-chart-flag:not([hidden]) .fl-chart-flag-label"
)].map(label => {
  const { left, top, right, bottom } = label.getBoundingClientRect();
  return { left, top, right, bottom };
})"""


def overlap(one: dict[str, float], other: dict[str, float]) -> bool:
    return (
        min(one["right"], other["right"]) - max(one["left"], other["left"]) > 0.5
        and min(one["bottom"], other["bottom"]) - max(one["top"], other["top"]) > 0.5
    )


@pytest.mark.parametrize("run", ["compared-1", "overfit-1"])
def test_labels_of_baselines_never_overlap_and_stay_inside(visit: Visit, run: str) -> None:
    page = visit(run)
    wait_for_state(page, "done")
    for scale in ("linear", "log"):
        page.get_by_label("로그 눈금").set_checked(scale == "log")
        page.wait_for_timeout(300)
        for figure in page.locator(".fl-chart-figure").all():
            boxes = figure.evaluate(LABEL_BOXES)
            frame = figure.locator(".fl-chart-over").bounding_box()
            assert boxes and frame
            pairs = [(a, b) for i, a in enumerate(boxes) for b in boxes[:i]]
            assert not any(overlap(*pair) for pair in pairs)
            assert all(box["top"] >= frame["y"] - 1 for box in boxes)
            assert all(box["bottom"] <= frame["y"] + frame["height"] + 1 for box in boxes)


@pytest.mark.parametrize("width", [320, 390])
def test_on_a_phone_baselines_are_told_below_the_curves_and_not_over_them(
    visit: Visit, width: int
) -> None:
    page = visit("compared-1", width=width)
    wait_for_state(page, "done")
    for figure in page.locator(".fl-chart-figure").all():
        expect(figure.locator(".fl-chart-notes li")).to_have_count(2)
        expect(figure.locator(".fl-chart-notes li").first).to_contain_text("평균")
        expect(figure.locator(".fl-chart-label:not([hidden])")).to_have_count(0)
        until(partial(_is_above_its_notes, figure), SECONDS)  # once the notes are laid out
        notes = figure.locator(".fl-chart-notes").bounding_box()
        assert notes and notes["x"] >= 0 and notes["x"] + notes["width"] <= width


def _is_above_its_notes(figure: Locator) -> bool:
    plot = figure.locator(".fl-chart-plot").bounding_box()
    notes = figure.locator(".fl-chart-notes").bounding_box()
    assert plot and notes
    return plot["height"] > 100 and plot["y"] + plot["height"] <= notes["y"] + 1


def test_labels_of_baselines_make_way_for_the_values_under_the_pointer(visit: Visit) -> None:
    page = visit("compared-1")
    wait_for_state(page, "done")
    loss = page.locator(".fl-chart-figure").first
    label = loss.locator(".fl-chart-label").first
    expect(label).to_be_visible()
    loss.locator(".fl-chart-plot").hover()
    expect(label).to_be_hidden()
    expect(loss.locator(".hoverlayer .legend")).to_be_visible()
    page.mouse.move(0, 0)
    expect(label).to_be_visible()


def test_a_label_says_when_the_validation_curve_passed_its_baseline(visit: Visit) -> None:
    page = visit("compared-1")
    wait_for_state(page, "done")
    loss, metric = page.locator(".fl-chart-figure").all()
    expect(loss.locator(".fl-chart-label").first).to_have_text("평균 84.4 · 에폭 2에 앞섬")
    expect(loss.locator(".fl-chart-label:not([hidden])").last).to_have_text(
        "선형 회귀 · 릿지 · 라쏘 22.3–23.2 · 3개 중 2개에 앞섬"
    )
    expect(metric.locator(".fl-chart-label:not([hidden])").last).to_contain_text("에폭 5에 앞섬")
    assert loss.locator(".fl-chart-line:not([hidden])").count() == 4


def test_baselines_are_passed_without_the_penalty_that_they_do_not_pay(visit: Visit) -> None:
    page = visit("penalised-1")
    wait_for_state(page, "done")
    loss = page.locator(".fl-chart-figure").first
    expect(loss.locator(".fl-chart-label").first).to_have_text("평균 84.4 · 에폭 2에 앞섬")


RANGES = "plots => plots.map(plot => plot.layout.yaxis.range)"


def test_what_leaves_the_axis_is_marked_and_one_click_shows_all(visit: Visit) -> None:
    page = visit("compared-1")
    wait_for_state(page, "done")
    loss = page.locator(".fl-chart-figure").first
    tears = loss.locator(".fl-chart-tear:not([hidden])")
    low, high = plots(page).evaluate_all(RANGES)[0]
    assert low < 22.3 and 84.4 < high < 100  # the network, ridge and the mean apart
    expect(tears.first).to_be_visible()
    expect(plots(page).first).to_have_attribute("aria-label", re.compile("세로축은 .*잘렸습니다"))
    everything = loss.get_by_role("button", name=re.compile(r"^↑ \d+까지 모두 보기$"))
    everything.click()
    assert plots(page).evaluate_all(RANGES)[0][1] > 200
    expect(tears).to_have_count(0)
    expect(plots(page).first).not_to_have_attribute("aria-label", re.compile("세로축"))
    loss.get_by_role("button", name="가까이 보기").click()
    assert plots(page).evaluate_all(RANGES)[0] == [low, high]
    expect(tears.first).to_be_visible()


def test_the_log_scale_shows_all_and_comes_back_to_the_same_axis(visit: Visit) -> None:
    page = visit("compared-1")
    wait_for_state(page, "done")
    before = plots(page).evaluate_all(RANGES)
    page.get_by_label("로그 눈금").check()
    assert plots(page).evaluate_all(RANGES)[0][1] > 2.3  # 10 to this power
    expect(page.locator(".fl-chart-tear:not([hidden])")).to_have_count(0)
    page.get_by_label("로그 눈금").uncheck()
    page.wait_for_timeout(300)
    assert plots(page).evaluate_all(RANGES) == before


def test_the_time_left_follows_the_tempo_in_force(visit: Visit) -> None:
    page = visit("slowed-1")
    status = page.locator(".fl-chart-status")
    expect(status).to_have_text(re.compile(r"업데이트 7\d/560 · 4\d\d초 남음"))


def test_a_baseline_far_away_waits_at_the_edge_and_does_not_squeeze_the_curves(
    visit: Visit,
) -> None:
    page = visit("overfit-1")
    expect(page.locator(".fl-chart-label").first).to_have_text(
        "↑ 가장 많은 클래스 2.30 · 에폭 1에 앞섬"
    )
    assert plots(page).first.evaluate("plot => plot._fullLayout.yaxis.range[1]") < 1.2


def test_the_best_epoch_is_flagged_and_the_gap_beyond_it_is_shaded(visit: Visit) -> None:
    page = visit("overfit-1")
    wait_for_state(page, "done")
    flag = page.locator(".fl-chart-flag:not([hidden])")
    expect(flag).to_have_text("최저 에폭 8")
    gap, best = plots(page).first.evaluate(
        "plot => plot.data.slice(4, 6).map(trace => ({ x: [...trace.x], y: [...trace.y] }))"
    )
    val = plots(page).first.evaluate("plot => [...plot.data[2].y]")
    assert best == {"x": [8], "y": [val[7]]}
    assert gap["x"] == [*range(8, 21), *range(20, 7, -1)]
    assert gap["y"][:13] == val[7:]
    assert plots(page).last.evaluate("plot => plot.data[4].x.length + plot.data[5].x.length") == 0


SIZE = "chart => [chart.offsetWidth, chart.offsetHeight]"


def test_the_tables_hold_the_last_epochs_and_the_baselines(visit: Visit) -> None:
    page = visit("compared-1")
    wait_for_state(page, "done")
    size = page.locator(".fl-chart").evaluate(SIZE)
    page.get_by_text("숫자를 표로 보기").click()
    epochs = page.get_by_role("table", name="마지막 다섯 에폭")
    expect(epochs.locator("tbody th")).to_have_text(["76", "77", "78", "79", "80"])
    expect(epochs.locator("tbody tr").last).to_have_text("8022.8022.803.1803.180")
    baselines = page.get_by_role("table", name=re.compile("^기준선"))
    expect(baselines.locator("tbody tr").nth(1)).to_have_text("선형 회귀23.203.4600.7210.00408")
    expect(baselines.get_by_role("rowheader")).to_have_text(["평균", "선형 회귀", "릿지", "라쏘"])
    expect(baselines.get_by_role("cell").last).to_have_text("끝까지 못 넘음")
    assert page.get_by_role("columnheader").count() == 11
    assert page.locator(".fl-chart").evaluate(SIZE) == size
