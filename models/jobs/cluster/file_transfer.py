"""A run's files on their way between a worker and the server, which share no folder.

A transfer is the content of whole files by name. It travels in shipments of a few megabytes, so
that a slow network is not taken for a dead one, and is unpacked file by file, each written aside,
flushed and renamed: what a reader finds under a name is whole.
"""

import os
import re
from pathlib import Path

from models.network.checkpoint import BEST, FOLDER, KEPT, MAX_BYTES
from models.network.epoch_record import RECORD
from models.network.snapshot import EXAMPLE
from models.network.weights import NETWORK, WEIGHTS
from models.tasks.catalogue import OWN_DATA

Transfer = dict[str, bytes]
Shipment = list[tuple[str, bytes]]
"""Pieces of files, to be put together in the order in which they come."""
Stamps = dict[str, tuple[int, int]]
"""What tells one version of a file from the next: its number on the disk and its time."""

SHIPMENT_BYTES = 2**22
_BEST = f"{FOLDER}/{BEST}"
_NAMES = (OWN_DATA, NETWORK, EXAMPLE, WEIGHTS, RECORD, _BEST)
_CHECKPOINT = re.compile(rf"{FOLDER}/\d{{9,}}\.npz")


def pack(folder: Path, known: Stamps) -> Transfer:
    """Return the files of a run that have changed since ``known``, which is brought up to date.

    The best checkpoint comes before the others: they refer to it.
    """
    transfer: Transfer = {}
    for name in [NETWORK, EXAMPLE, WEIGHTS, RECORD, _BEST, *_checkpoints(folder)]:
        try:
            with (folder / name).open("rb") as file:
                stat = os.fstat(file.fileno())
                stamp = (stat.st_ino, stat.st_mtime_ns)
                if known.get(name) != stamp and stat.st_size <= MAX_BYTES:
                    transfer[name] = file.read()
                    known[name] = stamp
        except FileNotFoundError:
            continue
    return transfer


def pack_start(folder: Path, after: int | None) -> Transfer:
    """Return what a worker needs to begin: a task's own data, and what the run goes on from.

    That is, ``after`` an update, the newest checkpoint up to there, or else the next, and the best.
    """
    names = [OWN_DATA] if after is None else [OWN_DATA, RECORD, _BEST, *_checkpoint(folder, after)]
    return {name: (folder / name).read_bytes() for name in names if (folder / name).is_file()}


def _checkpoint(folder: Path, update: int) -> list[str]:
    names = _checkpoints(folder)
    before = [name for name in names if int(Path(name).stem) <= update]
    return before[-1:] or names[:1]


def shipments(transfer: Transfer) -> list[Shipment]:
    """Return a transfer as shipments, none much larger than ``SHIPMENT_BYTES``.

    >>> shipments({"a": b"1", "b": b"23"})
    [[('a', b'1'), ('b', b'23')]]
    """
    found: list[Shipment] = []
    room = 0
    for name, content in transfer.items():
        for start in range(0, max(1, len(content)), SHIPMENT_BYTES):
            piece = content[start : start + SHIPMENT_BYTES]
            if not found or len(piece) > room:
                found.append([])
                room = SHIPMENT_BYTES
            found[-1].append((name, piece))
            room -= len(piece)
    return found


def put_together(pieces: Shipment) -> Transfer:
    """Return the transfer whose pieces these are, from one shipment or several."""
    found: dict[str, list[bytes]] = {}
    for name, piece in pieces:
        found.setdefault(name, []).append(piece)
    return {name: b"".join(content) for name, content in found.items()}


def unpack(transfer: Transfer, folder: Path) -> None:
    """Write the files of a transfer into a run's folder; the oldest checkpoints make room.

    Raises ``OSError``; what was there before is intact then. A name that no run has is left out.
    """
    (folder / FOLDER).mkdir(exist_ok=True)
    for name, content in transfer.items():
        if name in _NAMES or _CHECKPOINT.fullmatch(name):
            _write(folder / name, content)
    if any(map(_CHECKPOINT.fullmatch, transfer)):
        for name in _checkpoints(folder)[:-KEPT]:
            (folder / name).unlink(missing_ok=True)


def _checkpoints(folder: Path) -> list[str]:
    """Return the names of the checkpoints in a folder, oldest first."""
    names = (f"{FOLDER}/{path.name}" for path in (folder / FOLDER).glob("*.npz"))
    found = [name for name in names if _CHECKPOINT.fullmatch(name)]
    return sorted(found, key=lambda name: int(Path(name).stem))


def _write(path: Path, content: bytes) -> None:
    aside = path.with_name(f".arriving-{path.name}")
    try:
        with aside.open("wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)
