"""Bundles that somebody has made to do harm, each made of a good one."""

import io
import pickle
import stat
import struct
import zipfile
from collections.abc import Callable
from itertools import pairwise
from typing import Any

import numpy as np

from models.bundles.bundle import HISTORY, README, RUN
from models.network.weights import WEIGHTS
from tests.support.bundles import npy, npz, packed, parts, with_part, with_run

Make = Callable[[bytes], bytes]


def _added(name: str, content: bytes = b"x") -> Make:
    return lambda good: packed({**parts(good), name: content})


def _link(good: bytes) -> bytes:
    file = io.BytesIO()
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in parts(good).items():
            info = zipfile.ZipInfo(name)
            if name == WEIGHTS:
                info.external_attr, content = (stat.S_IFLNK | 0o777) << 16, b"/etc/passwd"
            archive.writestr(info, content)
    return file.getvalue()


def _twice(good: bytes) -> bytes:
    other = packed({**parts(good), "run.jsoN": parts(good)[RUN]}, zipfile.ZIP_STORED)
    return other.replace(b"run.jsoN", b"run.json")


def _bomb(name: str, size: int) -> Make:
    return lambda good: with_part(good, name, bytes(size))


def _ratio(good: bytes) -> bytes:
    return with_part(good, HISTORY, b"kind\n" + bytes(6 * 2**20))


def _sizes(good: bytes, claimed: int) -> bytes:
    """Let the directory tell of another size of the weights than there is."""
    content = bytearray(good)
    place = content.rindex(b"PK\x01\x02", 0, content.rindex(WEIGHTS.encode()))
    struct.pack_into("<I", content, place + 24, claimed)
    return bytes(content)


def _patched(good: bytes, old: bytes, new: bytes) -> bytes:
    assert old in good
    return good.replace(old, new)


def _flag(good: bytes) -> bytes:
    """Mark every file as encrypted."""
    content = bytearray(good)
    for mark, at in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        place = -1
        while (place := content.find(mark, place + 1)) >= 0:
            content[place + at] |= 1
    return bytes(content)


def _crc(good: bytes) -> bytes:
    """Change a byte of the weights and nothing that tells of them."""
    content = bytearray(packed(parts(good), zipfile.ZIP_STORED))
    content[content.rindex(b"PK\x01\x02", 0, content.index(b"PK\x01\x02") + 4) - 400] ^= 0xFF
    return bytes(content)


def _overlapping(good: bytes) -> bytes:
    """Let two files of the directory lie at the same place."""
    content = bytearray(packed(parts(good), zipfile.ZIP_STORED))
    places = [i for i in range(len(content)) if content[i : i + 4] == b"PK\x01\x02"]
    (first,) = struct.unpack_from("<I", content, places[0] + 42)
    struct.pack_into("<I", content, places[1] + 42, first)
    return bytes(content)


def _zip64(good: bytes) -> bytes:
    """Put the locator of a ZIP64 directory in front of the end."""
    end = good.rindex(b"PK\x05\x06")
    locator = b"PK\x06\x07" + struct.pack("<IQI", 0, end, 1)
    return good[:end] + locator + good[end:]


def _comment(good: bytes) -> bytes:
    file = io.BytesIO(good)
    with zipfile.ZipFile(file, "a") as archive:
        archive.comment = b"PK\x05\x06" * 2_000
    return file.getvalue()


def _many(good: bytes) -> bytes:
    return packed({**parts(good), **{f"{number}.txt": b"" for number in range(30_000)}})


def _weights(change: Callable[[dict[str, bytes]], object]) -> Make:
    """Return what changes the files inside ``weights.npz``."""

    def make(good: bytes) -> bytes:
        named = {name[:-4]: each for name, each in parts(parts(good)[WEIGHTS]).items()}
        change(named)
        return with_part(good, WEIGHTS, npz(named))

    return make


def _kernel(array: Any, *, allow_pickle: bool = False) -> Make:
    content = npy(array, allow_pickle=allow_pickle)
    return _weights(lambda named: named.update(kernel_0=content))


def _header(text: bytes, numbers: int = 13 * 64 * 4) -> Make:
    header = b"\x93NUMPY\x01\x00" + struct.pack("<H", len(text)) + text
    return _weights(lambda named: named.update(kernel_0=header + bytes(numbers)))


class _Harm:
    def __reduce__(self) -> tuple[Any, ...]:
        return print, ("harm",)


def _objects() -> Any:
    array = np.empty((1,), object)
    array[0] = _Harm()
    return array


def _run(change: Callable[[Any], object]) -> Make:
    return lambda good: with_run(good, change)


def _large(good: bytes) -> bytes:
    """Return a bundle of nearly the largest network there may be, whose last weight is NaN."""
    draw, sides = np.random.default_rng(0), [13, 1_000, 1_000, 1_000, 1_000, 1_000, 1]
    pairs = list(pairwise(sides))
    named: dict[str, bytes] = {}
    for number, (inputs, units) in enumerate(pairs):
        kernel = draw.normal(0, 1e-3, (inputs, units)).astype(np.float32)
        if units == 1:
            kernel[-1] = np.nan
        named[f"kernel_{number}"] = npy(kernel)
        named[f"bias_{number}"] = npy(np.zeros(units, np.float32))
    layer = {"units": 1_000, "activation": "relu", "dropout": 0.0}

    def enlarge(values: Any) -> None:
        values["experiment"]["layers"] = [layer] * 5
        values["events"][0]["parameters"] = sum((a + 1) * b for a, b in pairs)

    return with_part(with_run(good, enlarge), WEIGHTS, npz(named))


def _layers(count: int, units: int) -> Make:
    layer = {"units": units, "activation": "relu", "dropout": 0.0}
    return _run(lambda values: values["experiment"].update(layers=[layer] * count))


def _text(old: bytes, new: bytes) -> Make:
    return lambda good: with_part(good, RUN, _patched(parts(good)[RUN], old, new))


def _json(content: bytes) -> Make:
    return lambda good: with_part(good, RUN, content)


def _lines(*lines: str) -> Make:
    return lambda good: with_part(good, HISTORY, parts(good)[HISTORY] + "\n".join(lines).encode())


def _event(place: int, **fields: object) -> Make:
    return _run(lambda values: values["events"][place].update(fields))


HOSTILE: dict[str, Make] = {
    "a name that leads out of the folder": _added("../../run.json"),
    "a name from the root": _added("/etc/cron.d/run"),
    "a name of Windows": _added("..\\run.json"),
    "a link instead of the weights": _link,
    "a folder": _added("run.json/"),
    "a name twice": _twice,
    "a name twice but for its case": _added("RUN.JSON"),
    "a name with a zero in it": lambda good: _added("run.json#.txt")(good).replace(
        b"run.json#.txt", b"run.json\0.txt"
    ),
    "an archive in the archive": lambda good: packed({**parts(good), "more.zip": good}),
    "thirty thousand files": _many,
    "a file is missing": lambda good: packed(
        {name: each for name, each in parts(good).items() if name != HISTORY}
    ),
    "no archive": lambda good: b"GIF89a" + bytes(1_000),
    "an empty file": lambda good: b"",
    "cut in the middle": lambda good: good[: len(good) // 2],
    "bytes in front": lambda good: b"#!/bin/sh\n" + good,
    "a comment full of ends": _comment,
    "zip64": _zip64,
    "encrypted": _flag,
    "a wrong checksum": _crc,
    "compressed in an unusual way": lambda good: packed(parts(good), zipfile.ZIP_LZMA),
    "files at the same place": _overlapping,
    "a bomb by size": _bomb(WEIGHTS, 2**28),
    "a bomb by ratio": _ratio,
    "a readme of megabytes": _bomb(README, 2**22),
    "the directory claims gigabytes": lambda good: _sizes(good, 2**32 - 2),
    "the directory claims too little": lambda good: _sizes(good, 100),
    "weights that are NaN": _kernel(np.full((13, 64), np.nan, np.float32)),
    "weights that are infinite": _kernel(np.full((13, 64), np.inf, np.float32)),
    "four million weights, the last one NaN": _large,
    "weights of another shape": _kernel(np.zeros((64, 13), np.float32)),
    "weights of doubles": _kernel(np.zeros((13, 64))),
    "weights that are objects": _kernel(_objects(), allow_pickle=True),
    "a pickle that is called an array": _weights(
        lambda named: named.update(kernel_0=pickle.dumps(_Harm()))
    ),
    "weights in another byte order": _kernel(np.zeros((13, 64), ">f4")),
    "a header of a hundred thousand columns": _header(
        b"{'descr': '<f4', 'fortran_order': True, 'shape': (" + b"1, " * 20_000 + b"), }\n"
    ),
    "a header that claims terabytes": _header(
        b"{'descr': '<f4', 'fortran_order': False, 'shape': (999999999999, 64), }\n"
    ),
    "a header that runs code": _header(b"{'descr': __import__('os').abort(), 'shape': (1,), }\n"),
    "a header of version 3": _weights(
        lambda named: named.update(kernel_0=b"\x93NUMPY\x03\x00" + named["kernel_0"][8:])
    ),
    "arrays that nobody asked for": _weights(lambda named: named.update(more=npy(np.zeros(3)))),
    "weights that were compressed to a bomb": lambda good: with_part(
        good, WEIGHTS, packed({"kernel_0.npy": bytes(2**26)})
    ),
    "other weights than those of the fingerprint": _kernel(np.zeros((13, 64), np.float32)),
    "more parameters than there may be": _layers(6, 1_024),
    "more layers than there may be": _layers(100_000, 1),
    "brackets without end": _json(b"[" * 1_000_000),
    "brackets side by side": _json(b"[" + b"[]," * 600_000 + b"[]]"),
    "two hundred thousand texts": _json(
        b'{"format": [' + b",".join(b'"%06d"' % n for n in range(200_000)) + b"]}"
    ),
    "deep brackets": _json(b'{"format": ' + b"[" * 40_000 + b"]" * 40_000 + b"}"),
    "a number of a million digits": _text(b'"version": 1', b'"version": ' + b"9" * 1_000_000),
    "a number that JSON does not know": _text(b'"version": 1', b'"version": NaN'),
    "a number too large": _text(b'"learning_rate": 0', b'"learning_rate": 1e999, "was": 0'),
    "a field twice": _text(b'"version": 1', b'"version": 1, "version": 1'),
    "a field that nobody knows": _run(lambda values: values.update(run="os.system")),
    "a field is missing": _run(lambda values: values.pop("scaling")),
    "a newer version": _run(lambda values: values.update(version=2)),
    "another format": _run(lambda values: values.update(format="other")),
    "JSON that is a list": _json(b"[]"),
    "no UTF-8": _text(b'"mine"', b'"\xff\xfe"'),
    "half a character": _text(b'"mine"', b'"\\ud800"'),
    "a task that nobody knows": _run(lambda values: values["experiment"].update(task="../boston")),
    "own data that is not here": _run(
        lambda values: values["experiment"].update(task="own-apples", data="0" * 64)
    ),
    "own data by a path": _run(
        lambda values: values["experiment"].update(task="own-../../x", data="0" * 64)
    ),
    "a setting that is code": _run(
        lambda values: values["experiment"]["optimizer"].update(name="__import__('os')")
    ),
    "a setting that is a list": _run(
        lambda values: values["experiment"]["optimizer"].update(name=["sgd"])
    ),
    "a seed that is none": _run(lambda values: values["experiment"].update(seed=-1)),
    "a scaling by zero": _run(
        lambda values: values.update(scaling={"offset": [0], "divisor": [0]})
    ),
    "words for a task without words": _run(lambda values: values.update(vocabulary=["a"])),
    "a name of ten thousand characters": _run(lambda values: values.update(name="n" * 10_000)),
    "an event of another kind": _event(0, kind="snapshot"),
    "no updates in an epoch": _event(0, updates_per_epoch=0),
    "an event of wrong types": _event(0, rows="many"),
    "an end that is none": _event(-1, state="running"),
    "a diagnosis with a picture from elsewhere": _event(
        -1, diagnoses=[{"name": "![](http://example.org/x.png)", "figures": {}}]
    ),
    "figures of another task": _event(-1, test={"accuracy": 1.0}),
    "a million events": _run(lambda values: values.update(events=values["events"][:1] * 40_000)),
    "columns of another table": lambda good: with_part(good, HISTORY, b"epoch,loss\n1,2\n"),
    "a formula in the history": _lines("update,99,,=1+1,2,,,,,", ""),
    "a link in the history": _lines('update,99,,"=HYPERLINK(""http://example.org"")",2,,,,,', ""),
    "infinity in the history": _lines("update,99,,1e999,2,,,,,", ""),
    "updates out of order": _lines("update,1,,1,2,,,,,", ""),
    "epochs that were never trained": _lines("epoch,,3,1,1,1,1,1,1,0", ""),
    "a line without end": _lines("update,99,," + "1" * 1_000_000),
    "a hundred thousand lines": _lines(*(f"update,{n},,1,2,,,,," for n in range(99, 100_099)), ""),
    "ten million lines": lambda good: with_part(
        good, HISTORY, parts(good)[HISTORY] + b"update,1,,1,1,,,,,\n" * 10_000_000
    ),
    "digits of another script": _lines("update,٩٩,,1,2,,,,,", ""),
}
"""By what is wrong with them."""
