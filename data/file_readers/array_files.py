"""Arrays from ``.npz`` and ``.npy`` files, every size checked before anything is allocated.

NumPy's own reader believes what a file says of itself: a header may claim terabytes, and a few
kilobytes may unpack to gigabytes. Here the archive's directory and every header are read first, by
hand, and only plain numbers, stored or deflated, of the sizes that were declared are ever unpacked.
(The format: https://numpy.org/doc/stable/reference/generated/numpy.lib.format.html)
"""

import math
import mmap
import re
import zipfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO, BinaryIO, Literal

import numpy as np

from data.dataset import Array
from data.file_readers.plain_file import open_file
from data.file_readers.zip_file import DamagedArchive, check_members, open_zip

Shape = tuple[int, ...]

OVERHEAD = 1_024
"""Bytes that names and headers take at most, for each array and once more for the archive."""

_MAGIC = b"\x93NUMPY"
_HEADER = re.compile(
    rb"\{'descr': '([<|][fiu][1248])', 'fortran_order': (True|False), "
    rb"'shape': \(((?:\d{1,12}L?(?:, ?|(?=\))))*)\), ?\} *\n?"
)
"""What NumPy has written since 2006; Python 2 wrote an L behind large numbers."""
_LONGEST_HEADER = 1_000
_LARGEST_FILE = 2**32
"""Only its directory is read, and what that says of arrays that are not too large."""


class DamagedArrays(ValueError):
    """The file is no archive of plain arrays, or not a whole one; the message says why."""


@dataclass(frozen=True, slots=True)
class Header:
    """What an array says of itself before it is read; ``start`` is where its numbers begin."""

    dtype: "np.dtype[np.generic]"
    shape: Shape
    order: Literal["C", "F"]
    start: int

    @property
    def bytes(self) -> int:
        """How many bytes its numbers take."""
        return math.prod(self.shape) * self.dtype.itemsize


@dataclass(frozen=True, slots=True)
class ArrayArchive:
    """An open ``.npz`` file whose directory is in order; every method raises ``DamagedArrays``."""

    names: tuple[str, ...]
    _archive: zipfile.ZipFile

    def header(self, name: str) -> Header:
        """Return what an array says of itself, which fits the size that the directory tells."""
        with self._member(name) as (header, _):
            return header

    def read(self, name: str) -> Array:
        """Return an array, read-only."""
        with self._member(name) as (header, member):
            content = member.read(header.bytes)
            if len(content) != header.bytes:
                raise DamagedArrays("cut short")
            array: Array = np.frombuffer(content, header.dtype)
            return array.reshape(header.shape, order=header.order)

    @contextmanager
    def _member(self, name: str) -> Iterator[tuple[Header, IO[bytes]]]:
        """Open an array behind its header."""
        try:
            info = self._archive.getinfo(f"{name}.npy")
            with self._archive.open(info) as member:
                header = _header(member)
                if info.file_size != header.start + header.bytes:
                    raise DamagedArrays("longer or shorter than its header says")
                yield header, member
        except Exception as error:  # zipfile and zlib raise nearly anything
            raise DamagedArrays(f"{name}: {error}") from error


@contextmanager
def open_arrays(path: Path, max_bytes: int) -> Iterator[ArrayArchive]:
    """Open an ``.npz`` file of arrays that take at most ``max_bytes``, headers included.

    Raises ``UserError`` like ``open_file``, and ``DamagedArrays`` when the archive is damaged,
    encrypted or compressed in an unusual way, holds anything but arrays of integers and floats in
    this machine's byte order, or would take more than ``max_bytes``.
    """
    with open_file(path, _LARGEST_FILE) as file, _archive(file, max_bytes) as archive:
        yield ArrayArchive(tuple(name[:-4] for name in archive.namelist()), archive)


def map_array(path: Path) -> Array:
    """Return the array of an ``.npy`` file, read-only and memory-mapped.

    Raises ``OSError`` when there is no such file, and ``DamagedArrays`` for any other.
    """
    with path.open("rb") as file:
        header = _header(file)
        size = file.seek(0, 2)
    if size != header.start + header.bytes:
        raise DamagedArrays("the file is longer or shorter than its header says")
    mapped: Array = np.memmap(path, header.dtype, "r", header.start, header.shape, header.order)
    return mapped.view(np.ndarray)  # Slices faster than the memmap, which it keeps open.


def give_back(array: Array) -> None:
    """Give back the memory that a mapped array, or a part of one, has filled: 47 MB of MNIST.

    What is read again comes from the system's own copy of the file. Other arrays stay as they are.
    """
    owner: object = array
    while isinstance(owner, np.ndarray):
        owner = owner.base
    if isinstance(owner, mmap.mmap) and hasattr(owner, "madvise"):  # Windows has none
        owner.madvise(mmap.MADV_DONTNEED)


def _archive(file: BinaryIO, max_bytes: int) -> zipfile.ZipFile:
    """Open the archive, which holds nothing but arrays."""
    try:
        archive = open_zip(file)
        check_members(archive.infolist(), max_bytes)
    except DamagedArchive as error:
        raise DamagedArrays(str(error)) from error
    if not all(name.endswith(".npy") for name in archive.namelist()):
        raise DamagedArrays("names that no array has")
    return archive


def _header(file: IO[bytes]) -> Header:
    """Read the header of an array, versions 1.0 and 2.0 of the format."""
    start = file.read(12)
    if start[:6] != _MAGIC or start[6:8] not in (b"\x01\x00", b"\x02\x00") or len(start) < 12:
        raise DamagedArrays("not an array of NumPy's")
    size = 2 if start[6] == 1 else 4
    length = int.from_bytes(start[8 : 8 + size], "little")
    if not 4 <= length <= _LONGEST_HEADER:
        raise DamagedArrays("a header that is too short or too long")
    begin = start[8 + size :]
    found = _HEADER.fullmatch(begin + file.read(length - len(begin)))
    if found is None:
        raise DamagedArrays("a header that tells of no plain numbers")
    dtype = _dtype(found[1].decode())
    shape = tuple(int(side) for side in re.findall(rb"\d+", found[3]))
    return Header(dtype, shape, "F" if found[2] == b"True" else "C", 8 + size + length)


def _dtype(described: str) -> "np.dtype[np.generic]":
    """Return the dtype of a description such as "<f4", which must be one of this machine's."""
    try:
        dtype = np.dtype(described)
    except TypeError:  # "<f1"
        raise DamagedArrays(f"numbers of an unknown kind, {described}") from None
    if not dtype.isnative:
        raise DamagedArrays(f"numbers in another machine's byte order, {described}")
    return dtype
