"""What is shown of a run is what happened, and watching changes nothing.

When the network is pictured is told by a clock that the test turns.
"""

from collections.abc import Callable
from itertools import count, pairwise
from pathlib import Path
from typing import Any

import keras
import numpy as np
import pytest
import tensorflow as tf

from models.control import Control
from models.events import TRANSIENT, Batches, Event, SingleUpdate, Snapshot, Started, Tuned, Weight
from models.experiment import OPTIMIZER_PARAMETERS, Experiment, Layer, Optimizer
from models.inputs.preparation import prepare
from models.network.update_rule import initial_slots, slot_names
from models.network.weights import read_network
from models.tasks import built_in, preset_named
from models.training.batches import permutation
from models.training.build import build_model
from models.training.live_view import SHARE, SHORTEST_SECONDS, NetworkView
from models.training.loop import train
from tests.support.update_step import step

HOUSING = preset_named("housing-sgd").changed(epochs=2)
WATCHED = Control(watch=(0, 5, 3))
ONE_BY_ONE = Control(watch=(0, 5, 3), updates_per_second=10.0)

OPTIMIZERS = [
    *(Optimizer(name) for name in OPTIMIZER_PARAMETERS),
    Optimizer("sgd", momentum=0.9),
    Optimizer("sgd", momentum=0.9, nesterov=True),
    Optimizer("rmsprop", momentum=0.5, centered=True),
    Optimizer("adam", amsgrad=True),
    Optimizer("sgd", learning_rate=0.01, clipnorm=0.5),
]


def run(
    experiment: Experiment, control: Control | Callable[[], Control], folder: Path | None = None
) -> Any:
    events: list[Event] = []
    ask = control if callable(control) else lambda: control
    train(experiment, events.append, ask, folder)
    return events


def rows(events: list[Event]) -> list[dict[str, Any]]:
    return [row for event in events if isinstance(event, Weight) for row in event.rows]


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: f"{o.name}-{o.arguments()}")
def test_the_change_that_is_shown_is_the_weights_own_and_the_formulas(
    optimizer: Optimizer, tmp_path: Path
) -> None:
    """Every row: after - before is real (Keras trained it), and follows from the shown figures."""
    experiment = HOUSING.changed(optimizer=optimizer, epochs=3)
    told = rows(run(experiment, WATCHED, tmp_path))
    assert told[-1]["after"] == float(read_network(tmp_path).kernels[0][5, 3])
    follow_each_other = 0
    for before, now in zip([None, *told[:-1]], told, strict=True):
        if before is not None and now["update"] != before["update"] + 1:
            continue
        follow_each_other += 1
        slots = initial_slots(optimizer) if before is None else before["slots"]
        expected = step(
            optimizer, now["rate"], now["update"], now["before"], now["gradient"], slots
        )
        change = now["after"] - now["before"]
        assert change == pytest.approx(expected.change, rel=2e-3, abs=3e-8)
        assert now["figures"]["change"] == pytest.approx(change, rel=2e-3, abs=3e-8)
        assert now["slots"] == pytest.approx(list(expected.slots_after), rel=1e-4, abs=1e-9)
        assert len(now["slots"]) == len(slot_names(optimizer))
    assert follow_each_other >= 5


def test_the_gradient_that_is_shown_is_kerass() -> None:
    task, experiment = built_in("boston"), HOUSING
    first = rows(run(experiment, WATCHED))[0]
    prepared = prepare(task, experiment, task.load())
    model = build_model(experiment, task)
    chosen = permutation(experiment.seed, 1, 404)[:64]
    with tf.GradientTape() as tape:
        answers = model(prepared.scaling.apply(prepared.x_train[chosen]))
        loss = tf.reduce_mean(
            keras.losses.mean_squared_error(prepared.y_train[chosen][:, None], answers)
        )
    gradient = tape.gradient(loss, model.trainable_variables[0])
    assert first["update"] == 1
    assert first["gradient"] == pytest.approx(float(gradient[5, 3]), rel=1e-4)


@pytest.mark.parametrize("weight", [(0, -1, 2), (1, 3, 4), (2, 63, 0), (2, -1, 0)])
def test_every_weight_and_bias_can_be_watched(weight: tuple[int, int, int], tmp_path: Path) -> None:
    layer, place, unit = weight
    told = rows(run(HOUSING, Control(watch=weight), tmp_path))
    network = read_network(tmp_path)
    arrays = network.biases[layer] if place < 0 else network.kernels[layer][place]
    assert told[-1]["after"] == float(arrays[unit])


@pytest.mark.parametrize("control", [WATCHED, ONE_BY_ONE], ids=["watched", "slow"])
def test_watching_and_slow_motion_change_no_weight(control: Control, tmp_path: Path) -> None:
    experiment = HOUSING.changed(layers=(Layer(16, dropout=0.3), Layer(8)))
    plain, watched = tmp_path / "plain", tmp_path / "watched"
    for folder, asked in ((plain, Control()), (watched, control)):
        folder.mkdir()
        run(experiment, asked, folder)
    pairs = zip(read_network(plain).kernels, read_network(watched).kernels, strict=True)
    assert all(np.array_equal(ours, theirs) for ours, theirs in pairs)


@pytest.mark.parametrize("optimizer", OPTIMIZERS, ids=lambda o: f"{o.name}-{o.arguments()}")
def test_single_updates_are_those_of_a_run_at_full_speed(
    optimizer: Optimizer, tmp_path: Path
) -> None:
    experiment = HOUSING.changed(
        layers=(Layer(16, dropout=0.3), Layer(8)), optimizer=optimizer, epochs=1, l2=0.01
    )
    at_once, singly = tmp_path / "at once", tmp_path / "singly"
    for folder, asked in ((at_once, Control()), (singly, one_more_each_time())):
        folder.mkdir()
        run(experiment, asked, folder)
    pairs = zip(read_network(at_once).kernels, read_network(singly).kernels, strict=True)
    assert all(np.array_equal(ours, theirs) for ours, theirs in pairs)


def one_more_each_time() -> Callable[[], Control]:
    """A paused run, and a click on "one update more" whenever it looks."""
    clicks = count(1)
    return lambda: Control(paused=True, until=next(clicks))


def test_a_single_update_does_not_wait_for_a_graph(monkeypatch: pytest.MonkeyPatch) -> None:
    def no_graph(*_: object, **__: object) -> None:
        raise AssertionError("a graph was made")

    monkeypatch.setattr(tf, "function", no_graph)
    steps = [each for each in run(HOUSING, one_more_each_time()) if isinstance(each, SingleUpdate)]
    assert [step.update for step in steps] == list(range(1, 15))


def test_nothing_is_shown_of_a_run_that_nobody_watches() -> None:
    assert not any(isinstance(event, TRANSIENT) for event in run(HOUSING, Control()))


def test_slow_motion_tells_every_update_with_its_numbers() -> None:
    events = run(HOUSING.changed(epochs=1, l2=0.01), ONE_BY_ONE)
    steps = [event for event in events if isinstance(event, SingleUpdate)]
    points = [point for event in events if isinstance(event, Batches) for point in event.points]
    assert [step.update for step in steps] == list(range(1, 8))
    assert [step.rows for step in steps] == [64] * 6 + [20]
    assert [step.loss for step in steps] == pytest.approx([loss for _, loss, _ in points])
    for told in steps:
        assert told.penalty > 0 and len(told.examples) == 3
        assert told.gradient_norm >= told.largest_gradient > 0
        for example in told.examples:
            expected = (example["answer"][0] - example["target"]) ** 2
            assert example["loss"] == pytest.approx(expected, rel=1e-5)


def test_slow_motion_of_a_classifier_tells_minus_the_logarithm_of_the_right_class() -> None:
    digits = preset_named("mnist").changed(epochs=1, train_size=500, layers=(Layer(8),))
    steps = [event for event in run(digits, ONE_BY_ONE) if isinstance(event, SingleUpdate)]
    assert len(steps) == 4 and steps[0].penalty == pytest.approx(0, abs=1e-5)
    for example in steps[0].examples:
        assert sum(example["answer"]) == pytest.approx(1, abs=1e-5)
        right = example["answer"][int(example["target"])]
        assert example["loss"] == pytest.approx(-np.log(right), rel=1e-5)


def test_a_run_that_is_watched_is_pictured_to_its_last_update() -> None:
    digits = preset_named("mnist").changed(epochs=2, train_size=20_000, layers=(Layer(64),))
    events = run(digits, Control(watch=(0, 406, 0)))
    pictures = [event.update for event in events if isinstance(event, Snapshot)]
    (started, *_) = (event for event in events if isinstance(event, Started))
    assert pictures[0] < 10 and pictures[-1] == 2 * started.updates_per_epoch
    assert len(pictures) >= 4


def test_the_learning_rate_in_force_is_told_with_each_update() -> None:
    heard: list[Event] = []

    def ask() -> Control:
        started = any(isinstance(event, Weight) for event in heard)
        return Control(
            watch=(0, 5, 3), updates_per_second=50.0, learning_rate=0.0005 if started else None
        )

    train(HOUSING.changed(epochs=3), heard.append, ask)
    tuned = next(event for event in heard if isinstance(event, Tuned) and event.learning_rate)
    for row in rows(heard):
        assert row["rate"] == (0.0005 if row["update"] > tuned.update else 0.001)


SECONDS = 60.0


def pictures(each_look: float, each_picture: float) -> list[float]:
    """Return when pictures were ready, of a minute in which both take so many seconds."""
    now, ready = 0.0, []

    def take() -> Any:
        nonlocal now
        now += each_picture

    network_view = NetworkView(lambda _: ready.append(now), take, lambda: now)
    while now < SECONDS:
        network_view.look()
        now += each_look
    return ready


@pytest.mark.parametrize("each_look", [0.001, 0.02, 0.1])
@pytest.mark.parametrize("each_picture", [0.0002, 0.001, 0.005])
def test_pictures_come_twice_a_second_and_cost_little(
    each_look: float, each_picture: float
) -> None:
    ready = pictures(each_look, each_picture)
    rests = [later - sooner for sooner, later in pairwise(ready)]
    assert max(rests) <= 0.5
    assert min(rests) >= SHORTEST_SECONDS
    assert len(ready) * each_picture <= SHARE * SECONDS


def test_what_is_young_is_pictured_more_often() -> None:
    ready = pictures(0.001, 0.0002)
    assert sum(at < 1 for at in ready) > 10
    assert ready[1] < 0.05 and ready[-1] - ready[-2] > 0.25


def test_a_picture_can_be_asked_for() -> None:
    taken: list[Any] = []
    network_view = NetworkView(taken.append, lambda: "picture", lambda: 0.0)  # type: ignore[arg-type,return-value]
    network_view.look()
    network_view.look()
    network_view.look(now=True)
    assert taken == ["picture"] * 2
