"""A data set in one file comes back as it was, and never as something else."""

from dataclasses import fields, replace
from pathlib import Path

import numpy as np
import pytest

from data import dataset_file
from data.dataset import Dataset
from data.dataset_file import DatasetFile, dataset_bytes
from data.language import UserError
from tests.support.own_data import OWN_DATA

every_kind = pytest.mark.parametrize("dataset", OWN_DATA.values(), ids=OWN_DATA)
NOTES = {"title": "제목", "examples": ["a", "b"]}
ROWS = {"x_train", "y_train", "x_test", "y_test"}


@pytest.fixture(autouse=True)
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))


def written(folder: Path, dataset: Dataset) -> DatasetFile:
    content, digest = dataset_bytes(dataset, NOTES)
    path = folder / "some.npz"
    path.write_bytes(content)
    return DatasetFile(path, digest)


def described(dataset: Dataset) -> dict[str, object]:
    names = {field.name for field in fields(Dataset)} - ROWS
    return {name: getattr(dataset, name) for name in names}


@every_kind
def test_every_kind_comes_back_as_it_was(dataset: Dataset, tmp_path: Path) -> None:
    found = written(tmp_path, dataset).load()
    assert described(found) == described(dataset)
    for name in ROWS:
        kept, given = getattr(found, name), getattr(dataset, name)
        assert kept.dtype == given.dtype and np.array_equal(kept, given)


@every_kind
def test_what_the_columns_mean_is_told_without_the_rows(dataset: Dataset, tmp_path: Path) -> None:
    about, notes = written(tmp_path, dataset).about()
    assert described(about) == described(dataset) and notes == NOTES
    assert about.x_train.shape == (0, *dataset.x_train.shape[1:])
    assert about.x_train.dtype == dataset.x_train.dtype and len(about.y_test) == 0


@every_kind
def test_the_same_data_has_the_same_digest_and_other_data_another(dataset: Dataset) -> None:
    (content, digest), again = dataset_bytes(dataset, NOTES), dataset_bytes(dataset, NOTES)
    assert again == (content, digest)
    labels = dataset.y_train.copy()
    labels[0] = not labels[0]
    changes = [replace(dataset, y_train=labels), replace(dataset, licence="CC-BY")]
    digests = {dataset_bytes(each, NOTES)[1] for each in changes}
    assert len(digests | {digest, dataset_bytes(dataset, {})[1]}) == 4


@every_kind
def test_rows_that_have_changed_are_refused(dataset: Dataset, tmp_path: Path) -> None:
    file = written(tmp_path, dataset)
    labels = 1 - dataset.y_test
    file.path.write_bytes(dataset_bytes(replace(dataset, y_test=labels), NOTES)[0])
    with pytest.raises(UserError, match="damaged"):
        file.load()


@pytest.mark.parametrize("content", [b"", b"PK", b"PK\x05\x06" + bytes(18)])
def test_a_file_that_is_none_is_refused(content: bytes, tmp_path: Path) -> None:
    path = tmp_path / "some.npz"
    path.write_bytes(content)
    for ask in (DatasetFile(path, "0" * 64).about, DatasetFile(path, "0" * 64).load):
        with pytest.raises(UserError, match="damaged"):
            ask()


@every_kind
def test_every_cut_is_refused(dataset: Dataset, tmp_path: Path) -> None:
    content, digest = dataset_bytes(dataset, NOTES)
    path = tmp_path / "some.npz"
    for size in range(0, len(content), max(1, len(content) // 40)):
        path.write_bytes(content[:size])
        with pytest.raises(UserError, match="damaged"):
            DatasetFile(path, digest).load()


def test_a_file_that_is_gone_is_one_sentence(tmp_path: Path) -> None:
    file = DatasetFile(tmp_path / "none.npz", "0" * 64)
    for ask in (file.about, file.load):
        with pytest.raises(UserError, match=r"none\.npz"):
            ask()


def test_numbers_are_mapped_and_unpacked_once(tmp_path: Path) -> None:
    file = written(tmp_path, OWN_DATA["glyphs"])
    first = file.load().x_train
    file.path.unlink()
    file.path.write_bytes(dataset_bytes(OWN_DATA["glyphs"], NOTES)[0])
    assert isinstance(first.base, np.memmap) and np.array_equal(file.load().x_train, first)


def test_too_much_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(dataset_file, "MOST_BYTES", 1_000)
    with pytest.raises(UserError, match="too large"):
        dataset_bytes(OWN_DATA["glyphs"], NOTES)
