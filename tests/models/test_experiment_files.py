"""Experiment files as people's programs save them."""

import json
import os
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.language import UserError
from models.__main__ import main, read_experiment
from models.experiment import Experiment
from models.tasks import preset_named, presets

MINE = json.dumps(preset_named("mnist").to_dict(), indent=2).replace("\n", "\r\n")


@pytest.mark.parametrize(
    "encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32", "cp949"]
)
def test_a_file_is_read_as_notepad_and_powershell_save_it(encoding: str, tmp_path: Path) -> None:
    (tmp_path / "mine.json").write_bytes(MINE.encode(encoding))
    assert read_experiment(str(tmp_path / "mine.json")) == preset_named("mnist")


def refusal(path: Path, capsys: pytest.CaptureFixture[str]) -> str:
    assert main(["summary", str(path)]) == 2
    (sentence,) = capsys.readouterr().err.splitlines()
    assert path.name in sentence
    return sentence


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (b"", "not valid JSON (line 1, column 1)"),
        (b"{'task': ", "not valid JSON (line 1, column 2)"),
        (bytes(500), "a binary file"),
        (b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR", "a binary file"),
        (b'{\n"task": "caf\xe9"}', "line 2: It holds characters that are neither"),
        (b"[" * 100_000, "nested deeper"),
        (b'{"layers": ' + b"[" * 900 + b"]" * 900 + b"}", "nested deeper"),
        (b'{"epochs": 1, "epochs": 2}', "'epochs' stands there twice"),
        (b'{"l2": Infinity}', "'Infinity' is not a number"),
        (b" " * (2**20 + 1), "too large: at most 1 MB"),
    ],
)
def test_what_is_no_experiment_is_told_as_what_it_is(
    content: bytes, told: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "mine.json").write_bytes(content)
    assert told in refusal(tmp_path / "mine.json", capsys)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_what_is_no_file_is_told_as_what_it_is(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    (tmp_path / "folder.json").mkdir()
    os.mkfifo(tmp_path / "pipe.json")
    (tmp_path / "zero.json").symlink_to("/dev/zero")
    assert "It is a folder" in refusal(tmp_path / "folder.json", capsys)
    assert "a pipe or a device" in refusal(tmp_path / "pipe.json", capsys)
    assert "a pipe or a device" in refusal(tmp_path / "zero.json", capsys)
    assert "There is no such file" in refusal(tmp_path / "none.json", capsys)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3)
    ),
    max_leaves=8,
)


@st.composite
def changed(draw: st.DrawFn) -> object:
    """Return a preset with anything in the place of one of its parts."""
    values: Any = preset_named(draw(st.sampled_from(sorted(presets())))).to_dict()
    inside = draw(st.sampled_from([values, values["optimizer"], *values["layers"]]))
    inside[draw(st.sampled_from(sorted(inside)) | st.text(max_size=5))] = draw(JSON)
    return values


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.binary(max_size=80) | JSON | changed())
def test_any_content_is_an_experiment_or_a_sentence(tmp_path: Path, content: object) -> None:
    path = tmp_path / "mine.json"
    path.write_bytes(content if isinstance(content, bytes) else json.dumps(content).encode())
    try:
        assert isinstance(read_experiment(str(path)), Experiment)
    except UserError as error:
        assert error.text.ko and error.text.en
