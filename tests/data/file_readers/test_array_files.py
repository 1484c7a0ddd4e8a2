import io
import os
import struct
import sys
import zipfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import numpy as np
import psutil
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from hypothesis.extra import numpy as arrays_of

from data.dataset import Array
from data.file_readers.array_files import DamagedArrays, give_back, map_array, open_arrays
from data.language import UserError

LIMIT = 2**20


def read(path: Path, max_bytes: int = LIMIT) -> dict[str, Array]:
    with open_arrays(path, max_bytes) as archive:
        return {name: archive.read(name) for name in archive.names}


def packed(members: dict[str, bytes], compression: int = zipfile.ZIP_STORED) -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w", compression) as archive:
        for name, member in members.items():
            archive.writestr(name, member)
    return content.getvalue()


def member(array: Any, **options: Any) -> bytes:
    content = io.BytesIO()
    np.save(content, array, **options)
    return content.getvalue()


def with_header(header: str, numbers: bytes = b"") -> bytes:
    text = header.encode() + b"\n"
    return b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text + numbers


PLAIN = st.sampled_from(["<f2", "<f4", "<f8", "|i1", "<i2", "<i4", "<i8", "|u1", "<u4", "<u8"])
SHAPES = arrays_of.array_shapes(min_dims=0, max_dims=4, min_side=0, max_side=4)


@settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(st.data(), st.booleans(), st.booleans())
def test_what_numpy_writes_is_read_as_it_was(
    tmp_path: Path, data: st.DataObject, compressed: bool, fortran: bool
) -> None:
    array = data.draw(arrays_of.arrays(np.dtype(data.draw(PLAIN)), data.draw(SHAPES)))
    written = np.asfortranarray(array) if fortran else array
    save: Any = np.savez_compressed if compressed else np.savez
    save(tmp_path / "x.npz", one=written, two=np.int64(3))
    found = read(tmp_path / "x.npz")
    assert list(found) == ["one", "two"] and found["two"] == 3
    assert found["one"].dtype == written.dtype and found["one"].shape == written.shape
    np.testing.assert_array_equal(found["one"], written)
    np.save(tmp_path / "x.npy", written)
    np.testing.assert_array_equal(map_array(tmp_path / "x.npy"), written)


@pytest.mark.skipif(sys.platform != "linux", reason="reads what Linux says of a process's memory")
def test_the_memory_of_a_mapped_array_is_given_back_and_filled_again(tmp_path: Path) -> None:
    np.save(tmp_path / "x.npy", np.ones((64, 2**16), np.uint8))
    mapped = map_array(tmp_path / "x.npy")
    assert mapped.sum() == 2**22 and filled(tmp_path / "x.npy") >= 2**22
    give_back(mapped[3:].reshape(-1))
    assert filled(tmp_path / "x.npy") < 2**20
    assert mapped.sum() == 2**22
    give_back(np.ones(3))


def filled(path: Path) -> int:
    """Return the bytes of a mapped file that are in this process's memory."""
    return sum(part.rss for part in psutil.Process().memory_maps() if part.path == str(path))


KERNEL = member(np.ones((3, 2), np.float32))
HUGE = "{'descr': '<f4', 'fortran_order': False, 'shape': (1000000, 1000000), }"
DAMAGED = {
    "nothing": b"",
    "text": b"epochs = 3\n" * 20,
    "a bare array": KERNEL,
    "an archive cut short": packed({"x.npy": KERNEL})[:-30],
    "no arrays in it": packed({"x.txt": b"hello"}),
    "text for an array": packed({"x.npy": b"hello"}),
    "text as numpy keeps it": packed({"x.npy": member(np.array(["a", "bc"]))}),
    "bytes": packed({"x.npy": member(np.array([b"a"]))}),
    "times": packed({"x.npy": member(np.array(["2026-01-01"], "datetime64[D]"))}),
    "a record": packed({"x.npy": member(np.zeros(2, [("a", "f4"), ("b", "i4")]))}),
    "a pickle": packed({"x.npy": member(np.array([{}], object), allow_pickle=True)}),
    "complex numbers": packed({"x.npy": member(np.ones(2, np.complex64))}),
    "truths": packed({"x.npy": member(np.ones(2, bool))}),
    "another machine's floats": packed({"x.npy": member(np.ones(2, ">f4"))}),
    "floats of one byte": packed(
        {"x.npy": with_header("{'descr': '<f1', 'fortran_order': False, 'shape': (2,), }", b"ab")}
    ),
    "a header of terabytes": packed({"x.npy": with_header(HUGE)}),
    "a negative side": packed(
        {
            "x.npy": with_header(
                "{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", b"abcd"
            )
        }
    ),
    "a header that nests": packed({"x.npy": with_header("(" * 900)}),
    "a header without end": packed({"x.npy": b"\x93NUMPY\x02\x00\xff\xff\xff\x7f" + b" " * 90}),
    "too few numbers": packed({"x.npy": KERNEL[:-4]}),
    "too many numbers": packed({"x.npy": KERNEL + bytes(4)}),
    "bzip2": packed({"x.npy": KERNEL}, zipfile.ZIP_BZIP2),
    "lzma": packed({"x.npy": KERNEL}, zipfile.ZIP_LZMA),
    "a bit of a number is another": packed({"x.npy": KERNEL}).replace(b"\x80?", b"\x81?", 1),
}
"""Contents of files, each of which is not whole, or not of plain numbers."""


def patched(offset_local: int, offset_central: int, value: int) -> bytes:
    """Return an archive with one 16-bit field of its member changed in both of its headers."""
    content = bytearray(packed({"x.npy": KERNEL}))
    central = content.index(b"PK\x01\x02")
    for place in (offset_local, central + offset_central):
        content[place : place + 2] = struct.pack("<H", value)
    return bytes(content)


DAMAGED["encrypted"] = patched(6, 8, 1)
DAMAGED["compressed in an unknown way"] = patched(8, 10, 99)


def twice() -> bytes:
    content = io.BytesIO()
    with zipfile.ZipFile(content, "w") as archive, pytest.warns(UserWarning, match="Duplicate"):
        archive.writestr("x.npy", KERNEL)
        archive.writestr("x.npy", KERNEL)
    return content.getvalue()


@pytest.mark.parametrize("name", [*DAMAGED, "one name twice"])
def test_what_is_no_whole_archive_of_numbers_is_told(name: str, tmp_path: Path) -> None:
    content = DAMAGED[name] if name in DAMAGED else twice()
    (tmp_path / "x.npz").write_bytes(content)
    with pytest.raises(DamagedArrays):
        read(tmp_path / "x.npz")


def test_arrays_beyond_what_is_expected_are_refused_by_the_directory(tmp_path: Path) -> None:
    np.savez_compressed(tmp_path / "x.npz", x=np.zeros(LIMIT))
    assert (tmp_path / "x.npz").stat().st_size < LIMIT / 50
    with pytest.raises(DamagedArrays, match="larger than anything"):
        read(tmp_path / "x.npz")


def test_a_directory_of_thousands_of_names_is_not_read(tmp_path: Path) -> None:
    (tmp_path / "x.npz").write_bytes(packed({f"{i:060}.npy": b"" for i in range(2_000)}))
    with pytest.raises(DamagedArrays, match="very large"):
        read(tmp_path / "x.npz")


def test_a_member_that_unpacks_to_more_than_it_says_is_not_unpacked(tmp_path: Path) -> None:
    bomb = bytearray(packed({"x.npy": KERNEL + bytes(10 * LIMIT)}, zipfile.ZIP_DEFLATED))
    for place in (22, bomb.index(b"PK\x01\x02") + 24):
        bomb[place : place + 4] = struct.pack("<I", len(KERNEL))
    (tmp_path / "x.npz").write_bytes(bomb)
    with pytest.raises(DamagedArrays):
        read(tmp_path / "x.npz")


@pytest.mark.skipif(not hasattr(os, "mkfifo"), reason="needs pipes with names")
def test_what_is_no_plain_file_is_a_sentence_at_once(tmp_path: Path) -> None:
    os.mkfifo(tmp_path / "pipe")
    for path in (tmp_path / "pipe", tmp_path, Path("/dev/zero"), tmp_path / "none"):
        with pytest.raises(UserError):
            read(path)


WHOLE = packed({"kernel_0.npy": KERNEL, "bias_0.npy": member(np.zeros(2, np.float32))})


@settings(
    max_examples=200, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.lists(
        st.tuples(st.integers(0, len(WHOLE) - 1), st.binary(min_size=1, max_size=5)), max_size=4
    )
)
def test_whatever_bytes_are_others_the_answer_is_arrays_or_damage(
    tmp_path: Path, changes: list[tuple[int, bytes]]
) -> None:
    content = bytearray(WHOLE)
    for place, junk in changes:
        content[place : place + len(junk)] = junk
    (tmp_path / "x.npz").write_bytes(content)
    with suppress(DamagedArrays):
        read(tmp_path / "x.npz")


@pytest.mark.parametrize(
    "content", [b"", b"PK\x03\x04", KERNEL[:-1], KERNEL + b"x", WHOLE, with_header(HUGE)]
)
def test_a_file_that_is_no_array_is_not_mapped(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "x.npy").write_bytes(content)
    with pytest.raises(DamagedArrays):
        map_array(tmp_path / "x.npy")
