"""ZIP archives of strangers: the directory is checked before anything is unpacked.

Python's own reader takes what an archive says of itself: a directory of gigabytes, two files at the
same place, a few kilobytes that unpack to gigabytes, a link where a file should be.
"""

import stat
import struct
import zipfile
from itertools import pairwise
from typing import BinaryIO

_LARGEST_DIRECTORY = 2**16
_KNOWN_FLAGS = 0x0002 | 0x0004 | 0x0008 | 0x0800
"""How well it is deflated, sizes behind the data, names in UTF-8. Another bit: encrypted."""
_END = b"PK\x05\x06"
_END_64 = b"PK\x06\x07"
_SMALLEST_LOCAL_HEADER = 30
_MOST_RATIO = 200
_FREE_OF_RATIO = 2**20
"""Bytes that a file may unpack to however small it is in the archive."""


class DamagedArchive(ValueError):
    """The file is no plain ZIP archive, or not a whole one; the message says why."""


def open_zip(file: BinaryIO) -> zipfile.ZipFile:
    """Open the archive, whose directory must be a small one: zipfile reads the whole of it.

    There is nothing behind the directory and no ZIP64. Raises ``DamagedArchive``.
    """
    try:
        file.seek(-42, 2)
        tail = file.read(42)
        (directory,) = struct.unpack("<I", tail[32:36])
        if tail[20:24] != _END or tail[:4] == _END_64 or directory > _LARGEST_DIRECTORY:
            raise DamagedArchive("no archive, or a very large one")
        return zipfile.ZipFile(file)
    except Exception as error:  # zipfile raises nearly anything
        raise DamagedArchive(str(error)) from error


def check_members(members: list[zipfile.ZipInfo], max_bytes: int) -> None:
    """Raise ``DamagedArchive`` unless the files of an archive may be unpacked.

    Each name stands there once, and together they take at most ``max_bytes`` when unpacked; they
    are stored or deflated, and not encrypted.
    """
    names = [info.filename for info in members]
    if len(set(names)) < len(names):
        raise DamagedArchive("a name that stands there twice")
    if any(
        info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED) for info in members
    ):
        raise DamagedArchive("an unusual compression")
    if any(info.flag_bits & ~_KNOWN_FLAGS for info in members):
        raise DamagedArchive("an encrypted archive")
    if sum(info.file_size for info in members) > max_bytes:
        raise DamagedArchive("larger than anything expected here")


def check_places(archive: zipfile.ZipFile) -> None:
    """Raise ``DamagedArchive`` unless the archive holds plain files, one behind the other.

    A file that would unpack to far more than it takes is none; nor is a link or a folder.
    """
    members = sorted(archive.infolist(), key=lambda info: info.header_offset)
    ends = [(info.header_offset, info.header_offset + _taken(info)) for info in members]
    if not members or members[0].header_offset != 0:
        raise DamagedArchive("something in front of the first file")
    if any(end > start for (_, end), (start, _) in pairwise([*ends, (archive.start_dir, 0)])):
        raise DamagedArchive("files at the same place")
    for info in members:
        kind = stat.S_IFMT(info.external_attr >> 16)
        if info.is_dir() or kind not in (0, stat.S_IFREG):
            raise DamagedArchive("a link or a folder")
        if info.file_size > max(_FREE_OF_RATIO, _MOST_RATIO * info.compress_size):
            raise DamagedArchive("a file that unpacks to far more than it takes")


def _taken(info: zipfile.ZipInfo) -> int:
    """Return how many bytes of the archive a file takes at least."""
    return _SMALLEST_LOCAL_HEADER + len(info.orig_filename.encode()) + info.compress_size
