"""A clean home for every test, and a small data set for those that need one."""

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from data.cache import Arrays


@pytest.fixture(scope="package", autouse=True)
def java_compiles_in_a_hurry() -> Iterator[None]:
    """A JVM of a test ends before code that is compiled well has paid for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1")
        yield


@pytest.fixture(autouse=True)
def own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    monkeypatch.delenv("FNN_LAB_DATA", raising=False)
    return tmp_path / "home"


@pytest.fixture
def data_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Name an empty folder by FNN_LAB_DATA."""
    folder = tmp_path / "own data"
    folder.mkdir()
    monkeypatch.setenv("FNN_LAB_DATA", str(folder))
    return folder


@pytest.fixture
def small() -> Arrays:
    """Return 300 + 20 random pictures and labels in MNIST's format."""
    rng = np.random.default_rng(1)
    return {
        "x_train": rng.integers(0, 256, (300, 28, 28), dtype=np.uint8),
        "y_train": rng.integers(0, 10, 300, dtype=np.uint8),
        "x_test": rng.integers(0, 256, (20, 28, 28), dtype=np.uint8),
        "y_test": rng.integers(0, 10, 20, dtype=np.uint8),
    }
