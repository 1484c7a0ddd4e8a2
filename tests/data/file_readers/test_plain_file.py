import os
import sys
from pathlib import Path

import pytest

from data.file_readers.plain_file import MissingFile, UnreadableFile, read_bytes
from data.language import quoted


def reason(path: Path, max_bytes: int = 100) -> str:
    with pytest.raises(UnreadableFile) as error:
        read_bytes(path, max_bytes)
    text = error.value.text
    assert quoted(path) in text.ko and quoted(path) in text.en
    assert text.en.endswith(error.value.reason.en) and text.ko.endswith(error.value.reason.ko)
    return error.value.reason.en


def test_a_file_of_exactly_the_largest_size_is_read(tmp_path: Path) -> None:
    (tmp_path / "x").write_bytes(bytes(100))
    assert read_bytes(tmp_path / "x", 100) == bytes(100)
    assert "too large" in reason(tmp_path / "x", 99)


def test_a_file_that_is_not_there_is_told_as_missing(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for path in (tmp_path / "none", tmp_path / "file" / "inside"):
        assert "There is no such file" in reason(path)
        with pytest.raises(MissingFile):
            read_bytes(path, 100)


def test_a_folder_is_told_as_a_folder(tmp_path: Path) -> None:
    assert "It is a folder" in reason(tmp_path)


@pytest.mark.parametrize("name", ["\0", "x" * 300])
def test_a_name_that_no_file_can_have_is_a_sentence(name: str, tmp_path: Path) -> None:
    assert "It cannot be read" in reason(tmp_path / name)


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_a_pipe_that_nobody_writes_into_is_not_waited_for(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    assert "a pipe or a device" in reason(tmp_path / "pipe")


@pytest.mark.skipif(sys.platform == "win32", reason="needs /dev")
@pytest.mark.parametrize("name", ["/dev/zero", "/dev/null", "/dev/urandom"])
def test_a_device_is_told_as_one(name: str) -> None:
    assert "a pipe or a device" in reason(Path(name))


@pytest.mark.skipif(not os.path.exists("/proc/self/maps"), reason="needs Linux' /proc")
def test_a_file_that_tells_no_size_is_not_read_beyond_the_limit() -> None:
    path = Path("/proc/self/maps")
    assert path.stat().st_size == 0 and len(read_bytes(path, 2**20)) > 100
    assert "too large" in reason(path, 100)


def test_a_link_to_itself_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "loop").symlink_to(tmp_path / "loop")
    assert "It cannot be read" in reason(tmp_path / "loop")


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may read all")
def test_a_file_that_may_not_be_read_is_told_as_such(tmp_path: Path) -> None:
    (tmp_path / "secret").touch(mode=0)
    assert "not allowed" in reason(tmp_path / "secret")
