"""The networks that ship are what they say: the lecture's presets, with these figures."""

from pathlib import Path

import pytest

from models.inputs.preparation import prepare
from models.network.evaluation import evaluate
from models.network.weights import WEIGHTS
from models.tasks import BUILT_IN, preset_named
from models.tasks.base import Task
from models.trained import shipped as module
from models.trained.ship import ship
from models.trained.shipped import FIGURES, FOLDER, SHIPPED, shipped
from tests.support.own_data import OWN_DATA

MOST_BYTES = 5 * 10**6
every_task = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)


@every_task
def test_every_task_has_one_of_its_own_presets(task: Task) -> None:
    found = shipped(task)
    assert found and found.preset in SHIPPED
    assert found.read().experiment == preset_named(found.preset) == task.default


@every_task
def test_its_figures_are_what_it_reaches_on_the_test_rows(task: Task) -> None:
    found = shipped(task)
    assert found
    network = found.read()
    prepared = prepare(task, network.experiment, task.load(network.experiment))
    assert evaluate(network, prepared.x_test, prepared.y_test) == pytest.approx(
        found.test, rel=1e-4
    )


def test_training_again_gives_the_same_figures(tmp_path: Path) -> None:
    ours = shipped(BUILT_IN[0])
    assert ours
    assert ship("housing-sgd", tmp_path / "new") == pytest.approx(ours.test, rel=0.02)
    assert {path.name for path in (tmp_path / "new").iterdir()} == {
        path.name for path in ours.folder.iterdir()
    }


def test_they_are_small() -> None:
    files = [path for path in FOLDER.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < MOST_BYTES


@pytest.mark.parametrize("name", [WEIGHTS, FIGURES])
def test_where_a_file_is_damaged_or_gone_there_is_none(
    name: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship("housing-sgd", tmp_path / "housing-sgd")
    monkeypatch.setattr(module, "FOLDER", tmp_path)
    assert shipped(BUILT_IN[0])
    (tmp_path / "housing-sgd" / name).write_bytes(b"PK")
    assert shipped(BUILT_IN[0]) is None
    (tmp_path / "housing-sgd" / name).unlink()
    assert shipped(BUILT_IN[0]) is None


def test_for_own_data_none_ships(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from models.tasks.catalogue import Catalogue

    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    task = Catalogue(tmp_path).add("ada", "Apples", OWN_DATA["apples"])
    assert shipped(task) is None
