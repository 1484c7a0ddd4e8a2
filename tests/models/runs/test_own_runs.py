"""A run on own data begins with all of it in its folder, or not at all."""

import errno
from collections.abc import Iterator
from pathlib import Path

import pytest

from data import dataset_file
from data.language import UserError
from models.events import End, State
from models.runs.store import RunStore
from models.tasks import catalogue
from models.tasks.base import Task
from models.tasks.catalogue import OWN_DATA as FILE
from tests.support.own_data import OWN_DATA, refusal


@pytest.fixture
def store(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[RunStore]:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    store = RunStore(tmp_path / "runs")
    yield store
    store.close()


@pytest.fixture
def task(store: RunStore) -> Task:
    return store.catalogue.add("ada", "Apples", OWN_DATA["apples"])


def test_a_run_has_its_data_and_takes_no_second_place_on_the_disk(
    store: RunStore, task: Task
) -> None:
    run = store.create("ada", task.default)
    file = store.folder(run.id) / FILE
    assert file.stat().st_nlink == 2
    assert store.task_of(run).default.data == task.default.data


def test_where_a_file_cannot_be_shared_it_is_copied(
    store: RunStore, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError(errno.EXDEV, "Invalid cross-device link")

    monkeypatch.setattr(catalogue.os, "link", refuse)
    run = store.create("ada", task.default)
    assert (store.folder(run.id) / FILE).stat().st_nlink == 1
    assert len(store.task_of(run).load().x_train) == 200


def test_a_full_disk_leaves_nothing_behind(
    store: RunStore, task: Task, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device")

    before = sorted((tmp_path / "runs").iterdir())
    monkeypatch.setattr(catalogue.os, "link", full)
    monkeypatch.setattr(catalogue.shutil, "copyfile", full)
    assert "No space left" in refusal(store.create, "ada", task.default)
    assert sorted((tmp_path / "runs").iterdir()) == before and store.runs("ada") == []


def test_of_somebody_elses_data_there_is_no_run(store: RunStore, task: Task) -> None:
    with pytest.raises(UserError, match="no task called 'own-apples'"):
        store.create("bob", task.default)
    assert store.runs("bob") == []


def test_a_run_whose_data_is_gone_is_unreadable_and_hides_no_other(
    store: RunStore, task: Task
) -> None:
    runs = [store.create("ada", task.default) for _ in range(2)]
    for run in runs:
        store.append(run.id, End(State.DONE))
    (store.folder(runs[0].id) / FILE).unlink()
    dataset_file._about.cache_clear()  # as in a server that has just started
    assert [run.id for run in store.runs("ada")] == [runs[1].id]
    assert len(store.unreadable("ada")) == 1
    with pytest.raises(UserError):
        store.find(runs[0].id, "ada")
