"""The training loop against Keras' own, and its promises about ends, seeds and files."""

import threading
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.language import UserError
from models.control import Control
from models.events import Batches, End, Epoch, Event, Started, State, Unsaved
from models.experiment import OPTIMIZER_PARAMETERS, Experiment, Layer, Optimizer
from models.inputs.preparation import prepare
from models.network.weights import WEIGHTS, read_network
from models.tasks import built_in, preset_named
from models.training.batches import permutation
from models.training.build import build_model
from models.training.loop import train

HOUSING = preset_named("housing-sgd").changed(epochs=3)
DIGITS = preset_named("mnist").changed(epochs=1, train_size=3_000, layers=(Layer(32),))


def run(experiment: Experiment, folder: Path | None = None) -> list[Event]:
    events: list[Event] = []
    train(experiment, events.append, folder=folder)
    return events


def trained_arrays(experiment: Experiment, folder: Path) -> list[np.ndarray]:
    run(experiment, folder)
    network = read_network(folder)
    pairs = zip(network.kernels, network.biases, strict=True)
    return [array for pair in pairs for array in pair]


def fitted_arrays(experiment: Experiment) -> list[np.ndarray]:
    """Train with ``model.fit``, giving it every epoch's rows in the order that the loop draws."""
    task = built_in(experiment.task)
    prepared = prepare(task, experiment, task.load())
    x, y = prepared.scaling.apply(prepared.x_train), prepared.y_train
    model = build_model(experiment, task)
    for epoch in range(1, experiment.epochs + 1):
        order = permutation(experiment.seed, epoch, len(x))
        model.fit(x[order], y[order], batch_size=experiment.batch_size, shuffle=False, verbose=0)
    return [variable.numpy() for variable in model.trainable_variables]


def assert_equal_to_fit(experiment: Experiment, folder: Path) -> None:
    """Every weight is that of ``model.fit``, to the last bit unless a kernel rounds otherwise."""
    optimizer = experiment.optimizer
    tolerance = 1e-6 if optimizer.name == "rmsprop" and not optimizer.centered else 0.0
    ours, theirs = trained_arrays(experiment, folder), fitted_arrays(experiment)
    for our, their in zip(ours, theirs, strict=True):
        np.testing.assert_allclose(our, their, rtol=0.0, atol=tolerance)


@pytest.mark.parametrize("name", OPTIMIZER_PARAMETERS)
def test_weights_equal_those_of_keras_fit(name: str, tmp_path: Path) -> None:
    assert_equal_to_fit(HOUSING.changed(optimizer=Optimizer(name)), tmp_path)


@pytest.mark.parametrize(
    "optimizer",
    [
        HOUSING.optimizer,
        Optimizer("sgd", momentum=0.9),
        Optimizer("rmsprop", momentum=0.5),
        Optimizer("rmsprop", momentum=0.5, centered=True),
        Optimizer("adam", amsgrad=True),
        Optimizer("sgd", learning_rate=0.01, clipnorm=0.5),
    ],
    ids=["nesterov", "momentum", "rmsprop-momentum", "centered", "amsgrad", "clipped"],
)
def test_weights_equal_those_of_keras_fit_with_every_switch(
    optimizer: Optimizer, tmp_path: Path
) -> None:
    assert_equal_to_fit(HOUSING.changed(optimizer=optimizer), tmp_path)


def test_weights_equal_those_of_keras_fit_with_l2_and_no_dropout(tmp_path: Path) -> None:
    layers = (Layer(64, "tanh", dropout=0.0), Layer(8))
    assert_equal_to_fit(HOUSING.changed(l2=0.01, layers=layers), tmp_path)


def test_weights_equal_those_of_keras_fit_on_images(tmp_path: Path) -> None:
    assert_equal_to_fit(DIGITS, tmp_path)


def test_the_same_seed_gives_the_same_weights_and_another_seed_others(tmp_path: Path) -> None:
    experiment = HOUSING.changed(layers=(Layer(16, dropout=0.3),))
    folders = [tmp_path / name for name in "abc"]
    for folder in folders:
        folder.mkdir()
    first = trained_arrays(experiment, folders[0])
    again = trained_arrays(experiment, folders[1])
    other = trained_arrays(experiment.changed(seed=1), folders[2])
    assert all(np.array_equal(a, b) for a, b in zip(first, again, strict=True))
    assert not np.array_equal(first[0], other[0])


def test_figures_of_an_epoch_equal_those_of_keras() -> None:
    experiment = HOUSING.changed(epochs=1)
    task = built_in("boston")
    prepared = prepare(task, experiment, task.load())
    x, y = prepared.scaling.apply(prepared.x_train), prepared.y_train
    order = permutation(experiment.seed, 1, len(x))
    history = build_model(experiment, task).fit(
        x[order],
        y[order],
        batch_size=64,
        shuffle=False,
        verbose=0,
        validation_data=(prepared.scaling.apply(prepared.x_val), prepared.y_val),
    )
    epoch = next(event for event in run(experiment) if isinstance(event, Epoch))
    assert epoch.loss == pytest.approx(history.history["loss"][0], rel=1e-5)
    assert epoch.metric == pytest.approx(history.history["mean_absolute_error"][0], rel=1e-5)
    assert epoch.val_loss == pytest.approx(history.history["val_loss"][0], rel=1e-5)


def test_events_tell_every_update_and_every_epoch_and_end_once() -> None:
    events = run(HOUSING)
    started = events[0]
    assert isinstance(started, Started)
    assert (started.parameters, started.updates_per_epoch, started.rows) == (5121, 7, 404)
    points = [point for event in events if isinstance(event, Batches) for point in event.points]
    assert [update for update, _, _ in points] == list(range(1, 22))
    assert [event.epoch for event in events if isinstance(event, Epoch)] == [1, 2, 3]
    assert [isinstance(event, End) for event in events].count(True) == 1
    assert isinstance(events[-1], End) and events[-1].state is State.DONE


def test_the_test_figures_are_those_of_the_last_validation_on_the_test_rows() -> None:
    events = run(HOUSING)
    epoch = [event for event in events if isinstance(event, Epoch)][-1]
    end = events[-1]
    assert isinstance(end, End) and end.test
    assert end.test["mse"] == pytest.approx(epoch.val_loss, rel=1e-5)
    assert end.test["mae"] == pytest.approx(epoch.val_metric, rel=1e-5)


def test_raw_inputs_diverge_at_a_named_update_and_leave_no_weights(tmp_path: Path) -> None:
    end = run(HOUSING.changed(standardize=False), tmp_path)[-1]
    assert isinstance(end, End)
    assert end.state is State.DIVERGED and end.update and 1 <= end.update <= 7
    assert end.error and "NaN" in end.error.en
    assert not (tmp_path / WEIGHTS).exists()


def test_a_run_that_diverges_late_keeps_the_weights_of_its_last_finite_epoch(
    tmp_path: Path,
) -> None:
    # Unstable from the start, but slowly: the loss grows for some epochs before it overflows.
    experiment = HOUSING.changed(optimizer=Optimizer("sgd", learning_rate=0.06), epochs=60)
    events = run(experiment, tmp_path)
    epochs = [event for event in events if isinstance(event, Epoch)]
    end = events[-1]
    assert isinstance(end, End) and end.state is State.DIVERGED and epochs
    network = read_network(tmp_path)
    assert all(np.isfinite(array).all() for array in (*network.kernels, *network.biases))
    assert end.update and end.update > 7 * epochs[-1].epoch - 1


def test_early_stopping_keeps_the_weights_of_the_best_epoch(tmp_path: Path) -> None:
    experiment = preset_named("housing-adam").changed(
        optimizer=Optimizer("adam", learning_rate=0.02), early_stopping=3, epochs=300
    )
    events = run(experiment, tmp_path)
    epochs = [event for event in events if isinstance(event, Epoch)]
    end = events[-1]
    assert isinstance(end, End) and end.test and len(epochs) < 300
    best = min(epochs, key=lambda epoch: epoch.val_loss)
    assert end.best_epoch == best.epoch == epochs[-1].epoch - 3
    assert end.test["mse"] == pytest.approx(best.val_loss, rel=1e-4)


def test_a_stop_ends_the_run_and_keeps_what_was_learnt(tmp_path: Path) -> None:
    asked = threading.Event()
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, Batches):
            asked.set()

    train(DIGITS.changed(epochs=500), emit, lambda: Control(stop=asked.is_set()), tmp_path)
    end = events[-1]
    assert isinstance(end, End) and end.state is State.STOPPED
    assert read_network(tmp_path).kernels[0].shape == (784, 32)


def test_held_back_rows_validate_and_do_not_train() -> None:
    events = run(HOUSING.changed(validation_share=0.25, epochs=1))
    started = events[0]
    assert isinstance(started, Started) and started.rows == 303


def test_many_updates_are_told_in_at_most_twenty_thousand_points() -> None:
    experiment = HOUSING.changed(layers=(), batch_size=1, epochs=80, train_size=404)
    points = [p for e in run(experiment) if isinstance(e, Batches) for p in e.points]
    assert 15_000 <= len(points) <= 20_000
    assert points[0][0] == 2  # 32,320 updates: every point is the mean of two


def test_batches_are_reported_at_most_ten_times_a_second() -> None:
    events = run(DIGITS.changed(epochs=4, train_size=10_000))
    reports = sum(isinstance(event, Batches) for event in events)
    end = events[-1]
    assert isinstance(end, End) and end.seconds
    assert 2 <= reports <= 10 * end.seconds + 2


def test_a_folder_that_cannot_be_written_fails_the_run_with_a_sentence(tmp_path: Path) -> None:
    end = run(HOUSING, tmp_path / "missing")[-1]
    assert isinstance(end, End) and end.state is State.FAILED
    assert end.error and "FNN_LAB_HOME" in end.error.ko


def test_that_nothing_can_be_saved_is_said_while_the_run_trains_on(tmp_path: Path) -> None:
    blocked, events = tmp_path / WEIGHTS, []

    def emit(event: Event) -> None:
        """Let something stand where the weights go, from the first epoch to the first warning."""
        events.append(event)
        if isinstance(event, Started):
            blocked.mkdir()
        elif isinstance(event, Unsaved) and event.error:
            blocked.rmdir()

    train(HOUSING.changed(epochs=300), emit, folder=tmp_path)
    warnings = [event for event in events if isinstance(event, Unsaved)]
    assert [warning.error is None for warning in warnings] == [False, True]
    assert warnings[0].error and str(tmp_path) in warnings[0].error.en
    assert "저장되지 않습니다" in warnings[0].error.ko
    assert any(isinstance(event, Epoch) for event in events[events.index(warnings[0]) :])
    end = events[-1]
    assert isinstance(end, End) and end.state is State.DONE and blocked.is_file()


def test_an_experiment_that_cannot_be_trained_is_refused_before_any_event() -> None:
    events: list[Event] = []
    with pytest.raises(UserError, match="batch_size"):
        train(replace(HOUSING, batch_size=405), events.append)
    assert events == []
