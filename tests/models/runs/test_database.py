"""A file that the version before has written is opened, and nothing in it is lost.

``version_3.sql`` is the dump of a store of two runs that a lab with version 3 of the tables has
written: one that is done, and one whose only event was cut off afterwards.
"""

import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from models.runs.store import RunStore

DUMP = Path(__file__).parent / "version_3.sql"
OWNER = "a" * 32
KINDS = ["started", "baselines", "batches", "epoch", "tuned", "batches", "epoch", "end"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    connection = sqlite3.connect(tmp_path / "runs.sqlite3")
    connection.executescript(DUMP.read_text(encoding="utf-8"))
    connection.close()
    return tmp_path / "runs.sqlite3"


@pytest.fixture
def store(file: Path) -> Iterator[RunStore]:
    opened = RunStore(file.parent)
    yield opened
    opened.close()


def payloads(file: Path) -> list[tuple[str, int, str]]:
    connection = sqlite3.connect(file)
    found = connection.execute("SELECT run, n, payload FROM events ORDER BY run, n").fetchall()
    connection.close()
    return found


def test_every_event_of_an_older_file_gets_its_kind_and_keeps_its_words(file: Path) -> None:
    before = payloads(file)
    store = RunStore(file.parent)
    (run,) = store.runs(OWNER)
    events = store.events(run.id)
    store.close()
    assert [event.kind for event in events] == KINDS
    assert payloads(file) == before


def test_the_outline_of_an_older_run_has_all_but_its_points(store: RunStore) -> None:
    (run,) = store.runs(OWNER)
    history, outline = store.history(run.id), store.outline(run.id)
    assert [update for update, _, _ in history.points] == [1, 7, 14]
    assert outline.points == () and outline.epochs == history.epochs
    assert (outline.end, outline.tunings) == (history.end, history.tunings)


def test_an_event_that_was_cut_off_is_as_unreadable_as_before(store: RunStore) -> None:
    assert [run.number for run in store.unreadable(OWNER)] == [2]


def test_an_event_under_another_kind_makes_its_run_unreadable(file: Path) -> None:
    RunStore(file.parent).close()
    connection = sqlite3.connect(file)
    connection.execute("UPDATE events SET kind = 'batches' WHERE n = 4")
    connection.commit()
    connection.close()
    store = RunStore(file.parent)
    assert store.runs(OWNER) == [] and len(store.unreadable(OWNER)) == 2
    store.close()


def test_a_file_that_was_brought_up_to_date_has_the_tables_of_a_new_one(
    file: Path, tmp_path: Path
) -> None:
    def columns(path: Path) -> dict[str, set[tuple[object, ...]]]:
        connection = sqlite3.connect(path)
        found = {
            table: {row[1:] for row in connection.execute(f"PRAGMA table_info({table})")}
            for table in ("runs", "events", "removed")
        }
        (version,) = connection.execute("PRAGMA user_version").fetchone()
        connection.close()
        return {**found, "version": {(version,)}}

    RunStore(file.parent).close()
    RunStore(tmp_path / "new").close()
    assert columns(file) == columns(tmp_path / "new" / "runs.sqlite3")
