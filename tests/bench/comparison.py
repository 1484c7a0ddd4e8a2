"""What Compare costs: the curves of eight runs with 1,000 points each, from choice to drawing.

``python -m tests.bench.comparison`` plays invented runs to the figure on a page of its own, in a
real browser, and prints the median of several visits. Before the clock starts, Plotly's script has
been read and the curves of seven runs are drawn, as on a page where seven are chosen. The clock
runs from the moment the page's data with the eighth run arrives to the frame that shows all eight.
"""

import statistics
from collections.abc import Iterator, Sequence

from playwright.sync_api import Page, sync_playwright
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.session.i18n import texts
from app.widgets.chart import run_lines
from models.bench.machine import machine
from models.events import Batches, End, Epoch, Event, Started, State, to_line
from tests.bench.measured import tell
from tests.support.browser.chromium import ARGUMENTS, executable
from tests.support.browser.stage import data_of, mount
from tests.support.browser.static_page import static_page

RUNS, POINTS, EPOCHS = 8, 1_000, 20
VISITS = 7
BAR_MS = 500
IS_DRAWN = "points => document.querySelector('.fl-chart')?.dataset.drawn === String(points)"
SHOW = """([data, points]) => new Promise((done) => {
    const chart = document.querySelector(".fl-chart");
    const began = performance.now();
    const look = () => {
        if (chart.dataset.drawn !== String(points)) return;
        seen.disconnect();
        requestAnimationFrame(() => setTimeout(() => done(performance.now() - began)));
    };
    const seen = new MutationObserver(look);
    seen.observe(chart, {attributeFilter: ["data-drawn"]});
    window.show(data);
})"""
"""Milliseconds from the data's arrival to after the frame in which that many points are drawn."""
LINES = """() => [...document.querySelectorAll('.fl-chart .js-plotly-plot')].map((plot) =>
    [...plot.querySelectorAll('.scatterlayer .js-line')].filter((line) => line.getAttribute('d'))
        .length)"""
"""How many curves stand in each figure: every run has one of its updates and one of its epochs."""


def played(run: int) -> Iterator[Event]:
    """Yield the events of an invented run: a point for every update."""
    per = POINTS // EPOCHS
    yield Started(5_000, 6_400, per, EPOCHS, "accuracy")
    for epoch in range(1, EPOCHS + 1):
        updates = range((epoch - 1) * per + 1, epoch * per + 1)
        points = ((at, 2 / (1 + at / 99) + 0.1 * run, 0.9 - 9 / (9 + at)) for at in updates)
        yield Batches(tuple(points))
        loss = 1 / epoch + 0.1 * run
        yield Epoch(epoch, loss, 0.9, loss + 0.1, 0.8, 0.1, epoch)
    yield End(State.DONE, None, {"loss": 0.1}, POINTS, EPOCHS, 2.0)


async def events(request: Request) -> Response:
    """Answer with all events of some runs at once, as the lab does for runs that are over."""
    runs = request.path_params["run"].split(",")
    seen = [int(number) for number in request.query_params["after"].split(",")]
    lines = []
    for place, run in enumerate(runs):
        name = f"event: {run}\n" if len(runs) > 1 else ""
        for number, event in enumerate(played(int(run)), 1):
            if number > seen[place]:
                seen[place] = number
                lines.append(f"id: {','.join(map(str, seen))}\n{name}data: {to_line(event)}\n\n")
    return Response("".join(lines), media_type="text/event-stream")


def figure_data(runs: Sequence[int]) -> dict[str, object]:
    """Return what the page hands to the figure of these runs."""
    lines: list[run_lines.LineOfRuns] = [
        {
            "label": f"{number + 1}. learning rate 0.00{number}",
            "runs": [{"run": str(number), "url": f"api/runs/{number}/events", "live": False}],
        }
        for number in runs
    ]
    labels = {name: texts("en")[f"live.{name}"] for name in run_lines.label_names("accuracy")}
    return data_of(
        run_lines,
        lambda: run_lines.run_lines(lines, labels, "accuracy", "epoch", 640, "lines"),
    )


def milliseconds_to_draw(page: Page, url: str) -> float:
    """Return the milliseconds in which all runs are drawn where all but the last are already."""
    page.goto(url)
    mount(page, run_lines, figure_data(range(RUNS - 1)), isolated=False)
    page.wait_for_function(IS_DRAWN, arg=POINTS * (RUNS - 1))
    took = page.evaluate(SHOW, [figure_data(range(RUNS)), POINTS * RUNS])
    assert page.evaluate(LINES) == [2 * RUNS] * 2, page.evaluate(LINES)
    return float(took)


def main() -> None:
    print(f"machine: {machine()}")
    with (
        static_page([Route("/api/runs/{run}/events", events)]) as url,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=executable(), args=list(ARGUMENTS))
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page.set_default_timeout(60_000)
        milliseconds_to_draw(page, url)
        took = [milliseconds_to_draw(page, url) for _ in range(VISITS)]
        browser.close()
    name = f"the eighth of {RUNS} runs x {POINTS:,} points, drawn (ms)"
    tell(name, statistics.median(took), f"<= {BAR_MS}", max(took))


if __name__ == "__main__":
    main()
