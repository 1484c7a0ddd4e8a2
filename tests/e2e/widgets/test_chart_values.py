"""What a chart works out before it draws: plain numbers in, plain values out, in a browser."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page

from models.verdict import verdict
from tests.models.test_verdict import REAL, history
from tests.support.browser.context import OpenContext
from tests.support.browser.static_page import use_modules

MODULES = ("chart/chart_verdict.js", "chart/chart_range.js")


@pytest.fixture(scope="module")
def page(shared_context: OpenContext, empty_page: str) -> Iterator[Page]:
    page = shared_context().new_page()
    page.goto(empty_page)
    use_modules(page, *MODULES)
    yield page
    page.close()


def beginnings(real: dict[str, Any]) -> list[tuple[list[float], list[float]]]:
    """Return the losses of a run as they were after each of its epochs, at most a hundred times."""
    count = len(real["loss"])
    ends = sorted({*range(1, count + 1, -(-count // 100)), count})
    return [(real["loss"][:end], real["val_loss"][:end]) for end in ends]


@pytest.mark.parametrize("real", REAL, ids=lambda real: real["command"].split(" ", 4)[-1])
def test_the_chart_judges_a_run_as_the_page_does_after_every_epoch(
    page: Page, real: dict[str, Any]
) -> None:
    begun = beginnings(real)
    judged = [verdict(history(*losses)) for losses in begun]
    shaded = page.evaluate("begun => begun.map(losses => courseOf(...losses))", begun)
    assert shaded == [found and str(found.course) for found in judged]
    assert shaded[-1] == real["course"]


# The range of the value axis -----------------------------------------------------------------

HOUSING = [83.7, 23.2, 23.1, 22.3]
"""Losses of the simpler models on the housing data: the mean, linear regression, ridge, lasso."""

RANGE = """([points, extent, higher, baselines]) => {
    const wanted = rangeToRead(points, extent, higher) ?? wholeRange(points);
    const held = wanted && withBaselines(wanted, baselines, higher);
    return held && widened(null, held, higher ? [0, 1] : [0, Infinity]);
}"""

LIVE = """([states, extent, baselines]) => {
    let shown = null;
    return states.map((points) => {
        const wanted = rangeToRead(points, extent, false);
        if (wanted) shown = widened(shown, withBaselines(wanted, baselines, false), [0, Infinity]);
        return shown;
    });
}"""


def curve(values: list[float], per: int = 1) -> dict[str, list[float]]:
    """Return a curve with ``per`` points an epoch."""
    return {"x": [(at + 1) / per for at in range(len(values))], "y": values}


def points(training: list[float], validation: list[float], updates: list[float]) -> dict[str, Any]:
    per = len(updates) // len(training) if updates else 1
    return {
        "updates": curve(updates, per),
        "training": curve(training),
        "validation": curve(validation),
    }


def of_real(command: str, epochs: int | None = None, per: int = 7) -> dict[str, Any]:
    """Return the curves of a real run, each epoch's mean standing for its updates."""
    (real,) = (real for real in REAL if real["command"].endswith(f"train {command} --json"))
    loss, val_loss = real["loss"][:epochs], real["val_loss"][:epochs]
    return points(loss, val_loss, [value for value in loss for _ in range(per)])


def shown(page: Page, *given: Any) -> Any:
    return page.evaluate(RANGE, list(given))


@pytest.mark.parametrize("preset", ["housing-sgd", "housing-rmsprop", "housing-adam"])
def test_housings_axis_tells_network_ridge_and_mean_apart(page: Page, preset: str) -> None:
    curves = of_real(preset)
    low, high = shown(page, curves, 80, False, HOUSING)
    assert low <= min(curves["training"]["y"]) and 83.7 <= high < 200
    assert high >= max(curves["validation"]["y"][8:])  # after its first tenth
    assert (23.1 - curves["validation"]["y"][-1]) / (high - low) > -0.01
    settled = curves["updates"]["y"][56:]
    assert sum(value <= high for value in settled) >= 0.95 * len(settled)


def test_an_accuracy_begins_near_its_curves_and_ends_at_100_per_cent(page: Page) -> None:
    updates = [min(0.99, 0.1 + at / 300) for at in range(469)] + [0.97, 0.99] * (2 * 469)
    curves = points([0.92, 0.97, 0.98, 0.985, 0.99], [0.96, 0.968, 0.974, 0.98, 0.979], updates)
    low, high = shown(page, curves, 5, True, [0.1135, 0.925])
    assert 0.9 <= low <= 0.92 and 0.99 <= high <= 1


def test_while_a_run_is_live_its_axis_only_becomes_longer_in_few_steps(page: Page) -> None:
    states = [of_real("housing-sgd", epochs) for epochs in range(1, 81)]
    ranges = page.evaluate(LIVE, [states, 80, HOUSING])
    assert ranges[7] is None and ranges[8] is not None  # nothing is chosen in the first tenth
    seen = [ranges[8]]
    for now in ranges[9:]:
        assert now[0] <= seen[-1][0] and now[1] >= seen[-1][1]
        seen += [now] if now != seen[-1] else []
    assert len(seen) <= 4
    low, high = shown(page, states[-1], 80, False, HOUSING)
    assert seen[-1][0] <= low and high <= seen[-1][1] <= 1.5 * high


def test_a_single_high_update_is_cut_and_told(page: Page) -> None:
    updates = [1.0] * 100
    updates[60] = 900.0
    curves = points([1.0] * 10, [2.0] * 10, updates)
    low, high = shown(page, curves, 10, False, [])
    assert low <= 1 and 2 <= high < 10
    cut = page.evaluate("([...given]) => cutAway(...given)", [curves, [low, high], False])
    assert cut == {"places": [6.1], "value": 900}
    assert page.evaluate("([...given]) => cutAway(...given)", [curves, [0, 900], False]) is None


NOTHING: list[float] = []


@pytest.mark.parametrize(
    ("training", "validation", "updates", "extent"),
    [
        ([3.0], [2.0], [5.0, 4.0, 3.0], 1),  # one epoch
        ([2.0], [2.0], [2.0], 1),
        ([0.0] * 5, [0.0] * 5, [0.0] * 5, 5),
        ([1e30, 1e300], [1e30, 1e300], [1e3, 1e30, 1e200, 1e300], 2),
        ([1e-9] * 500, [2e-9] * 500, NOTHING, 500),
        ([float(at) for at in range(500, 0, -1)], [1.0] * 500, NOTHING, 500),
    ],
)
def test_every_run_has_a_range_that_holds_its_validation_curve(
    page: Page, training: list[float], validation: list[float], updates: list[float], extent: int
) -> None:
    for baselines in (NOTHING, HOUSING):
        curves = points(training, validation, updates)
        low, high = shown(page, curves, extent, False, baselines)
        assert low < high and low <= validation[-1] <= high


def test_a_paused_run_of_few_points_shows_them_all_and_one_of_none_has_no_range(
    page: Page,
) -> None:
    few = {"updates": {"x": [0.1, 0.2], "y": [600.0, 550.0]}}
    none = {name: {"x": [], "y": []} for name in ("training", "validation")}
    low, high = shown(page, {**few, **none}, 80, False, [])
    assert low <= 550 and high >= 600
    assert shown(page, points([], [], []), 80, False, HOUSING) is None
