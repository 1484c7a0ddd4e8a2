"""Baselines are those of scikit-learn, and of the lab's own network without hidden layers."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import log_loss, mean_absolute_error, mean_squared_error, r2_score

from models.control import Control
from models.events import Baseline, Baselines, End, Epoch, Event, State
from models.experiment import Experiment, Layer
from models.inputs.preparation import prepare
from models.tasks import built_in, preset_named
from models.training import baselines
from models.training.baselines import simple_baselines, without_hidden_layers
from models.training.loop import train

HOUSING = preset_named("housing-sgd")
DIGITS = preset_named("mnist").changed(epochs=2, train_size=2_000, layers=(Layer(32),))


@pytest.fixture(autouse=True)
def _own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))


@pytest.fixture(scope="module")
def home_of_two(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("home")


@pytest.fixture(scope="module")
def two(home_of_two: Path) -> list[list[Event]]:
    """Return what two runs of the same experiment tell, one after the other in one home."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("FNN_LAB_HOME", str(home_of_two))
        return [run(DIGITS) for _ in range(2)]


def run(experiment: Experiment, **options: object) -> list[Event]:
    events: list[Event] = []
    train(experiment, events.append, **options)  # type: ignore[arg-type]
    return events


def told(events: list[Event]) -> list[tuple[Baseline, ...]]:
    return [event.baselines for event in events if isinstance(event, Baselines)]


def test_regression_baselines_equal_scikit_learns_own_figures() -> None:
    task = built_in("boston")
    prepared = prepare(task, HOUSING, task.load())
    x, x_val = (prepared.scaling.apply(rows) for rows in (prepared.x_train, prepared.x_val))
    found = {baseline.name: baseline for baseline in simple_baselines(task, prepared)}
    lasso = Lasso(0.01 * prepared.y_train.std())
    rivals = {"linear_regression": LinearRegression(), "ridge": Ridge(1.0), "lasso": lasso}
    assert list(found) == ["mean", *rivals]
    for name, rival in rivals.items():
        answers = rival.fit(x, prepared.y_train).predict(x_val)
        assert found[name].loss == pytest.approx(mean_squared_error(prepared.y_val, answers), 1e-4)
        assert found[name].metric == pytest.approx(
            mean_absolute_error(prepared.y_val, answers), 1e-4
        )
        assert found[name].r2 == pytest.approx(r2_score(prepared.y_val, answers), 1e-4)
    published = {"linear_regression": 23.2, "ridge": 23.1, "lasso": 22.3}
    assert {name: round(found[name].loss, 1) for name in published} == published
    assert found["mean"].loss == pytest.approx(
        mean_squared_error(prepared.y_val, np.full(102, prepared.y_train.mean())), 1e-4
    )


@pytest.mark.parametrize("unit", [1e-3, 1e4])
def test_penalties_mean_the_same_in_every_unit_of_the_answers(unit: float) -> None:
    task = built_in("boston")
    prepared = prepare(task, HOUSING, task.load())
    y_train, y_val = unit * prepared.y_train, unit * prepared.y_val
    scaled = simple_baselines(task, replace(prepared, y_train=y_train, y_val=y_val))
    for before, after in zip(simple_baselines(task, prepared), scaled, strict=True):
        assert after.r2 == pytest.approx(before.r2, abs=1e-3), before.name
    same = replace(prepared, y_train=np.full_like(prepared.y_train, 3.0))
    assert all(np.isfinite(baseline.loss) for baseline in simple_baselines(task, same))


def test_the_majority_class_is_judged_by_its_share() -> None:
    task = built_in("mnist")
    prepared = prepare(task, DIGITS, task.load())
    (majority,) = simple_baselines(task, prepared)
    counts = np.bincount(prepared.y_train, minlength=10)
    answers = np.tile(counts / counts.sum(), (10_000, 1))
    assert majority.metric == pytest.approx((prepared.y_val == counts.argmax()).mean())
    assert majority.loss == pytest.approx(log_loss(prepared.y_val, answers), rel=1e-6)


def test_they_are_told_before_the_first_batch() -> None:
    kinds = [event.kind for event in run(HOUSING.changed(epochs=1))]
    assert kinds[:2] == ["started", "baselines"]


def test_the_network_without_hidden_layers_is_trained_once_and_then_remembered(
    two: list[list[Event]],
) -> None:
    first, second = two
    assert [[baseline.name for baseline in told] for told in told(first)] == [
        ["majority"],
        ["majority", "no_hidden"],
    ]
    assert [[baseline.name for baseline in told] for told in told(second)] == [
        ["majority", "no_hidden"]
    ]
    assert told(second)[-1][1] == told(first)[-1][1]
    linear = without_hidden_layers(DIGITS)
    assert linear is not None
    last = [event for event in run(linear) if isinstance(event, Epoch)][-1]
    assert told(first)[-1][1].loss == last.val_loss
    assert told(first)[-1][1].metric == last.val_metric


def test_other_choices_have_another_baseline(
    two: list[list[Event]], home_of_two: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("FNN_LAB_HOME", str(home_of_two))
    other = told(run(DIGITS.changed(batch_size=64)))
    assert [len(found) for found in other] == [1, 2]
    assert told(two[0])[-1][1].loss != other[-1][1].loss


def test_the_weights_do_not_depend_on_whether_the_baseline_was_known(
    two: list[list[Event]],
) -> None:
    first, second = (events[-1] for events in two)
    assert isinstance(first, End) and isinstance(second, End)
    assert first.test and first.test == second.test


def test_a_stop_during_the_baseline_leaves_the_run_done() -> None:
    events: list[Event] = []

    def ask() -> Control:
        trained = [event for event in events if isinstance(event, Epoch)]
        return Control(stop=len(trained) == DIGITS.epochs)

    train(DIGITS, events.append, ask)
    end = events[-1]
    assert isinstance(end, End) and end.state is State.DONE and len(told(events)) == 1


def test_a_baseline_that_takes_too_long_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(baselines, "SECONDS_FOR_BASELINE", 0.0)
    events = run(DIGITS)
    assert [[each.name for each in found] for found in told(events)] == [["majority"]]
    assert isinstance(events[-1], End) and events[-1].state is State.DONE


def test_a_network_without_hidden_layers_has_no_such_baseline() -> None:
    assert [len(found) for found in told(run(DIGITS.changed(layers=())))] == [1]
