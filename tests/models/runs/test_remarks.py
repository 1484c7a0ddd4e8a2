"""Tags and notes on runs: whose they are, how long they may be, and how long they last."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from data.language import UserError
from models.events import End, State
from models.runs.remarks import LONGEST_NOTE, LONGEST_TAG, Remark
from models.runs.store import RunStore
from models.tasks import preset_named

EXPERIMENT = preset_named("housing-sgd")
HOSTILE = "<script>alert(1)</script> '; DROP TABLE runs; -- {name}"


def test_a_remark_outlives_the_server_and_is_its_owners(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("mine", EXPERIMENT)
    assert store.remarks.write(run.id, "mine", " best\n one ", HOSTILE) == Remark(
        "best one", HOSTILE
    )
    store.close()
    store = RunStore(tmp_path)
    assert store.remarks.of("mine") == {run.id: Remark("best one", HOSTILE)}
    assert store.remarks.of("somebody else") == {}
    assert store.get(run.id).experiment == EXPERIMENT
    store.close()


def test_a_later_remark_takes_the_place_of_the_one_before(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("mine", EXPERIMENT)
    store.remarks.write(run.id, "mine", "one", "two")
    store.remarks.write(run.id, "mine", "", "three")
    assert store.remarks.of("mine") == {run.id: Remark("", "three")}
    store.close()


def test_too_long_and_foreign_remarks_are_refused(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("mine", EXPERIMENT)
    for tag, note in (("t" * (LONGEST_TAG + 1), ""), ("", "n" * (LONGEST_NOTE + 1))):
        with pytest.raises(UserError):
            store.remarks.write(run.id, "mine", tag, note)
    with pytest.raises(UserError):
        store.remarks.write(run.id, "somebody else", "t", "n")
    assert store.remarks.of("mine") == {}
    store.close()


def test_a_remark_goes_with_its_run(tmp_path: Path) -> None:
    store = RunStore(tmp_path)
    run = store.create("mine", EXPERIMENT)
    store.append(run.id, End(State.STOPPED))
    store.remarks.write(run.id, "mine", "t", "n")
    store.deletions.delete(run.id, "mine")
    store.close()
    RunStore(tmp_path).close()  # which finishes what was deleted
    with closing(sqlite3.connect(tmp_path / "runs.sqlite3")) as file:
        assert file.execute("SELECT count(*) FROM remarks").fetchone() == (0,)
