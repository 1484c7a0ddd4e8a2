"""Whose task is whose: own ones beside those of the lab, and nobody else's."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from data.dataset import Dataset
from data.language import Text, UserError
from models.tasks import BUILT_IN
from models.tasks.base import InputKind
from models.tasks.catalogue import OWN_DATA as FILE
from models.tasks.catalogue import Catalogue, task_of
from tests.support.own_data import OWN_DATA, refusal

every_kind = pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
APPLES = OWN_DATA["apples"]


@pytest.fixture
def catalogue(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Catalogue:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    return Catalogue(tmp_path / "tasks")


@every_kind
def test_an_own_task_follows_from_its_data(dataset: Dataset, catalogue: Catalogue) -> None:
    task = catalogue.add("ada", "내 데이터", dataset, "spaces")
    assert catalogue.task(dataset.name, "ada") == task and task.title.ko == "내 데이터"
    assert task.default.task == task.name == dataset.name
    shape = () if task.kind is InputKind.TEXT else dataset.x_train.shape[1:]
    assert task.input_shape == shape
    assert task.head.is_classifier == bool(dataset.classes)
    assert task.head.units == max(1, len(dataset.classes))
    assert np.array_equal(task.load().x_test, dataset.x_test)


def test_an_owner_sees_the_tasks_of_the_lab_and_the_own_ones(catalogue: Catalogue) -> None:
    own = [catalogue.add("ada", title, data, "spaces") for title, data in OWN_DATA.items()]
    assert catalogue.tasks_of("ada") == (*BUILT_IN, *own)
    assert catalogue.tasks_of("bob") == BUILT_IN
    assert all(catalogue.task(task.name, "bob") is task for task in BUILT_IN)


def test_a_task_of_somebody_else_is_one_that_does_not_exist(catalogue: Catalogue) -> None:
    catalogue.add("ada", "Apples", APPLES)
    foreign = refusal(catalogue.task, "own-apples", "bob")
    unknown = refusal(catalogue.task, "own-pears", "bob")
    assert foreign.replace("own-apples", "own-pears") == unknown
    assert "boston, mnist" in unknown
    assert "own-apples" in refusal(catalogue.task, "own-pears", "ada")


@pytest.mark.parametrize("name", ["", "..", "../x", "own-*", "own-[a-z]", "own-a/../b", "*"])
def test_a_name_is_never_a_pattern_or_a_path(name: str, catalogue: Catalogue) -> None:
    catalogue.add("ada", "Apples", APPLES)
    with pytest.raises(UserError, match="no task called"):
        catalogue.task(name, "ada")
    catalogue.remove("ada", name)
    assert len(catalogue.tasks_of("ada")) == len(BUILT_IN) + 1


def test_new_data_under_a_name_is_another_data_set(catalogue: Catalogue, tmp_path: Path) -> None:
    old = catalogue.add("ada", "Apples", APPLES)
    catalogue.give_data("ada", old.default, tmp_path)
    new = catalogue.add("ada", "Apples", replace(APPLES, y_train=APPLES.y_train + 1))
    assert old.default.data != new.default.data
    assert catalogue.tasks_of("ada") == (*BUILT_IN, new)
    assert "has changed" in refusal(catalogue.give_data, "ada", old.default, tmp_path)
    kept = task_of(old.default, tmp_path)
    assert np.array_equal(kept.load().y_train, APPLES.y_train)


def test_a_run_keeps_its_data_when_the_task_is_removed(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    task = catalogue.add("ada", "Apples", APPLES)
    catalogue.give_data("ada", task.default, tmp_path)
    catalogue.remove("ada", task.name)
    catalogue.remove("ada", task.name)
    assert catalogue.tasks_of("ada") == BUILT_IN
    assert np.array_equal(task_of(task.default, tmp_path).load().x_test, APPLES.x_test)


def test_data_is_given_to_its_owner_only(catalogue: Catalogue, tmp_path: Path) -> None:
    task = catalogue.add("ada", "Apples", APPLES)
    asked = refusal(catalogue.give_data, "bob", task.default, tmp_path)
    unknown = task.default.changed(task="own-pears")
    assert asked.replace("apples", "pears") == refusal(
        catalogue.give_data, "bob", unknown, tmp_path
    )
    assert not (tmp_path / FILE).exists()


def test_data_of_a_task_of_the_lab_is_no_own_data(catalogue: Catalogue, tmp_path: Path) -> None:
    housing = BUILT_IN[0].default
    catalogue.give_data("ada", housing, tmp_path)
    assert not (tmp_path / FILE).exists() and task_of(housing) is BUILT_IN[0]
    assert "has changed" in refusal(
        catalogue.give_data, "ada", housing.changed(data="0" * 64), tmp_path
    )


def test_an_experiment_on_own_data_needs_the_folder_of_its_run(
    catalogue: Catalogue, tmp_path: Path
) -> None:
    task = catalogue.add("ada", "Apples", APPLES)
    assert "not here" in refusal(task_of, task.default)
    assert FILE in refusal(task_of, task.default, tmp_path)
    catalogue.give_data("ada", task.default, tmp_path)
    other = task.default.changed(task="own-pears")
    assert "no task called 'own-pears'" in refusal(task_of, other, tmp_path)


def test_a_damaged_file_hides_no_other_task(catalogue: Catalogue) -> None:
    catalogue.add("ada", "Apples", APPLES)
    kept = catalogue.add("ada", "Glyphs", OWN_DATA["glyphs"])
    (damaged,) = catalogue.folder.glob("*/own-apples.*")
    moved = damaged.with_name(f"own-apples.{'0' * 64}.npz")
    damaged.rename(moved)
    moved.write_bytes(b"PK")
    assert catalogue.tasks_of("ada") == (*BUILT_IN, kept)
    assert "damaged" in refusal(catalogue.task, "own-apples", "ada")


@pytest.mark.parametrize(
    ("name", "title", "said"),
    [
        ("apples", "Apples", "own- and then"),
        ("own-Äpfel", "Apples", "own- and then"),
        ("own-apples", "  ", "1 to 60"),
        ("own-apples", "a" * 61, "1 to 60"),
    ],
)
def test_names_and_titles_are_checked(
    name: str, title: str, said: str, catalogue: Catalogue
) -> None:
    assert said in refusal(catalogue.add, "ada", title, replace(APPLES, name=name))


def test_texts_have_two_classes(catalogue: Catalogue) -> None:
    classes = (*OWN_DATA["mail"].classes, Text("다른", "other"))
    dataset = replace(OWN_DATA["mail"], classes=classes)
    assert "into two" in refusal(catalogue.add, "ada", "Mail", dataset)
