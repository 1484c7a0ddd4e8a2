"""The cache through its only user, the MNIST loader, with real files and real processes."""

import logging
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from data.cache import Arrays
from data.dataset import Array, Dataset
from data.pictures import mnist
from data.pictures.mnist import KEYS, load_mnist
from tests.support.npz import save

ROOT = Path(__file__).parents[2]
LOAD = "from data.pictures.mnist import load_mnist; print(load_mnist().x_train.sum())"


@pytest.fixture
def source(data_folder: Path, small: Arrays) -> Arrays:
    save(data_folder / "mnist.npz", small)
    return small


def load_anew() -> Dataset:
    """Load as a new process would, without what this one remembers."""
    mnist._arrays.cache_clear()
    return load_mnist()


def is_mapped(array: Array | None) -> bool:
    while array is not None and not isinstance(array, np.memmap):
        array = array.base
    return array is not None


def same(dataset: Dataset, arrays: Arrays) -> bool:
    return all(np.array_equal(getattr(dataset, key), arrays[key]) for key in KEYS)


def start_python(code: str) -> subprocess.Popen[str]:
    pipe = subprocess.PIPE
    return subprocess.Popen(
        [sys.executable, "-c", code], cwd=ROOT, stdout=pipe, stderr=pipe, text=True
    )


def test_arrays_are_the_files_own_mapped_and_read_only(source: Arrays) -> None:
    dataset = load_anew()
    assert same(dataset, source)
    for key in KEYS:
        array = getattr(dataset, key)
        assert is_mapped(array)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 0


def test_the_second_load_does_not_unpack_again(
    source: Arrays, own_home: Path, data_folder: Path
) -> None:
    load_anew()
    written = {path: path.stat().st_mtime_ns for path in own_home.rglob("*.npy")}
    assert len(written) == len(KEYS)
    assert same(load_anew(), source)
    assert {path: path.stat().st_mtime_ns for path in own_home.rglob("*.npy")} == written


def test_another_file_is_never_answered_from_the_cache_of_the_first(
    source: Arrays, data_folder: Path
) -> None:
    load_anew()
    other = {**source, "x_train": 255 - source["x_train"]}
    save(data_folder / "mnist.npz", other)
    assert same(load_anew(), other)


@pytest.mark.parametrize("length", [0, 10, 127, 128, 100_000])
def test_a_cache_that_was_cut_short_is_made_again(
    source: Arrays, own_home: Path, length: int
) -> None:
    load_anew()
    (damaged,) = own_home.rglob("x_train.npy")
    whole = damaged.read_bytes()
    # Unlinked, not cut: arrays that are still mapped must not lose their pages.
    damaged.unlink()
    damaged.write_bytes(whole[:length])
    dataset = load_anew()
    assert same(dataset, source) and is_mapped(dataset.x_train)
    assert damaged.read_bytes() == whole


def test_a_cache_with_arrays_of_another_form_is_made_again(source: Arrays, own_home: Path) -> None:
    load_anew()
    (damaged,) = own_home.rglob("y_test.npy")
    damaged.unlink()
    np.save(damaged, np.zeros(3))
    assert same(load_anew(), source)


def test_processes_that_load_at_once_all_get_whole_arrays(source: Arrays, own_home: Path) -> None:
    processes = [start_python(LOAD) for _ in range(4)]
    answers = [process.communicate(timeout=60) for process in processes]
    assert answers == [(f"{source['x_train'].sum()}\n", "")] * 4
    assert len(list(own_home.rglob("*.npy"))) == len(KEYS)
    assert list(own_home.rglob("*.part")) == []


def test_a_home_that_cannot_be_written_leaves_the_arrays_in_memory(
    source: Arrays,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    caplog: pytest.LogCaptureFixture,
) -> None:
    (tmp_path / "file").write_text("not a folder")
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "file" / "home"))
    with caplog.at_level(logging.WARNING):
        load_anew()
        dataset = load_anew()
    assert same(dataset, source) and not dataset.x_train.flags.writeable
    assert [record.levelname for record in caplog.records] == ["WARNING"]
    assert "file" in caplog.text


def test_a_full_disk_leaves_the_arrays_in_memory_and_no_half_files(
    source: Arrays, own_home: Path
) -> None:
    pytest.importorskip("resource", reason="file sizes can be limited on POSIX systems only")
    limit = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (50_000, 50_000)); "
    output, errors = start_python(limit + LOAD).communicate(timeout=60)
    assert output == f"{source['x_train'].sum()}\n"
    assert errors.count("cannot be written") == 1 and "Traceback" not in errors
    assert list(own_home.rglob("*.part")) == []
    assert list(own_home.rglob("x_train.npy")) == []
    assert same(load_anew(), source)
