import warnings
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.cache import Arrays
from data.dataset import Dataset
from data.language import UserError
from data.pictures import mnist
from data.pictures.mnist import load_fashion_mnist, load_mnist
from tests.support.npz import save

LOADERS = {"mnist": load_mnist, "fashion_mnist": load_fashion_mnist}


def refusal(folder: Path) -> UserError:
    mnist._arrays.cache_clear()
    with pytest.raises(UserError) as error:
        load_mnist()
    assert str(folder / "mnist.npz") in error.value.text.ko
    assert str(folder / "mnist.npz") in error.value.text.en
    return error.value


@pytest.mark.parametrize(("name", "load"), LOADERS.items())
def test_the_bundled_pictures_are_whole(name: str, load: Callable[[], Dataset]) -> None:
    dataset = load()
    assert dataset.name == name
    assert dataset.x_train.shape == (60_000, 28, 28) and dataset.x_test.shape == (10_000, 28, 28)
    assert dataset.x_train.dtype == dataset.y_train.dtype == np.uint8
    assert set(dataset.y_train) == set(dataset.y_test) == set(range(len(dataset.classes)))


def test_mnist_starts_with_the_five_that_everybody_knows() -> None:
    assert load_mnist().y_train[:5].tolist() == [5, 0, 4, 1, 9]


def test_classes_are_named_in_both_languages() -> None:
    assert [text.en for text in load_mnist().classes] == list("0123456789")
    garments = load_fashion_mnist().classes
    assert (garments[0].ko, garments[0].en) == ("티셔츠", "T-shirt")
    assert (garments[9].ko, garments[9].en) == ("앵클부츠", "Ankle boot")
    assert len({text.ko for text in garments}) == len({text.en for text in garments}) == 10


def test_a_file_with_one_row_in_each_part_is_enough(data_folder: Path, small: Arrays) -> None:
    save(data_folder / "mnist.npz", {key: array[:1] for key, array in small.items()})
    assert len(load_mnist().x_train) == 1


WRONG: dict[str, Callable[[Arrays], Arrays]] = {
    "a missing key": lambda a: {key: a[key] for key in ("x_train", "y_train", "x_test")},
    "no rows": lambda a: {**a, "x_test": a["x_test"][:0], "y_test": a["y_test"][:0]},
    "more labels than pictures": lambda a: {**a, "x_test": a["x_test"][:3]},
    "float pictures": lambda a: {**a, "x_train": a["x_train"] / 255},
    "flat pictures": lambda a: {**a, "x_train": a["x_train"].reshape(-1, 784)},
    "coloured pictures": lambda a: {**a, "x_test": np.stack([a["x_test"]] * 3, axis=-1)},
    "a number for pictures": lambda a: {**a, "x_train": np.array(1, np.uint8)},
    "wide labels": lambda a: {**a, "y_train": a["y_train"].astype(np.int64)},
    "an eleventh class": lambda a: {**a, "y_test": a["y_test"] + np.uint8(10)},
    "pickled objects": lambda a: {**a, "x_train": np.array([print, len])},
}


@pytest.mark.parametrize("wrong", WRONG)
def test_a_file_of_another_form_is_named_with_what_is_expected(
    data_folder: Path, small: Arrays, wrong: str
) -> None:
    save(data_folder / "mnist.npz", WRONG[wrong](small))
    text = refusal(data_folder).text
    assert "(rows, 28, 28) uint8" in text.en and "(행 수, 28, 28) uint8" in text.ko


@pytest.mark.parametrize("content", [b"", b"PK\x03\x04", b"not a zip file at all", b"\x93NUMPY"])
def test_a_file_that_is_no_npz_is_a_sentence(data_folder: Path, content: bytes) -> None:
    (data_folder / "mnist.npz").write_bytes(content)
    refusal(data_folder)


def test_a_single_array_instead_of_an_npz_is_a_sentence(data_folder: Path) -> None:
    with (data_folder / "mnist.npz").open("wb") as file:
        np.save(file, np.zeros(3))
    refusal(data_folder)


@pytest.mark.parametrize("share", [0.1, 0.5, 0.9, 0.999])
def test_a_file_that_was_cut_short_is_a_sentence(
    data_folder: Path, small: Arrays, share: float
) -> None:
    path = data_folder / "mnist.npz"
    save(path, small)
    path.write_bytes(path.read_bytes()[: int(path.stat().st_size * share)])
    refusal(data_folder)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.integers(0, 10**6), st.binary(min_size=1, max_size=8))
def test_whatever_bytes_are_damaged_the_answer_is_arrays_or_a_sentence(
    data_folder: Path, small: Arrays, place: int, junk: bytes
) -> None:
    path = data_folder / "mnist.npz"
    save(path, {key: array[:4] for key, array in small.items()})
    content = bytearray(path.read_bytes())
    place %= len(content)
    content[place : place + len(junk)] = junk
    path.write_bytes(content)
    mnist._arrays.cache_clear()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            assert load_mnist().x_train.shape[1:] == (28, 28)
        except UserError as error:
            assert str(path) in error.text.en
