"""A run that goes on from a checkpoint is the run that never stopped."""

import json
import sys
import threading
from collections.abc import Callable
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from models.control import Control
from models.events import End, Epoch, Event, History, Started, State, fold, from_json, to_line
from models.experiment import Experiment, Layer, Optimizer
from models.jobs.cluster.file_transfer import pack_start
from models.network.checkpoint import (
    FOLDER,
    Checkpoint,
    Position,
    best_epoch,
    read_best,
    read_checkpoint,
    rewind,
    write_best,
    write_checkpoint,
)
from models.network.evaluation import evaluate
from models.network.weights import WEIGHTS, read_network
from models.runs.run import Run
from models.tasks import built_in, preset_named
from models.training.loop import train

HOUSING = preset_named("housing-adam").changed(
    epochs=6, layers=(Layer(16, dropout=0.3), Layer(8)), l2=0.01
)


def run(
    experiment: Experiment,
    folder: Path,
    control: Callable[[int], Control],
    after: int | None = None,
) -> list[Event]:
    """Train; ``control`` is told the last reported update."""
    events: list[Event] = []
    train(experiment, events.append, lambda: control(fold(events).update), folder, after=after)
    return events


def arrays(folder: Path) -> list[np.ndarray]:
    network = read_network(folder)
    return [*network.kernels, *network.biases]


def leave_after(update: int) -> Callable[[int], Control]:
    """Ask for single updates up to one, then leave."""
    return lambda now: Control(leave=now >= update, paused=True, until=update)


@pytest.fixture(scope="module")
def uninterrupted(
    tmp_path_factory: pytest.TempPathFactory,
) -> Callable[[str], tuple[Experiment, Path, History]]:
    """Return the run with an optimizer that nobody interrupts, and its folder."""

    @cache
    def uninterrupted(optimizer: str) -> tuple[Experiment, Path, History]:
        experiment = HOUSING.changed(optimizer=Optimizer(optimizer, learning_rate=0.003))
        folder = tmp_path_factory.mktemp("whole")
        return experiment, folder, fold(run(experiment, folder, lambda now: Control()))

    return uninterrupted


@pytest.mark.parametrize(
    ("optimizer", "update"),
    [
        *(("adam", update) for update in (1, 7, 10, 41)),
        *((optimizer, 10) for optimizer in ("sgd", "rmsprop", "adamw", "adagrad")),
    ],
)
def test_a_resumed_run_equals_the_uninterrupted_one(
    uninterrupted: Callable[[str], tuple[Experiment, Path, History]],
    optimizer: str,
    update: int,
    tmp_path: Path,
) -> None:
    (experiment, whole, expected), parts = uninterrupted(optimizer), tmp_path

    first = run(experiment, parts, leave_after(update))
    end = first[-1]
    assert isinstance(end, End) and (end.state, end.checkpoint) == (State.INTERRUPTED, update)
    second = run(experiment, parts, lambda now: Control(), after=update)
    began = second[0]
    assert isinstance(began, Started) and (began.epoch, began.update) == (update // 7, update)

    history = fold([*first, *second])
    assert history.points == expected.points
    figures = [(e.loss, e.metric, e.val_loss, e.val_metric, e.best_epoch) for e in history.epochs]
    assert figures == [
        (e.loss, e.metric, e.val_loss, e.val_metric, e.best_epoch) for e in expected.epochs
    ]
    assert history.end and expected.end and history.end.test == expected.end.test
    for ours, theirs in zip(arrays(parts), arrays(whole), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_learning_rate_changed_in_mid_run_survives_in_the_checkpoint(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir(), parts.mkdir()

    def slower(now: int) -> Control:
        return Control(paused=now < 10, until=10, learning_rate=0.05 if now >= 10 else None)

    events = run(HOUSING, whole, slower)
    assert [(t.update, t.learning_rate) for t in fold(events).tunings] == [(10, 0.05)]
    first = run(
        HOUSING,
        parts,
        lambda now: (
            Control(leave=True)
            if now >= 20
            else (Control(paused=True, until=20, learning_rate=0.05) if now >= 10 else slower(now))
        ),
    )
    second = run(HOUSING, parts, lambda now: Control(), after=20)
    assert fold([*first, *second]).points == fold(events).points


def test_early_stopping_remembers_the_best_epoch_across_an_interruption(tmp_path: Path) -> None:
    experiment = preset_named("housing-adam").changed(
        optimizer=Optimizer("adam", learning_rate=0.02), early_stopping=3, epochs=300
    )
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir(), parts.mkdir()
    expected = fold(run(experiment, whole, lambda now: Control()))
    assert expected.best
    after_best = 7 * expected.best.epoch + 3
    run(experiment, parts, leave_after(after_best))
    end = run(experiment, parts, lambda now: Control(), after=after_best)[-1]
    assert isinstance(end, End) and end.best_epoch == expected.best.epoch
    for ours, theirs in zip(arrays(parts), arrays(whole), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_run_that_is_done_can_train_on(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir(), parts.mkdir()
    run(HOUSING, whole, lambda now: Control())
    end = run(HOUSING.changed(epochs=4), parts, lambda now: Control())[-1]
    assert isinstance(end, End) and end.checkpoint == 28
    run(HOUSING, parts, lambda now: Control(), after=28)
    for ours, theirs in zip(arrays(parts), arrays(whole), strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_rewinding_brings_back_the_weights_of_the_best_epoch(tmp_path: Path) -> None:
    experiment = HOUSING.changed(
        layers=(Layer(64),),
        l2=0.0,
        optimizer=Optimizer("adam", learning_rate=0.1),
        train_size=40,
        batch_size=20,
        epochs=30,
    )
    history = fold(run(experiment, tmp_path, lambda now: Control()))
    assert history.best and history.best.epoch < 30
    last = arrays(tmp_path)
    position = rewind(tmp_path)
    assert position and (position.epoch, position.batches) == (history.best.epoch, 0)
    assert any((a != b).any() for a, b in zip(arrays(tmp_path), last, strict=True))
    assert rewind(tmp_path) == position  # to ask twice is to ask once

    on = run(experiment, tmp_path, lambda now: Control(), after=position.update)
    assert isinstance(on[0], Started) and on[0].epoch == history.best.epoch
    for ours, theirs in zip(arrays(tmp_path), last, strict=True):
        np.testing.assert_array_equal(ours, theirs)


def test_a_run_that_diverged_can_be_rewound(tmp_path: Path) -> None:
    experiment = preset_named("housing-sgd").changed(
        optimizer=Optimizer("sgd", learning_rate=0.06), epochs=60
    )
    events = run(experiment, tmp_path, lambda now: Control())
    assert fold(events).state is State.DIVERGED
    position = rewind(tmp_path)
    assert position and position.epoch == fold(events).epochs[-1].best_epoch
    assert (tmp_path / WEIGHTS).exists()


def made(update: int) -> Checkpoint:
    position = Position(update, 0, update, waiting=((1.0, 2.0),), best_loss=0.5, best_epoch=1)
    weights = (np.full((2, 3), update, np.float32), np.full(3, update, np.float32))
    return Checkpoint(position, weights, (np.int64(update),))


def test_a_checkpoint_reads_as_it_was_written(tmp_path: Path) -> None:
    write_checkpoint(tmp_path, made(5))
    found = read_checkpoint(tmp_path, 5)
    assert found and found.position == made(5).position
    np.testing.assert_array_equal(found.weights[0], made(5).weights[0])
    assert found.state[0] == 5


def test_the_last_two_and_the_best_are_kept(tmp_path: Path) -> None:
    write_best(tmp_path, made(2))
    for update in (1, 2, 3, 4, 12):
        write_checkpoint(tmp_path, made(update))
    names = sorted(path.name for path in (tmp_path / FOLDER).iterdir())
    assert names == ["000000004.npz", "000000012.npz", "best.npz"]
    best = read_best(tmp_path)
    assert best and best.position.update == 2


def test_one_that_is_newer_than_what_was_told_is_left_aside(tmp_path: Path) -> None:
    for update in (3, 9):
        write_checkpoint(tmp_path, made(update))
    found = read_checkpoint(tmp_path, 8)
    assert found and found.position.update == 3


def test_where_only_newer_ones_are_left_the_best_comes_first_and_then_the_oldest(
    tmp_path: Path,
) -> None:
    for update in (5, 9):
        write_checkpoint(tmp_path, made(update))
    found = read_checkpoint(tmp_path, 4)
    assert found and found.position.update == 5
    write_best(tmp_path, made(6))
    found = read_checkpoint(tmp_path, 4)
    assert found and found.position.update == 5
    write_best(tmp_path, made(2))
    found = read_checkpoint(tmp_path, 4)
    assert found and found.position.update == 2
    assert read_checkpoint(tmp_path / "elsewhere", 4) is None


@pytest.mark.parametrize(("update", "sent"), [(4, 5), (5, 5), (8, 5), (9, 9)])
def test_what_is_sent_to_another_machine_is_what_a_run_goes_on_from(
    update: int, sent: int, tmp_path: Path
) -> None:
    for each in (5, 9):
        write_checkpoint(tmp_path, made(each))
    assert list(pack_start(tmp_path, update)) == [f"{FOLDER}/{sent:09}.npz"]


@pytest.mark.parametrize("has_best", [True, False])
def test_a_run_whose_last_updates_were_not_told_doubles_nothing(
    has_best: bool, tmp_path: Path
) -> None:
    told = [event for event in run(HOUSING, tmp_path, leave_after(10)) if event.kind != "end"]
    run(HOUSING, tmp_path, leave_after(13), after=10)
    (tmp_path / FOLDER / "000000010.npz").unlink()
    if not has_best:
        (tmp_path / FOLDER / "best.npz").unlink()
    again = run(HOUSING, tmp_path, lambda now: Control(), after=10)
    began = again[0]
    assert isinstance(began, Started) and began.update == (7 if has_best else 13)
    history, untold = fold([*told, *again]), [] if has_best else [11, 12, 13]
    expected = [update for update in range(1, 43) if update not in untold]
    assert [update for update, _, _ in history.points] == expected
    assert [epoch.epoch for epoch in history.epochs] == [1, 2, 3, 4, 5, 6]
    assert history.state is State.DONE


def test_the_best_epoch_is_known_without_reading_the_arrays(tmp_path: Path) -> None:
    assert best_epoch(tmp_path) is None
    write_best(tmp_path, made(4))
    assert best_epoch(tmp_path) == 4
    path = tmp_path / FOLDER / "best.npz"
    whole, array = path.read_bytes(), made(4).weights[0].tobytes()
    path.write_bytes(whole.replace(array, bytes(len(array))))
    assert read_best(tmp_path) is None and best_epoch(tmp_path) == 4
    path.write_bytes(b"PK\x03\x04 half")
    assert best_epoch(tmp_path) is None


def test_rewinding_keeps_the_best_epoch_though_two_later_ones_are_there(tmp_path: Path) -> None:
    write_best(tmp_path, made(3))
    for update in (5, 9):
        write_checkpoint(tmp_path, made(update))
    assert rewind(tmp_path) == made(3).position
    names = sorted(path.name for path in (tmp_path / FOLDER).iterdir())
    assert names == ["000000003.npz", "best.npz"]


@pytest.mark.parametrize("blocked", ["000000003.npz", f"../{WEIGHTS}"])
def test_a_way_back_that_cannot_be_written_leaves_the_run_where_it_was(
    blocked: str, tmp_path: Path
) -> None:
    write_best(tmp_path, made(3))
    for update in (5, 9):
        write_checkpoint(tmp_path, made(update))
    (tmp_path / FOLDER / blocked).mkdir()
    with pytest.raises(OSError):
        rewind(tmp_path)
    found, best = read_checkpoint(tmp_path, 9), read_best(tmp_path)
    assert found and found.position.update == 9
    assert best and best.position.update == 3


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE to fill a disk")
def test_a_full_disk_leaves_the_one_before_as_it_was(tmp_path: Path) -> None:
    import resource

    write_checkpoint(tmp_path, made(3))
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (256, limits[1]))
    try:
        with pytest.raises(OSError):
            write_checkpoint(tmp_path, made(9))
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert [path.name for path in (tmp_path / FOLDER).iterdir()] == ["000000003.npz"]
    write_checkpoint(tmp_path, made(9))
    found = read_checkpoint(tmp_path, 9)
    assert found and found.position.update == 9


@pytest.mark.parametrize("damage", [b"", b"PK\x03\x04 half", None])
def test_a_damaged_one_makes_way_for_the_one_before(damage: bytes | None, tmp_path: Path) -> None:
    for update in (3, 9):
        write_checkpoint(tmp_path, made(update))
    newest = tmp_path / FOLDER / "000000009.npz"
    whole = newest.read_bytes()
    weight = made(9).weights[0].tobytes()
    flipped = whole.replace(weight, bytes(len(weight)))
    assert flipped != whole
    newest.write_bytes(flipped if damage is None else damage)
    found = read_checkpoint(tmp_path, 9)
    assert found and found.position.update == 3


def test_training_goes_on_when_checkpoints_cannot_be_written(tmp_path: Path) -> None:
    (tmp_path / FOLDER).write_text("a file where the folder should be")
    events = run(HOUSING, tmp_path, lambda now: Control())
    end = events[-1]
    assert isinstance(end, End) and (end.state, end.checkpoint) == (State.DONE, None)
    assert len([event for event in events if isinstance(event, Epoch)]) == 6


def test_a_pause_saves_the_weights_and_waits(tmp_path: Path) -> None:
    go_on = threading.Event()
    events: list[Event] = []
    thread = threading.Thread(
        target=train,
        args=(
            HOUSING,
            events.append,
            lambda: Control(paused=not go_on.is_set(), until=3),
            tmp_path,
        ),
    )
    thread.start()
    while not any(event.kind == "paused" for event in events):
        thread.join(0.01)
    assert fold(events).update == 3 and (tmp_path / WEIGHTS).exists()
    thread.join(0.2)
    assert thread.is_alive() and fold(events).state is State.PAUSED
    go_on.set()
    thread.join(30)
    assert fold(events).state is State.DONE
    assert [event.kind for event in events if event.kind in ("paused", "resumed")] == [
        "paused",
        "resumed",
    ]


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE to fill a disk")
def test_on_a_full_disk_the_figure_that_is_shown_is_that_of_the_weights_that_were_kept(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    import resource

    monkeypatch.setattr("models.training.run_files.SECONDS_PER_SAVE", 0.0)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    events: list[Event] = []

    def emit(event: Event) -> None:
        events.append(event)
        if isinstance(event, Epoch) and event.epoch == 3:
            resource.setrlimit(resource.RLIMIT_FSIZE, (256, limits[1]))

    try:
        train(HOUSING, emit, Control, tmp_path)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    history, end = fold(events), events[-1]
    assert isinstance(end, End) and end.state is State.FAILED and len(history.epochs) == 6
    assert end.kept and end.kept.epoch == 3
    third = history.epochs[2]
    assert end.kept.val_loss == pytest.approx(third.val_loss, rel=1e-6)
    network, data = read_network(tmp_path), built_in("boston").load()
    figures = evaluate(network, data.x_test, data.y_test)
    assert end.kept.val_metric == pytest.approx(figures["mae"], rel=1e-6)

    row = Run("id", "owner", "boston", HOUSING, State.QUEUED, 0.0)
    for event in events:
        row = row.after(from_json(json.loads(to_line(event))))
    assert (row.epoch, row.val_metric) == (6, end.kept.val_metric)


def test_early_stopping_shows_the_figure_of_the_best_epoch_whose_weights_it_keeps(
    tmp_path: Path,
) -> None:
    experiment = preset_named("housing-adam").changed(
        optimizer=Optimizer("adam", learning_rate=0.02), early_stopping=3, epochs=300
    )
    history = fold(run(experiment, tmp_path, lambda now: Control()))
    assert history.best and history.best.epoch < history.epochs[-1].epoch
    kept = history.end.kept if history.end else None
    assert kept and kept.epoch == history.best.epoch
    assert kept.val_loss == pytest.approx(history.best.val_loss, rel=1e-6)
    assert kept.val_metric == pytest.approx(history.best.val_metric, rel=1e-6)


def test_a_run_that_keeps_its_last_weights_says_nothing_of_others(tmp_path: Path) -> None:
    end = run(HOUSING, tmp_path, lambda now: Control())[-1]
    assert isinstance(end, End) and end.kept is None
