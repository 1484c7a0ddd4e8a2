"""Runs get names, are deleted and brought back, and go when there are too many."""

import sqlite3
import threading
import time
from pathlib import Path

import pytest

from data.language import UserError
from models.events import Batches, Continued, End, Paused, State
from models.network.weights import WEIGHTS
from models.runs.deletions import SECONDS_TO_UNDO
from models.runs.retention import MEGABYTE, Retention, retention_from_environment
from models.runs.store import Run, RunStore
from tests.models.runs.test_store import EXPERIMENT, STARTED, epoch, numbers


@pytest.fixture
def store(tmp_path):
    store = RunStore(tmp_path / "runs", Retention(runs_per_owner=5, disk_bytes=MEGABYTE))
    yield store
    store.close()


def ended(store: RunStore, owner: str = "ada", kilobytes: int = 0) -> Run:
    run = store.create(owner, EXPERIMENT)
    (store.folder(run.id) / WEIGHTS).write_bytes(bytes(kilobytes * 1000))
    store.append(run.id, STARTED)
    store.append(run.id, End(State.DONE))
    return store.get(run.id)


def ids(runs: list[Run]) -> list[str]:
    return [run.id for run in runs]


# Names ---------------------------------------------------------------------------------------


def test_a_name_is_kept_as_it_is_but_on_one_line(store):
    run = ended(store)
    assert store.rename(run.id, "ada", "  <b>x</b>\n**y** =1+1 ").name == "<b>x</b> **y** =1+1"
    assert store.find(run.id, "ada").name == "<b>x</b> **y** =1+1"


@pytest.mark.parametrize("name", ["\ud800", "\u202e\u0000\t", "", "   "])
def test_what_cannot_be_seen_is_no_name(store, name):
    assert store.rename(ended(store).id, "ada", name).name == ""


def test_a_name_of_60_letters_is_kept_and_one_of_61_refused(store):
    run = ended(store)
    assert store.rename(run.id, "ada", "가" * 60).name == "가" * 60
    with pytest.raises(UserError, match="61"):
        store.rename(run.id, "ada", "가" * 61)


def test_a_run_gets_its_name_while_it_trains_and_keeps_it(tmp_path):
    first = RunStore(tmp_path)
    run = first.create("ada", EXPERIMENT)
    first.rename(run.id, "ada", "mine")
    first.append(run.id, STARTED)
    first.append(run.id, End(State.DONE))
    first.close()
    second = RunStore(tmp_path)
    assert second.find(run.id, "ada").name == "mine"
    second.close()


@pytest.mark.parametrize("act", ["rename", "delete", "undelete"])
def test_nobody_touches_the_run_of_somebody_else(store, act):
    run = ended(store)
    arguments = ("bob", "stolen") if act == "rename" else ("bob",)
    with pytest.raises(UserError):
        getattr(store if act == "rename" else store.deletions, act)(run.id, *arguments)
    assert store.find(run.id, "ada") == run


# Deleting ------------------------------------------------------------------------------------


def test_a_deleted_run_disappears_at_once_and_comes_back_with_undo(store):
    run = ended(store)
    store.deletions.delete(run.id, "ada")
    assert store.runs("ada") == [] and store.runs_with_weights("ada", "boston") == []
    assert ids(store.deletions.of("ada")) == [run.id] and store.deletions.of("bob") == []
    with pytest.raises(UserError, match="no such run"):
        store.find(run.id, "ada")
    store.deletions.undelete(run.id, "ada")
    assert store.runs("ada") == [run] and store.deletions.of("ada") == []


def test_after_ten_seconds_rows_events_and_folder_are_gone(store):
    run, other = ended(store), ended(store)
    store.deletions.delete(run.id, "ada")
    store.deletions.purge(time.time() + SECONDS_TO_UNDO - 1)
    assert store.folder(run.id).exists()
    store.deletions.purge(time.time() + SECONDS_TO_UNDO)
    assert not store.folder(run.id).exists() and numbers(store, run.id) == []
    assert ids(store.runs("ada")) == [other.id] and store.folder(other.id).exists()
    with pytest.raises(UserError, match="cannot be brought back"):
        store.deletions.undelete(run.id, "ada")


def test_nobody_has_to_come_back_for_a_deleted_run_to_go(store, monkeypatch):
    monkeypatch.setattr("models.runs.deletions.SECONDS_TO_UNDO", 0.1)
    run = ended(store)
    store.deletions.delete(run.id, "ada")
    deadline = time.monotonic() + 5
    while store.folder(run.id).exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


@pytest.mark.parametrize("events", [(), (STARTED,)])
def test_a_run_that_waits_or_trains_cannot_be_deleted(store, events):
    run = store.create("ada", EXPERIMENT)
    for event in events:
        store.append(run.id, event)
    with pytest.raises(UserError, match="Stop it first"):
        store.deletions.delete(run.id, "ada")
    assert ids(store.runs("ada")) == [run.id]


def test_a_paused_run_is_removed_once_its_worker_has_let_go(store):
    run = store.create("ada", EXPERIMENT)
    store.append(run.id, STARTED)
    store.append(run.id, Paused(3))
    store.deletions.delete(run.id, "ada")
    later = time.time() + SECONDS_TO_UNDO
    store.deletions.purge(later)
    assert store.append(run.id, End(State.STOPPED)) == 3
    store.deletions.purge(later)
    assert numbers(store, run.id) == []


def test_a_run_that_goes_on_is_no_longer_deleted(store):
    run = ended(store)
    store.deletions.delete(run.id, "ada")
    store.append(run.id, Continued(5))
    store.deletions.purge(time.time() + SECONDS_TO_UNDO)
    assert ids(store.runs("ada")) == [run.id]


def test_a_deleted_run_is_not_taken_up_by_the_next_server(tmp_path):
    first = RunStore(tmp_path)
    run = first.create("ada", EXPERIMENT)
    first.append(run.id, End(State.INTERRUPTED))
    first.deletions.delete(run.id, "ada")
    first.close()
    second = RunStore(tmp_path)
    assert second.interrupt_unfinished() == [] and second.deletions.of("ada") == []
    assert not second.folder(run.id).exists()
    second.close()


def test_folders_that_a_crash_left_go_at_the_next_start_and_nothing_else(tmp_path):
    first = RunStore(tmp_path)
    gone, kept = ended(first), ended(first)
    first.close()
    connection = sqlite3.connect(tmp_path / "runs.sqlite3")  # a crash after the rows were gone
    connection.execute("DELETE FROM runs WHERE id = ?", (gone.id,))
    connection.execute("INSERT INTO removed VALUES (?)", (gone.id,))
    connection.commit()
    connection.close()
    (tmp_path / "somebody's papers").mkdir()
    second = RunStore(tmp_path)
    folders = {path.name for path in tmp_path.iterdir() if path.is_dir()}
    assert folders == {kept.id, "somebody's papers"}
    second.close()


def test_a_store_of_the_version_before_is_brought_up_to_date(tmp_path):
    first = RunStore(tmp_path)
    run = ended(first)
    first.close()
    connection = sqlite3.connect(tmp_path / "runs.sqlite3")
    connection.executescript("DROP TABLE removed; ALTER TABLE events DROP COLUMN kind;")
    connection.execute("PRAGMA user_version = 2")
    connection.close()
    second = RunStore(tmp_path)
    second.deletions.delete(run.id, "ada")
    second.deletions.purge(time.time() + SECONDS_TO_UNDO)
    assert second.runs("ada") == []
    second.close()


def test_deleting_while_others_write_harms_nobody(store):
    live, errors = store.create("bob", EXPERIMENT), []

    def delete_runs() -> None:
        try:
            for _ in range(10):
                store.deletions.delete(ended(store).id, "ada")
                store.deletions.purge(time.time() + SECONDS_TO_UNDO)
        except Exception as error:
            errors.append(error)

    threads = [threading.Thread(target=delete_runs) for _ in range(2)]
    for thread in threads:
        thread.start()
    for _ in range(50):
        store.append(live.id, Batches(((1, 1.0, 1.0),)))
    for thread in threads:
        thread.join()
    assert errors == [] and numbers(store, live.id) == list(range(1, 51))
    assert store.runs("ada") == []


# How many are kept ---------------------------------------------------------------------------


def test_the_oldest_run_goes_when_there_are_too_many(store):
    runs = [ended(store) for _ in range(5)]
    other = ended(store, "bob")
    new = store.create("ada", EXPERIMENT)
    assert ids(store.runs("ada")) == [new.id, *ids(runs[:0:-1])]
    assert not store.folder(runs[0].id).exists() and store.folder(other.id).exists()


def test_runs_with_a_name_go_last_and_runs_under_way_never(store):
    paused = store.create("ada", EXPERIMENT)
    store.append(paused.id, Paused(0))
    named, plain = ended(store), ended(store)
    waiting = store.create("ada", EXPERIMENT)
    store.rename(named.id, "ada", "best of all")
    store.create("ada", EXPERIMENT)
    store.create("ada", EXPERIMENT)  # the sixth
    assert plain.id not in ids(store.runs("ada")) and named.id in ids(store.runs("ada"))
    store.create("ada", EXPERIMENT)
    assert named.id not in ids(store.runs("ada"))
    assert {paused.id, waiting.id} <= set(ids(store.runs("ada")))
    with pytest.raises(UserError, match="None of your 5 runs has ended"):
        store.create("ada", EXPERIMENT)
    assert len(store.runs("ada")) == 5


def test_the_oldest_of_everybody_goes_when_the_disk_budget_is_used_up(store):
    old, middle = ended(store, "ada", 600), ended(store, "bob", 300)
    new = ended(store, "ada", 600)
    store.create("cleo", EXPERIMENT)
    assert store.runs("bob") == [middle] and ids(store.runs("ada")) == [new.id]
    assert not store.folder(old.id).exists()


def test_a_run_under_way_that_fills_the_budget_is_left_alone(store):
    run = store.create("ada", EXPERIMENT)
    (store.folder(run.id) / WEIGHTS).write_bytes(bytes(2 * MEGABYTE))
    with pytest.raises(UserError, match="FNN_LAB_DISK_MB"):
        store.create("bob", EXPERIMENT)
    assert ids(store.runs("ada")) == [run.id] and store.runs("bob") == []


def test_what_goes_next_is_known_before_it_goes(store):
    runs = [ended(store) for _ in range(4)]
    retention_status = store.room.status("ada")
    assert (retention_status.runs, retention_status.limit, retention_status.next_by_count) == (
        4,
        5,
        (),
    )
    runs.append(ended(store))
    retention_status = store.room.status("ada")
    assert (retention_status.starts, retention_status.next_by_count) == (1, (runs[0],))
    store.create("ada", EXPERIMENT)
    assert retention_status.next_by_count[0].id not in ids(store.runs("ada"))


def test_what_the_disk_takes_next_is_told_to_its_owner_only(store):
    old = ended(store, "ada", 500)
    assert store.room.status("ada").next_by_disk == ()
    ended(store, "bob", 450)
    assert store.room.status("ada").next_by_disk == (old,)
    assert store.room.status("bob").next_by_disk == ()
    assert (store.room.status("bob").used, store.room.status("bob").allowed) == (
        950_000,
        MEGABYTE,
    )


def test_the_size_of_a_run_is_measured_again_after_it_went_on(store):
    run = ended(store, "ada", 100)
    assert store.room.status("ada").used == 100_000
    store.append(run.id, Continued(9))
    (store.folder(run.id) / WEIGHTS).write_bytes(bytes(200_000))
    store.append(run.id, End(State.DONE))
    assert store.room.status("ada").used == 200_000


def test_an_outline_has_all_but_the_points(store):
    run = store.create("ada", EXPERIMENT)
    for event in (STARTED, Batches(((1, 3.0, 1.0),)), epoch(1), End(State.DONE, seconds=2.0)):
        store.append(run.id, event)
    outline = store.outline(run.id)
    assert (outline.epochs, outline.points) == ((epoch(1),), ())
    assert outline.end == store.history(run.id).end


@pytest.mark.parametrize("junk", ["0", "-1", "5 GB", "1e3", "٣", "9" * 5000])
def test_a_disk_budget_that_is_no_number_is_named(junk, monkeypatch, tmp_path: Path):
    monkeypatch.setenv("FNN_LAB_DISK_MB", junk)
    with pytest.raises(UserError, match="FNN_LAB_DISK_MB"):
        RunStore(tmp_path)


def test_the_disk_budget_is_5000_megabytes_unless_it_is_named(monkeypatch):
    monkeypatch.delenv("FNN_LAB_DISK_MB", raising=False)
    assert retention_from_environment().disk_bytes == 5_000 * MEGABYTE
    monkeypatch.setenv("FNN_LAB_DISK_MB", " 300 ")
    assert retention_from_environment().disk_bytes == 300 * MEGABYTE
