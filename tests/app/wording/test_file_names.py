"""Names of downloaded files, out of whatever a run was called."""

import os
from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from app.wording.file_names import file_name


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("집값 SGD", "집값 SGD.zip"),
        ("보스턴 집값 SGD, 2026-11-28 13:44:48", "보스턴 집값 SGD, 2026-11-28 13-44-48.zip"),
        ("../../etc/passwd", "etc-passwd.zip"),
        ('a\\b|c?*"<>', "a-b-c-----.zip"),
        (".hidden", "hidden.zip"),
        ("-rf ~", "rf ~.zip"),
        ("CON", "_CON.zip"),
        ("com1.txt", "_com1.txt.zip"),
        ("console", "console.zip"),
        ("\u202egpj.exe", "gpj.exe.zip"),
        ("a\r\nSet-Cookie: b", "a Set-Cookie- b.zip"),
        (" . ", "network.zip"),
        ("", "network.zip"),
        ("한" * 100, "한" * 66 + ".zip"),
    ],
)
def test_a_name_keeps_what_every_system_takes(title: str, name: str) -> None:
    assert file_name(title, ".zip") == name


@given(st.text(max_size=300))
@example("\ud800")
@example("é" * 200)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
def test_any_title_gives_a_file_that_can_be_made(tmp_path: Path, title: str) -> None:
    name = file_name(title, ".zip")
    (tmp_path / name).write_bytes(b"")
    assert os.listdir(tmp_path) == [name] and name.endswith(".zip") and len(name) > 4
    assert not set(name) & set('<>:"/\\|?*\r\n\0') and name[0] not in " .-~"
    (tmp_path / name).unlink()
