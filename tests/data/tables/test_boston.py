from pathlib import Path

import numpy as np
import pytest

from data.files import BUNDLED
from data.language import UserError
from data.tables import boston

NAME = "boston_house_prices.csv"
LINES = (BUNDLED / NAME).read_text(encoding="utf-8").splitlines()


def test_the_split_is_that_of_keras() -> None:
    dataset = boston.load()
    assert dataset.x_train.shape == (404, 13) and dataset.x_test.shape == (102, 13)
    assert dataset.x_train.dtype == dataset.y_train.dtype == np.float32
    # The first rows of keras.datasets.boston_housing.load_data().
    first = [1.23247, 0, 8.14, 0, 0.538, 6.142, 91.7, 3.9769, 4, 307, 21, 396.9, 18.72]
    assert dataset.x_train[0].tolist() == np.float32(first).tolist()  # type: ignore[arg-type]
    assert dataset.y_train[:5].tolist() == np.array([15.2, 42.3, 50, 21.1, 17.7], "f4").tolist()
    assert dataset.y_test[:3].tolist() == np.array([7.2, 18.8, 19], "f4").tolist()


def test_linear_regression_errs_by_the_known_amount() -> None:
    dataset = boston.load()
    x_train, x_test = (
        np.column_stack([x, np.ones(len(x))]).astype(np.float64)
        for x in (dataset.x_train, dataset.x_test)
    )
    weights = np.linalg.lstsq(x_train, dataset.y_train, rcond=None)[0]
    assert ((x_test @ weights - dataset.y_test) ** 2).mean() == pytest.approx(23.2, abs=0.05)


def test_the_thirteen_variables_are_explained_in_both_languages() -> None:
    features = boston.load().features
    assert [feature.name for feature in features] == LINES[0].replace('"', "").split(",")[:13]
    for feature in features:
        assert all((feature.meaning.ko, feature.meaning.en, feature.unit.ko, feature.unit.en))


def test_the_race_variable_carries_its_warning_in_both_languages() -> None:
    warning = boston.load().warning
    assert warning is not None
    assert "변수 B" in warning.ko and "인종" in warning.ko
    assert "Variable B" in warning.en and "race" in warning.en


def test_rows_cannot_be_changed_by_accident() -> None:
    with pytest.raises(ValueError, match="read-only"):
        boston.load().x_train[0, 0] = 1


def test_a_file_with_other_rows_is_split_in_the_same_way(data_folder: Path) -> None:
    (data_folder / NAME).write_text("\n".join(LINES[:11]) + "\n\n", encoding="utf-8-sig")
    dataset = boston.load()
    assert (len(dataset.x_train), len(dataset.x_test)) == (8, 2)


WRONG = {
    "nothing": "",
    "a header only": LINES[0],
    "a single row": "\n".join(LINES[:2]),
    "no header": "\n".join(LINES[1:]),
    "a missing column": "\n".join(line.rpartition(",")[0] for line in LINES),
    "a row cut short": "\n".join(LINES)[:-5],
    "a word": "\n".join([*LINES[:5], "many" + "," + LINES[5].partition(",")[2]]),
    "not a number": "\n".join([*LINES[:5], "nan" + "," + LINES[5].partition(",")[2]]),
    "beyond float32": "\n".join([*LINES[:5], "1e300" + "," + LINES[5].partition(",")[2]]),
    "a quote left open": "\n".join([*LINES[:5], '"' + LINES[5]]),
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_of_another_form_is_named_with_what_is_expected(
    data_folder: Path, wrong: str
) -> None:
    (data_folder / NAME).write_text(WRONG[wrong], encoding="utf-8")
    with pytest.raises(UserError) as error:
        boston.load()
    for sentence in (error.value.text.ko, error.value.text.en):
        assert str(data_folder / NAME) in sentence and "CRIM,ZN" in sentence


def test_bytes_that_are_no_text_are_a_sentence(data_folder: Path) -> None:
    (data_folder / NAME).write_bytes(bytes(range(256)) * 10)
    with pytest.raises(UserError, match="It is a binary file"):
        boston.load()


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16", "cp949"])
def test_a_table_saved_by_a_program_of_windows_is_read(encoding: str, data_folder: Path) -> None:
    (data_folder / NAME).write_text("\r\n".join(LINES[:11]), encoding=encoding)
    assert len(boston.load().x_train) == 8
