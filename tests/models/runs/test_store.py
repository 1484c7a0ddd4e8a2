"""The store of runs: order, owners, disks that fail, files that are damaged."""

import json
import sqlite3
import subprocess
import sys
import threading
from dataclasses import replace
from pathlib import Path

import pytest

from data.language import UserError
from models.events import Batches, End, Epoch, Paused, Started, State
from models.experiment import Experiment, Layer, Optimizer
from models.network.weights import WEIGHTS
from models.runs.numbered_event import NumberedEvent
from models.runs.store import RunStore

ROOT = Path(__file__).parents[3]
EXPERIMENT = Experiment("boston", (Layer(64),), Optimizer(), epochs=2, batch_size=64)
NORMAL, FULL = 1, 2
"""SQLite's numbers for how it treats the disk when it commits."""
STARTED = Started(parameters=961, rows=404, updates_per_epoch=7, epochs=2, metric="mae")


def epoch(number: int) -> Epoch:
    return Epoch(number, 9.0, 2.0, val_loss=8.0 / number, val_metric=1.5, seconds=0.1, best_epoch=1)


@pytest.fixture
def store(tmp_path):
    store = RunStore(tmp_path / "runs")
    yield store
    store.close()


def numbers(store: RunStore, run_id: str, after: int = 0) -> list[int]:
    return [event.number for event in store.events(run_id, after)]


def test_a_new_run_is_queued_and_has_an_empty_folder(store):
    run = store.create("ada", EXPERIMENT)
    assert (run.state, run.task, run.events) == (State.QUEUED, "boston", 0)
    assert list(store.folder(run.id).iterdir()) == []
    assert store.find(run.id, "ada") == run


def test_ids_cannot_be_guessed(store):
    ids = {store.create("ada", EXPERIMENT).id for _ in range(20)}
    assert len(ids) == 20
    assert all(len(run_id) >= 20 for run_id in ids)


def test_events_are_numbered_from_one_without_gaps(store):
    run = store.create("ada", EXPERIMENT)
    events = [STARTED, Batches(((1, 3.0, 1.0),)), epoch(1), End(State.DONE)]
    assert [store.append(run.id, event) for event in events] == [1, 2, 3, 4]
    assert numbers(store, run.id) == [1, 2, 3, 4]
    assert numbers(store, run.id, after=2) == [3, 4]


def test_the_row_follows_the_events(store):
    run = store.create("ada", EXPERIMENT)
    store.append(run.id, STARTED)
    assert store.find(run.id, "ada").state is State.RUNNING
    store.append(run.id, epoch(1))
    store.append(run.id, epoch(2))
    store.append(run.id, End(State.DONE, test={"mse": 11.5}))
    row = store.find(run.id, "ada")
    assert (row.state, row.epoch, row.val_loss, row.best_epoch) == (State.DONE, 2, 4.0, 1)
    assert row.test == {"mse": 11.5}
    assert row.created <= row.started <= row.ended


def test_nothing_follows_the_end(store):
    run = store.create("ada", EXPERIMENT)
    store.append(run.id, End(State.STOPPED))
    assert store.append(run.id, End(State.DONE)) == 0
    assert store.append(run.id, epoch(1)) == 0
    assert store.find(run.id, "ada").state is State.STOPPED
    assert numbers(store, run.id) == [1]


def test_a_history_folds_what_was_stored(store):
    run = store.create("ada", EXPERIMENT)
    for event in (STARTED, Batches(((1, 3.0, 1.0), (2, 2.5, 0.9))), epoch(1), End(State.DIVERGED)):
        store.append(run.id, event)
    history = store.history(run.id)
    assert history.points == ((1, 3.0, 1.0), (2, 2.5, 0.9))
    assert (history.state, history.started, history.epochs) == (
        State.DIVERGED,
        STARTED,
        (epoch(1),),
    )


def test_a_foreign_run_looks_like_an_unknown_one(store):
    run = store.create("ada", EXPERIMENT)
    with pytest.raises(UserError) as foreign:
        store.find(run.id, "bob")
    with pytest.raises(UserError) as unknown:
        store.find("nothing", "bob")
    assert foreign.value.text == unknown.value.text
    assert store.runs("bob") == []


def test_runs_come_newest_first_and_by_task(store):
    boston = [store.create("ada", EXPERIMENT).id for _ in range(3)]
    mnist = store.create("ada", EXPERIMENT.changed(task="mnist")).id
    assert [run.id for run in store.runs("ada")] == [mnist, *reversed(boston)]
    assert [run.id for run in store.runs("ada", "boston", limit=2)] == [boston[2], boston[1]]


def test_the_latest_weights_may_belong_to_an_older_or_a_live_run(store):
    assert store.runs_with_weights("ada", "boston") == []
    older, newer = store.create("ada", EXPERIMENT), store.create("ada", EXPERIMENT)
    (store.folder(older.id) / WEIGHTS).touch()
    assert [run.id for run in store.runs_with_weights("ada", "boston")] == [older.id]
    store.append(newer.id, STARTED)
    (store.folder(newer.id) / WEIGHTS).touch()
    assert [run.id for run in store.runs_with_weights("ada", "boston")] == [newer.id, older.id]
    assert store.runs_with_weights("bob", "boston") == []


def test_subscribers_hear_every_event_once_until_they_leave(store):
    run, heard = store.create("ada", EXPERIMENT), []
    unsubscribe = store.subscribe(run.id, heard.append)
    store.append(run.id, STARTED)
    unsubscribe()
    store.append(run.id, epoch(1))
    assert [(event.number, event.kind) for event in heard] == [(1, "started")]


def test_a_broken_subscriber_harms_nobody(store):
    run, heard = store.create("ada", EXPERIMENT), []

    def broken(event: NumberedEvent) -> None:
        raise RuntimeError("gone")

    store.subscribe(run.id, broken)
    store.subscribe(run.id, lambda event: heard.append(event.number))
    assert store.append(run.id, STARTED) == 1
    assert heard == [1]


def test_many_threads_leave_no_gap_and_no_repetition(store):
    run, heard = store.create("ada", EXPERIMENT), []
    store.subscribe(run.id, lambda event: heard.append(event.number))
    write = lambda: [store.append(run.id, Batches(((1, 1.0, 1.0),))) for _ in range(50)]  # noqa: E731
    threads = [threading.Thread(target=write) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert heard == numbers(store, run.id) == list(range(1, 201))


def test_a_reopened_store_has_everything(tmp_path):
    first = RunStore(tmp_path)
    run = first.create("ada", EXPERIMENT)
    first.append(run.id, STARTED)
    first.append(run.id, End(State.DONE, test={"mse": 1.0}))
    before, events = first.find(run.id, "ada"), first.events(run.id)
    first.close()
    second = RunStore(tmp_path)
    assert (second.find(run.id, "ada"), second.events(run.id)) == (before, events)
    second.close()


def test_what_a_dead_server_left_unfinished_is_interrupted(tmp_path):
    first = RunStore(tmp_path)
    queued, running, done = (first.create("ada", EXPERIMENT).id for _ in range(3))
    first.append(running, STARTED)
    first.append(done, End(State.DONE))
    first.close()
    second = RunStore(tmp_path)
    second.interrupt_unfinished()
    states = [second.find(run_id, "ada").state for run_id in (queued, running, done)]
    assert states == [State.INTERRUPTED, State.INTERRUPTED, State.DONE]
    assert (numbers(second, queued), numbers(second, running)) == ([1], [1, 2])
    assert second.history(running).end.error is not None
    second.close()


@pytest.mark.parametrize(
    ("event", "synchronous"),
    [
        (Batches(((1, 1.0, 1.0),)), NORMAL),
        (epoch(1), NORMAL),
        (replace(epoch(1), checkpoint=7), FULL),
        (Paused(3, checkpoint=3), FULL),
        (End(State.STOPPED), FULL),
    ],
)
def test_what_a_run_goes_on_from_is_flushed_to_the_disk(store, event, synchronous):
    run = store.create("ada", EXPERIMENT)
    store.append(run.id, STARTED)
    store.append(run.id, event)
    assert store._database.rows("PRAGMA synchronous") == [(synchronous,)]


def test_a_damaged_file_is_named_and_left_alone(tmp_path):
    file = tmp_path / "runs.sqlite3"
    file.write_bytes(b"not a database " * 1000)
    with pytest.raises(UserError) as error:
        RunStore(tmp_path)
    assert all(str(file) in sentence for sentence in (error.value.text.ko, error.value.text.en))
    assert file.read_bytes().startswith(b"not a database")


def test_damage_inside_the_file_is_named_at_the_start(tmp_path):
    first = RunStore(tmp_path)
    first.create("ada", EXPERIMENT)
    first.close()
    file = tmp_path / "runs.sqlite3"
    content = file.read_bytes()
    file.write_bytes(content[:4096] + b"\xff" * (len(content) - 4096))
    with pytest.raises(UserError, match=r"runs\.sqlite3 is damaged"):
        RunStore(tmp_path)


def test_a_file_of_a_newer_version_is_refused(tmp_path):
    RunStore(tmp_path).close()
    connection = sqlite3.connect(tmp_path / "runs.sqlite3")
    connection.execute("PRAGMA user_version = 99")
    connection.close()
    with pytest.raises(UserError, match="newer version"):
        RunStore(tmp_path)


def test_a_folder_that_cannot_be_made_is_named(tmp_path):
    (tmp_path / "home").write_text("a file where the folder should be")
    with pytest.raises(UserError) as error:
        RunStore(tmp_path / "home" / "runs")
    assert "FNN_LAB_HOME" in error.value.text.ko
    assert str(tmp_path / "home" / "runs") in error.value.text.en


FULL_DISK = """
import json, resource, sys
from pathlib import Path
from data.language import UserError
from models.events import Batches, End, State
from models.runs.store import RunStore
from tests.models.runs.test_store import EXPERIMENT

store = RunStore(Path(sys.argv[1]))
run, heard = store.create("ada", EXPERIMENT), []
store.subscribe(run.id, lambda event: heard.append(event.number))
points = Batches(tuple((n, 1.0, 1.0) for n in range(100)))
store.append(run.id, points)
_, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
resource.setrlimit(resource.RLIMIT_FSIZE, (4096, hard))
refused = ""
try:
    store.create("ada", EXPERIMENT)
except UserError as error:
    refused = error.text.en
for _ in range(3):
    store.append(run.id, points)
while_full = [event.number for event in store.events(run.id)]
if sys.argv[2] == "freed":
    resource.setrlimit(resource.RLIMIT_FSIZE, (hard, hard))
    store.append(run.id, End(State.DONE))
store.close()
folders = [path.name for path in Path(sys.argv[1]).iterdir() if path.is_dir()]
print(json.dumps([run.id, refused, heard, while_full, folders]))
"""


def fill_the_disk(folder: Path, then: str) -> list:
    command = [sys.executable, "-c", FULL_DISK, str(folder), then]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert "events cannot be written" in done.stderr
    return json.loads(done.stdout)


def is_sound(folder: Path) -> bool:
    connection = sqlite3.connect(folder / "runs.sqlite3")
    answer = connection.execute("PRAGMA integrity_check").fetchone()
    connection.close()
    return answer == ("ok",)


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE to fill a disk")
def test_a_full_disk_refuses_new_runs_and_leaves_running_ones_alone(tmp_path):
    run_id, refused, heard, while_full, folders = fill_the_disk(tmp_path, "still full")
    assert "FNN_LAB_HOME" in refused
    assert str(tmp_path) in refused
    assert folders == [run_id]
    assert heard == while_full == [1, 2, 3, 4]
    assert is_sound(tmp_path)
    store = RunStore(tmp_path)
    assert numbers(store, run_id) == [1]
    store.close()


@pytest.mark.skipif(sys.platform == "win32", reason="needs RLIMIT_FSIZE to fill a disk")
def test_events_kept_in_memory_are_written_once_there_is_space(tmp_path):
    run_id, *_ = fill_the_disk(tmp_path, "freed")
    assert is_sound(tmp_path)
    store = RunStore(tmp_path)
    assert numbers(store, run_id) == [1, 2, 3, 4, 5]
    assert store.find(run_id, "ada").state is State.DONE
    store.close()
