"""Programs that run: where their data lies, and what they leave."""

import os
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import matplotlib
import pytest

from data.dataset import Dataset
from data.dataset_file import dataset_bytes

matplotlib.use("Agg")

Run = Callable[[str, Dataset], dict[str, Any]]
"""Runs a script beside the file of its data; returns its variables and what it printed."""


@pytest.fixture
def run(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> Iterator[Run]:
    """Programs look for ``name.npz`` beside them, so they run in a folder of their own."""
    before = os.getcwd()
    os.chdir(tmp_path)

    def run(source: str, dataset: Dataset) -> dict[str, Any]:
        file = tmp_path / f"{dataset.name}.npz"
        if not file.exists():
            file.write_bytes(dataset_bytes(dataset, {})[0])
        variables: dict[str, Any] = {"__name__": "__main__"}
        capsys.readouterr()
        exec(compile(source, "lecture.py", "exec"), variables)
        return variables | {"printed": capsys.readouterr().out}

    yield run
    os.chdir(before)
