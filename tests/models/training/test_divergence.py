"""A loss that grows too large ends a run, whether it is still a number or not, for real."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from app.training.diagnosis_panel import sentence
from models.control import Control
from models.events import Batches, End, Epoch, Event, State
from models.experiment import Experiment, Layer, Optimizer
from models.tasks import preset_named
from models.training.loop import train

HOUSING = preset_named("housing-sgd")
DIGITS = preset_named("mnist").changed(train_size=5_000, batch_size=128)
WILD = Optimizer("rmsprop", learning_rate=10.0)


def told(
    experiment: Experiment,
    ask: Callable[[], Control] = Control,
    folder: Path | None = None,
    after: int | None = None,
) -> list[Event]:
    events: list[Event] = []
    train(experiment, events.append, ask, folder, after=after)
    return events


def end_of(events: list[Event]) -> End:
    assert isinstance(events[-1], End)
    return events[-1]


def test_a_loss_far_above_its_start_ends_the_run_and_says_what_happened() -> None:
    events = told(DIGITS.changed(optimizer=WILD, epochs=10))
    end = end_of(events)
    losses = [event.loss for event in events if isinstance(event, Epoch)]
    assert end.state is State.DIVERGED and len(losses) == 2
    (found,) = (each for each in end.diagnoses if each.name == "blown_up")
    first = next(event for event in events if isinstance(event, Batches)).points[0][1]
    assert found.figures["first"] == pytest.approx(first)
    assert found.figures["last"] == losses[-1] > 10 * first
    assert found.figures["update"] == end.update and float(found.figures["gradient"]) > 0
    assert end.error and f"from {first:.3g} to {losses[-1]:.3g}" in end.error.en


@pytest.mark.parametrize("seed", [11, 41])
def test_a_first_row_that_was_met_by_chance_ends_nothing(seed: int) -> None:
    slow = Optimizer("sgd", learning_rate=1e-8)
    few = HOUSING.changed(standardize=False, batch_size=1, train_size=20, optimizer=slow)
    events = told(few.changed(epochs=3, seed=seed))
    first = next(event for event in events if isinstance(event, Batches)).points[0][1]
    losses = [event.loss for event in events if isinstance(event, Epoch)]
    assert end_of(events).state is State.DONE
    assert min(losses) > 10 * first and losses == sorted(losses, reverse=True)


def test_one_bad_epoch_alone_ends_nothing() -> None:
    end = end_of(told(DIGITS.changed(optimizer=WILD, epochs=1)))
    assert end.state is State.DONE and "blown_up" in {each.name for each in end.diagnoses}


def test_a_run_that_is_stopped_within_its_first_epoch_is_diagnosed_too() -> None:
    updates = 0

    def listen(event: Event) -> None:
        nonlocal updates
        events.append(event)
        if isinstance(event, Batches):
            updates = event.points[-1][0]

    events: list[Event] = []
    experiment = DIGITS.changed(train_size=60_000, optimizer=WILD, epochs=2)
    train(experiment, listen, lambda: Control(stop=updates >= 4))
    end = end_of(events)
    assert end.state is State.STOPPED and not any(isinstance(event, Epoch) for event in events)
    assert "blown_up" in {each.name for each in end.diagnoses}


def test_a_healthy_run_that_goes_on_is_still_healthy(tmp_path: Path) -> None:
    short = DIGITS.changed(layers=(Layer(64),), epochs=6, batch_size=8, train_size=2_000)
    end = end_of(told(short, folder=tmp_path))
    again = end_of(told(short.changed(epochs=8), folder=tmp_path, after=end.checkpoint))
    assert again.state is State.DONE and again.diagnoses == ()


def test_a_run_that_blew_up_is_still_named_when_it_goes_on(tmp_path: Path) -> None:
    wild = DIGITS.changed(optimizer=WILD, epochs=1)
    end = end_of(told(wild, folder=tmp_path))
    again = end_of(told(wild.changed(epochs=3), folder=tmp_path, after=end.checkpoint))
    assert "blown_up" in {each.name for each in again.diagnoses}


def test_a_divergence_after_a_change_of_the_learning_rate_was_looked_into() -> None:
    epochs = 0

    def listen(event: Event) -> None:
        nonlocal epochs
        events.append(event)
        epochs += isinstance(event, Epoch)

    events: list[Event] = []
    sgd = Optimizer("sgd", learning_rate=0.01)
    experiment = DIGITS.changed(optimizer=sgd, layers=(Layer(32),) * 3, epochs=20)
    train(experiment, listen, lambda: Control(learning_rate=1e9 if epochs >= 2 else None))
    end = end_of(events)
    assert end.state is State.DIVERGED
    (found,) = end.diagnoses
    assert found.name == "exploded" and "has_gradient" in found.figures
    assert found.figures["rate"] == 1e9


def test_nothing_is_said_of_a_gradient_that_nobody_looked_at() -> None:
    from models.tasks import built_in
    from models.training.diagnosis import Divergence, divergence

    found = divergence(built_in("boston"), HOUSING, Divergence(7, 7), 0.001)
    assert "gradient" not in sentence(found, None) and "기울기" not in sentence(found, None)


def test_an_epoch_tells_what_l2_adds_to_its_loss(tmp_path: Path) -> None:
    plain, heavy = (HOUSING.changed(epochs=1, l2=l2) for l2 in (0.0, 0.3))
    (without,) = (event for event in told(plain) if isinstance(event, Epoch))
    (found,) = (event for event in told(heavy, folder=tmp_path) if isinstance(event, Epoch))
    with np.load(tmp_path / "weights.npz") as arrays:
        kernels = [arrays[name] for name in arrays.files if arrays[name].ndim == 2]
    squares = sum(float((kernel**2).sum()) for kernel in kernels[:-1])
    assert without.penalty == 0.0 and found.penalty == pytest.approx(0.3 * squares, rel=1e-6)
