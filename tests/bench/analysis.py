"""What Analyze costs: its page, a click, a full evaluation, and the record of the epochs.

``python -m tests.bench.analysis`` serves the lab, trains MNIST in it, and prints medians. What the
record costs is measured in one process, run by run in turn.
"""

import asyncio
import os
import statistics
import tempfile
import time
from pathlib import Path

import psutil
from playwright.sync_api import Page
from threadpoolctl import threadpool_limits

from models.analysis.judged import judged_now, rows_of_test
from models.bench.machine import machine
from models.tasks import built_in
from models.trained.shipped import shipped
from tests.bench.load import p95, train
from tests.bench.measured import lab_in_a_browser, tell
from tests.bench.visitor import Visitor
from tests.support.browser.lesson import Lesson
from tests.support.browser.server import Server, serving

VISITS = 10
CLICKS = 12
PAIRS = 4
SECONDS_OF_PAGES = 12.0
PAGES = ("", "data", "train", "predict", "analyze", "runs")

CLICKED = """label => {
    const matrix = [...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)
        .map(s => s.querySelector('table')).find(Boolean);
    const list = [...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)
        .map(s => s.querySelector('.samples')).find(Boolean);
    const button = matrix.querySelector(`button[aria-label^="${label}"]`);
    const began = performance.now();
    return new Promise(resolve => {
        new MutationObserver(() => resolve(performance.now() - began))
            .observe(list, {childList: true});
        button.click();
    });
}"""

DRAWN = """() => [...document.querySelectorAll('*')].map(e => e.shadowRoot).filter(Boolean)
    .filter(s => s.querySelector('.samples button, rect.bar')).length >= 3"""


def page_and_clicks(page: Page, url: str) -> None:
    """Train MNIST, open its analysis again and again, and click cells that hold mistakes."""
    lesson = Lesson(page, url, "en")
    lesson.open("train", task="mnist")
    lesson.button("train.start").click()
    lesson.wait_for_state("done")
    waits = []
    for _ in range(VISITS):
        lesson.open("predict", task="mnist")
        began = time.perf_counter()
        page.goto(f"{url}/analyze?lang=en&task=mnist")
        page.wait_for_function(DRAWN, polling=20)
        waits.append(time.perf_counter() - began)
    tell("Analyze with a finished MNIST run, drawn, median (s)", statistics.median(waits), "<= 1.5")
    lesson.settle()
    clicks = []
    for number in range(CLICKS):
        digit = number % 9
        label = f"true {digit}, predicted {digit}"
        clicks.append(float(page.evaluate(CLICKED, label)))
        lesson.settle()
    tell("click on a cell to its samples, median (ms)", statistics.median(clicks), "<= 300")


def memory(page: Page, server: Server) -> None:
    """Visit every page ten times, then say what the server weighs."""
    lesson = Lesson(page, server.url, "en")
    for _ in range(VISITS):
        for path in PAGES:
            for task in ("mnist", "boston"):
                lesson.open(path, task=task)
    weight = psutil.Process(server.process.pid).memory_info().rss / 2**20
    tell("server after ten visits of each page (MB)", weight, "<= 350")


def full_evaluation() -> None:
    """Ask MNIST's network about all test rows."""
    found = shipped(built_in("mnist"))
    assert found
    threadpool_limits(1)  # as in the server
    network, waits = found.read(), []
    dataset = network.task.load(network.experiment)
    for _ in range(VISITS):
        began = time.perf_counter()
        judged_now(network, rows_of_test(network, dataset), dataset.y_test)
        waits.append(time.perf_counter() - began)
    tell("evaluation on all MNIST test rows, median (s)", statistics.median(waits), "<= 1.0")


async def other_viewers(server: Server) -> None:
    """Compare page runs of another viewer while the server evaluates with those while it rests.

    The weights of a run are made new again and again for whoever analyses it.
    """
    trained = await train(server.url, "mnist", 1)
    (weights,) = await finished(server)
    watching, analysing = Visitor(server.url, task="boston"), Visitor(server.url, task="mnist")
    analysing.cookie = trained.cookie
    await watching.enter("predict")
    await analysing.enter("analyze")
    quiet: list[float] = []
    drawn: list[float] = []
    busy: list[float] = []
    deadline = time.monotonic() + SECONDS_OF_PAGES
    while time.monotonic() < deadline:
        quiet += [await watching.rerun() for _ in range(6)]
        for found, is_new in ((drawn, False), (busy, True)):
            if is_new:
                os.utime(weights)
            under_way = asyncio.create_task(analysing.rerun())
            found += [await watching.rerun() for _ in range(6)]
            await under_way
    tell("page runs of others, at rest, p95 (ms)", 1000 * p95(quiet), "")
    tell("the same while Analyze is drawn without an evaluation", p95(drawn) / p95(quiet), "")
    tell("the same during evaluations / at rest", p95(busy) / p95(quiet), "<= 1.2")
    tell("during evaluations / drawn without", p95(busy) / p95(drawn), "<= 1.2")
    for visitor in (trained, watching, analysing):
        await visitor.leave()


async def finished(server: Server) -> list[Path]:
    """Wait for the weights of a run, and until nothing trains any more; return where they are."""
    while not (found := list(server.home.glob("runs/*/weights.npz"))):
        await asyncio.sleep(0.2)
    await asyncio.sleep(5)
    return found


def recording() -> None:
    """Train MNIST with and without the record in turn."""
    from models.training import epoch_recorder
    from models.training.loop import train as train_here

    experiment = built_in("mnist").default.changed(epochs=5)
    record = epoch_recorder.EpochRecorder.add

    def seconds() -> float:
        with tempfile.TemporaryDirectory() as folder:
            began = time.perf_counter()
            train_here(experiment, lambda event: None, folder=Path(folder))
            return time.perf_counter() - began

    threadpool_limits(1)  # as in a worker
    seconds()
    with_it, without = [], []
    for _ in range(PAIRS):
        with_it.append(seconds())
        epoch_recorder.EpochRecorder.add = lambda *_: None  # type: ignore[method-assign]
        without.append(seconds())
        epoch_recorder.EpochRecorder.add = record  # type: ignore[method-assign]
    ratio = min(with_it) / min(without)
    tell("MNIST with the record of its epochs / without, fastest", ratio, "<= 1.02")


def main() -> None:
    print(f"machine: {machine()}")
    full_evaluation()
    with tempfile.TemporaryDirectory() as home, serving(Path(home)) as server:
        asyncio.run(other_viewers(server))
    with lab_in_a_browser() as (server, browser):
        page = browser.new_page(viewport={"width": 1920, "height": 1080})
        page_and_clicks(page, server.url)
        memory(page, server)
        page.close()
    recording()


if __name__ == "__main__":
    main()
