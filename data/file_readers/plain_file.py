"""Opening a file that a person named, without waiting for ever and without filling the memory.

A name may stand for anything: a folder, a pipe that nobody writes into, ``/dev/zero``, a copy of a
whole disk. Each is told as what it is, before more than ``max_bytes`` of it are read.
"""

import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedReader
from pathlib import Path

from data.language import Text, UserError, quoted

_PIECE = 2**20
"""Bytes read at once: Python makes room for all that is asked for, though nothing may come."""


class UnreadableFile(UserError):
    """A file cannot be read; ``reason`` is a sentence of its own, without the file's name.

    ``line`` counts from 1, None where no line of it is to blame.
    """

    def __init__(self, name: str, reason: Text, line: int | None = None) -> None:
        place = Text("", "")
        if line is not None:
            place = Text(f" {line:,}번째 줄", f", line {line:,}")
        shown = quoted(Path(name))
        super().__init__(
            Text(f"{shown} 파일{place.ko}: {reason.ko}", f"The file {shown}{place.en}: {reason.en}")
        )
        self.reason, self.line = reason, line


class MissingFile(UnreadableFile):
    """There is no file of this name."""


@contextmanager
def open_file(path: Path, max_bytes: int) -> Iterator[BufferedReader]:
    """Open a plain file of at most ``max_bytes`` for reading.

    Raises ``MissingFile``, or ``UnreadableFile`` for anything else that is not such a file. A file
    of ``/proc`` tells no size: whoever reads one must stop after ``max_bytes``.
    """
    with _opened(path) as file:
        status = os.fstat(file.fileno())
        if not stat.S_ISREG(status.st_mode):
            raise UnreadableFile(str(path), _NOT_PLAIN)
        if status.st_size > max_bytes:
            raise UnreadableFile(str(path), too_large(max_bytes))
        yield file


def read_bytes(path: Path, max_bytes: int) -> bytes:
    """Return the content of a plain file; raises like ``open_file``."""
    content = bytearray()
    with open_file(path, max_bytes) as file:
        try:
            while len(content) <= max_bytes and (piece := file.read(_PIECE)):
                content += piece
        except OSError as error:
            raise unreadable(path, error) from None
    if len(content) > max_bytes:
        raise UnreadableFile(str(path), too_large(max_bytes))
    return bytes(content)


def unreadable(path: Path, error: OSError | ValueError) -> UnreadableFile:
    """Return what to raise when the system refuses a file; ValueError: a name with a zero in it."""
    if isinstance(error, FileNotFoundError | NotADirectoryError):
        return MissingFile(str(path), _MISSING)
    return UnreadableFile(str(path), _reason(error))


def too_large(max_bytes: int) -> Text:
    """Return the reason for a file of more than ``max_bytes``."""
    limit = f"{max_bytes / 2**20:.3g} MB"
    return Text(
        f"너무 큽니다. {limit}까지 읽을 수 있습니다. 맞는 파일인지 확인하거나 줄여 주세요.",
        f"It is too large: at most {limit} are read. "
        "Check that it is the right file, or make it smaller.",
    )


def _opened(path: Path) -> BufferedReader:
    try:
        return open(path, "rb", opener=_open_without_waiting)
    except (OSError, ValueError) as error:
        raise unreadable(path, error) from None


def _open_without_waiting(path: str, flags: int) -> int:
    """Open a file descriptor; a pipe without a writer would block for ever otherwise."""
    return os.open(path, flags | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_NOCTTY", 0))


def _reason(error: OSError | ValueError) -> Text:
    if isinstance(error, IsADirectoryError):
        return _FOLDER
    if isinstance(error, PermissionError):
        return _FORBIDDEN
    told = error.strerror if isinstance(error, OSError) else None
    told = told or str(error)
    return Text(
        f"읽을 수 없습니다({told}). 경로와 디스크를 확인하세요.",
        f"It cannot be read ({told}). Check its path and the disk.",
    )


_MISSING = Text(
    "그런 파일이 없습니다. 경로를 확인하세요.", "There is no such file. Check its path."
)
_FOLDER = Text(
    "파일이 아니라 폴더입니다. 그 안의 파일을 지정하세요.",
    "It is a folder. Name a file in it.",
)
_FORBIDDEN = Text(
    "읽을 권한이 없습니다. 권한을 확인하세요.",
    "You are not allowed to read it. Check its permissions.",
)
_NOT_PLAIN = Text(
    "보통 파일이 아니라 파이프나 장치입니다. 내용을 파일로 저장한 뒤 그 파일을 지정하세요.",
    "It is a pipe or a device. Save its content in a file and name that.",
)
