"""The command line asks networks of own data by the folder of their run, which has the data."""

import json
from pathlib import Path

import pytest

from data.dataset import Dataset
from models.__main__ import main
from models.download.archive import portable_files
from models.tasks.base import Task
from models.tasks.catalogue import Catalogue
from models.training.loop import train
from tests.support.own_data import OWN_DATA, quick

every_kind = pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
ROWS = {"own-apples": ("--row", "7, 6.5, 3"), "own-mail": ("--text", "claim your free prize now")}


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    return Catalogue(tmp_path / "tasks")


def run_folder(catalogue: Catalogue, task: Task) -> Path:
    """Train a task's usual network for an epoch in the folder of a run."""
    folder = catalogue.folder.with_name("run")
    folder.mkdir()
    catalogue.give_data("ada", quick(task), folder)
    train(quick(task), lambda event: None, folder=folder)
    return folder


@every_kind
def test_a_run_folder_is_judged_asked_and_taken_away(
    dataset: Dataset, catalogue: Catalogue, capsys: pytest.CaptureFixture[str]
) -> None:
    task = catalogue.add("ada", "내 데이터", dataset, "spaces")
    folder = run_folder(catalogue, task)
    catalogue.remove("ada", task.name)
    assert main(["evaluate", str(folder), "--json"]) == 0
    judged = json.loads(capsys.readouterr().out)
    assert judged["rows"] == len(dataset.x_test) and judged["test"]
    if task.name in ROWS:
        assert main(["predict", str(folder), *ROWS[task.name], "--json"]) == 0
        answer = json.loads(capsys.readouterr().out)
        labels = {label.en for label in dataset.classes}
        assert answer["label"]["en"] in labels if labels else answer["value"] > 0
    assert {"model.keras", "predict.py"} <= set(portable_files(folder))


def test_an_experiment_on_own_data_is_refused_without_it(
    catalogue: Catalogue, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    task = catalogue.add("ada", "Apples", OWN_DATA["apples"])
    file = tmp_path / "experiment.json"
    file.write_text(json.dumps(task.default.to_dict()))
    for command in ("train", "summary"):
        assert main([command, str(file)]) == 2
        told = capsys.readouterr().err
        assert "not here" in told and "Traceback" not in told


@pytest.mark.parametrize("data", ["", "abc", 5, "g" * 64, "A" * 64, ["0" * 64]])
def test_what_is_no_digest_is_refused(
    data: object, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    housing = {"task": "own-apples", "layers": [], "optimizer": {"name": "sgd"}}
    file = tmp_path / "experiment.json"
    file.write_text(json.dumps({**housing, "epochs": 1, "batch_size": 1, "data": data}))
    assert main(["summary", str(file)]) == 2
    assert "64 hexadecimal digits" in capsys.readouterr().err
