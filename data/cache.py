"""Decoded arrays on disk, so that many processes share one copy of them in memory.

Unpacking 60,000 pictures takes half a second and 50 MB in every process. Unpacked once to ``.npy``
and memory-mapped, they take neither: the operating system keeps one copy for everybody.
"""

import functools
import logging
import os
import uuid
from collections.abc import Callable
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.file_readers.array_files import DamagedArrays, map_array
from data.home import home
from data.language import Text

Arrays = dict[str, Array]
_LOG = logging.getLogger(__name__)


def cached(
    key: str,
    names: tuple[str, ...],
    decode: Callable[[], Arrays],
    is_whole: Callable[[Arrays], bool],
) -> Arrays:
    """Return read-only arrays by name, memory-mapped from ``home()/cache/key``.

    ``key`` must change with the content. What is missing, cut short or not whole there is made
    again with ``decode`` and written. Where nothing can be written the arrays stay in memory, and
    a warning is logged once for the folder.
    """
    folder = home() / "cache" / key
    mapped = _mapped(folder, names)
    if mapped and is_whole(mapped):
        return mapped
    arrays = decode()
    try:
        _write(folder, arrays)
    except OSError as error:
        _warn_once(folder, str(error))
        return _read_only(arrays)
    return _mapped(folder, names) or _read_only(arrays)


def _mapped(folder: Path, names: tuple[str, ...]) -> Arrays | None:
    """Map every array of the folder, or None when one is missing or cut short."""
    try:
        return {name: map_array(folder / f"{name}.npy") for name in names}
    except (OSError, DamagedArrays):
        return None


def _write(folder: Path, arrays: Arrays) -> None:
    """Write each array aside and rename it, so that nobody ever maps half a file."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, array in arrays.items():
        aside = folder / f"{name}-{uuid.uuid4().hex}.part"
        try:
            with aside.open("xb") as file:
                np.save(file, array, allow_pickle=False)
            os.replace(aside, folder / f"{name}.npy")
        finally:
            aside.unlink(missing_ok=True)


def _read_only(arrays: Arrays) -> Arrays:
    for array in arrays.values():
        array.setflags(write=False)
    return arrays


@functools.cache
def _warn_once(folder: Path, reason: str) -> None:
    told = Text(
        f"풀어 놓은 데이터를 메모리에만 둡니다: 캐시 {folder}에 쓸 수 없습니다({reason}).",
        f"Decoded data stays in memory: the cache {folder} cannot be written ({reason}).",
    )
    _LOG.warning("%s", told)
