"""How long a sweep is said to take, by arithmetic and by what earlier runs really took."""

from dataclasses import replace

import pytest

from models.events import State
from models.runs.run import Run
from models.sweeps.cost import (
    MOST_MEASURED,
    SECONDS_TO_START,
    measured,
    seconds_by_arithmetic,
    seconds_of,
)
from models.sweeps.plan import Axis, Plan
from models.tasks import built_in, preset_named

HOUSING, TASK = preset_named("housing-sgd"), built_in("boston")
PLAN = Plan(HOUSING, (Axis("batch_size", (16, 32)),))
DONE = Run(
    id="run",
    owner="owner",
    task="boston",
    experiment=HOUSING,
    state=State.DONE,
    created=0.0,
    started=100.0,
    ended=112.0,
    epoch=HOUSING.epochs,
)


def test_what_earlier_runs_took_from_start_to_end_sets_the_estimate() -> None:
    factor = 12.0 / seconds_by_arithmetic(TASK, HOUSING)
    arithmetic = sum(seconds_by_arithmetic(TASK, trial.experiment) for trial in PLAN.trials())
    expected = factor * arithmetic + 2 * SECONDS_TO_START
    assert seconds_of(PLAN, TASK, measured([DONE])) == pytest.approx(expected)
    assert seconds_of(PLAN, TASK) == pytest.approx(arithmetic + 2 * SECONDS_TO_START)


def test_a_run_that_stopped_early_counts_with_the_epochs_that_it_made() -> None:
    assert measured([replace(DONE, epoch=7)]) == [(HOUSING.changed(epochs=7), 12.0)]


@pytest.mark.parametrize(
    "other",
    [
        {"state": State.STOPPED},
        {"state": State.RUNNING, "ended": None},
        {"stretch": 1},
        {"started": None},
    ],
    ids=str,
)
def test_runs_whose_times_say_nothing_are_left_out(other: dict[str, object]) -> None:
    assert measured([replace(DONE, **other)]) == []  # type: ignore[arg-type]


def test_the_newest_few_are_enough() -> None:
    runs = [replace(DONE, ended=101.0 + number) for number in range(9)]
    assert [took for _, took in measured(runs)] == [1.0 + n for n in range(MOST_MEASURED)]
