"""How soon a race of three on housing shows its first points and ends, and what its surface costs.

``python -m tests.bench.race`` clicks the one-click race of a lab with two slots in a browser. The
surface of 784-512-10 is computed in one process with one thread, in turn with brute force.
"""

import os
import statistics
import time

import numpy as np
from playwright.sync_api import Page
from threadpoolctl import threadpool_limits

from data.dataset import Array
from models.analysis.surface import Plane, flat, loss_on, with_weights
from models.bench.machine import machine
from models.network.evaluation import evaluate
from models.network.weights import TrainedNetwork
from models.race.surface_path import GRID, rows_for_surface
from models.tasks import built_in
from models.trained.shipped import shipped
from tests.bench.measured import lab_in_a_browser, tell
from tests.support.browser.lesson import Lesson

RACES = 5
PAIRS = 3
BRUTE_PLACES = 25
"""Of the 625 places, so many are computed by brute force, spread over the grid."""
POINTS = 3 * 80

FIRST = """() => [...document.querySelectorAll('.fl-chart-plot')].some(
    plot => (plot.data ?? []).some(trace => trace.x?.length))"""
ALL = f"""() => {{
    const [loss] = document.querySelectorAll('.fl-chart-plot');
    const epochs = (loss.data ?? []).filter((_, number) => number % 3 === 2);
    return epochs.reduce((sum, trace) => sum + (trace.x?.length ?? 0), 0) === {POINTS};
}}"""


def races(page: Page, url: str) -> None:
    """Race again and again; each begins on a page that shows none yet."""
    firsts, ends = [], []
    for number in range(RACES):
        page.context.clear_cookies()
        lesson = Lesson(page, url, "en")
        lesson.open("race", task="boston")
        lesson.settle()
        began = time.perf_counter()
        lesson.button("race.optimizers").click()
        page.wait_for_function(FIRST, polling=20)
        firsts.append(time.perf_counter() - began)
        page.wait_for_function(ALL, polling=20)
        ends.append(time.perf_counter() - began)
        page.get_by_role("button", name=lesson.says("race.surface_draw")).wait_for()
        if number == 0:  # the browser has fetched what it needs
            firsts, ends = [], []
    first, end = statistics.median(firsts), statistics.median(ends)
    tell("race of three on housing, click to first points (s)", first, "<= 1", max(firsts))
    tell("race of three on housing, click to the drawn end (s)", end, "<= 3", max(ends))


def surface() -> None:
    """Compute the loss on a plane through MNIST's network, the fast way and by brute force."""
    found = shipped(built_in("mnist"))
    assert found
    network = found.read()
    dataset = network.task.load(network.experiment)
    x, y = rows_for_surface(dataset.x_test.reshape(len(dataset.x_test), -1), dataset.y_test)
    random = np.random.default_rng(0)
    start = flat(network)
    ends = start + random.normal(0, 0.01, (2, len(start)))
    plane = Plane.through(start, *ends)
    axis = np.linspace(-5, 5, GRID).tolist()
    fast, brute = [], []
    for _ in range(PAIRS):
        began = time.perf_counter()
        losses = loss_on(plane, network, x, y, axis, axis)
        fast.append(time.perf_counter() - began)
        brute.append(_brute_force(plane, network, x, y, axis, losses))
    ratio = statistics.median(b / f for b, f in zip(brute, fast, strict=True))
    tell("surface of 784-512-10, 25 x 25, 2,000 rows (s)", min(fast), "<= 4", max(fast))
    tell("brute force / surface, taken in turn", ratio, ">= 4.25")


def _brute_force(
    plane: Plane,
    network: TrainedNetwork,
    x: Array,
    y: Array,
    axis: list[float],
    losses: Array,
) -> float:
    """Return the seconds that a forward pass at every place takes, by those of some places.

    Their losses have to be those of the surface.
    """
    places = [divmod(number, GRID) for number in range(0, GRID * GRID, GRID * GRID // BRUTE_PLACES)]
    began = time.perf_counter()
    for row, column in places:
        there = with_weights(network, plane.point(axis[column], axis[row]))
        assert np.isclose(evaluate(there, x, y)["loss"], losses[row, column], rtol=1e-3)
    return (time.perf_counter() - began) * GRID * GRID / len(places)


def main() -> None:
    """Measure on a lab with two slots."""
    print(f"machine: {machine()}")
    with threadpool_limits(1):
        surface()
    os.environ["FNN_LAB_SLOTS"] = "2"
    with lab_in_a_browser() as (server, browser):
        races(browser.new_page(), server.url)


if __name__ == "__main__":
    main()
