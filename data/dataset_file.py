"""A data set in one file, which is known by the digest of its content and may travel.

The file is an ``.npz`` archive: the rows as arrays, and what the columns mean as JSON. Texts are
JSON too. The same data set gives the same bytes.
"""

import hashlib
import io
import json
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, fields, is_dataclass
from functools import lru_cache
from pathlib import Path
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

import numpy as np

from data.cache import Arrays, cached
from data.dataset import Array, Dataset
from data.file_readers.array_files import ArrayArchive, DamagedArrays, open_arrays
from data.file_readers.plain_file import read_bytes
from data.language import Text, UserError

T = TypeVar("T")

MOST_BYTES = 2**28
_ROWS = ("x_train", "y_train", "x_test", "y_test")
_ABOUT = "about"
_TEXTS = "texts"


@dataclass(frozen=True, slots=True)
class DatasetFile:
    """The file of a data set; ``digest`` is the SHA-256 of its content, 64 hexadecimal digits.

    Every method raises ``UserError`` where the file is gone or damaged.
    """

    path: Path
    digest: str

    def about(self) -> tuple[Dataset, dict[str, Any]]:
        """Return the data set without its rows (arrays of length 0), and what was noted with it."""
        return _about(self.path, self.digest)

    def load(self) -> Dataset:
        """Return the data set. Its numbers are memory-mapped from the cache of the lab."""
        values = _read(self.path, _description)
        names = _ROWS[1::2] if values[_TEXTS] else _ROWS
        arrays = cached(
            f"datasets/{self.digest}",
            names,
            lambda: {name: array for name, array in self._arrays().items() if name in names},
            lambda arrays: True,
        )
        texts = _texts(self.digest, self.path) if values[_TEXTS] else {}
        return _dataset(values, {**arrays, **texts})

    def _arrays(self) -> Arrays:
        """Return the rows as they are stored; raises ``UserError`` for another file than it was."""
        if _digest(read_bytes(self.path, MOST_BYTES)) != self.digest:
            raise _damaged()
        return _read(self.path, lambda archive: {name: archive.read(name) for name in _ROWS})


def dataset_bytes(dataset: Dataset, notes: Mapping[str, Any]) -> tuple[bytes, str]:
    """Return the content of the file of a data set, with its digest; JSON ``notes`` go with it.

    Raises ``UserError`` where it would be larger than ``MOST_BYTES``.
    """
    arrays = {name: getattr(dataset, name) for name in _ROWS}
    has_texts = dataset.x_train.dtype == object
    if has_texts:
        arrays |= {name: _as_bytes(arrays[name].tolist()) for name in ("x_train", "x_test")}
    names = [field.name for field in fields(Dataset) if field.name not in _ROWS]
    values = {name: _plain(getattr(dataset, name)) for name in names}
    about = {"dataset": values, "notes": dict(notes), _TEXTS: has_texts}
    file = io.BytesIO()
    np.savez(file, allow_pickle=False, **{_ABOUT: _as_bytes(about)}, **arrays)
    content = file.getvalue()
    if len(content) > MOST_BYTES:
        raise _too_large()
    return content, _digest(content)


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


@lru_cache(maxsize=1_000)
def _about(path: Path, digest: str) -> tuple[Dataset, dict[str, Any]]:
    """Return what ``DatasetFile.about`` says; the content under a digest never changes."""

    def read(archive: ArrayArchive) -> tuple[dict[str, Any], Arrays]:
        headers = {name: archive.header(name) for name in _ROWS}
        empty = {name: np.empty((0, *each.shape[1:]), each.dtype) for name, each in headers.items()}
        return _description(archive), empty

    values, empty = _read(path, read)
    if values[_TEXTS]:
        empty |= {name: np.empty(0, dtype=object) for name in ("x_train", "x_test")}
    return _dataset(values, empty), values["notes"]


@lru_cache(maxsize=2)
def _texts(digest: str, path: Path) -> Arrays:
    """Return the texts of a file: a page asks for them many times."""
    arrays = DatasetFile(path, digest)._arrays()
    return {
        name: np.array(json.loads(arrays[name].tobytes()), dtype=object)
        for name in ("x_train", "x_test")
    }


def _read(path: Path, read: Callable[[ArrayArchive], T]) -> T:
    try:
        with open_arrays(path, MOST_BYTES) as archive:
            return read(archive)
    except (DamagedArrays, ValueError):
        raise _damaged() from None


def _description(archive: ArrayArchive) -> dict[str, Any]:
    values: dict[str, Any] = json.loads(archive.read(_ABOUT).tobytes())
    return values


def _dataset(values: dict[str, Any], arrays: Arrays) -> Dataset:
    hints = get_type_hints(Dataset)
    given = values["dataset"].items()
    described: dict[str, Any] = {name: _value(hints[name], each) for name, each in given}
    return Dataset(**{**arrays, **described})


def _as_bytes(values: object) -> Array:
    return np.frombuffer(json.dumps(values, ensure_ascii=False).encode(), np.uint8)


def _plain(value: Any) -> Any:
    """Return a value of a data set as plain JSON values."""
    if isinstance(value, tuple):
        return [_plain(each) for each in value]
    return asdict(value) if is_dataclass(value) and not isinstance(value, type) else value


def _value(hint: Any, given: Any) -> Any:
    """Return the value of a type whose plain JSON values these are."""
    if given is None:
        return None
    if get_origin(hint) is UnionType:
        hint = next(each for each in get_args(hint) if each is not type(None))
    if get_origin(hint) is tuple:
        return tuple(_value(get_args(hint)[0], each) for each in given)
    if is_dataclass(hint) and isinstance(hint, type):
        hints = get_type_hints(hint)
        return hint(**{name: _value(hints[name], each) for name, each in given.items()})
    return given


def _damaged() -> UserError:
    return UserError(
        Text(
            "자기 데이터의 파일이 손상되었습니다. 데이터를 다시 올린 뒤 새로 학습해 주세요.",
            "The file of your own data is damaged. Add the data again and train a new run.",
        )
    )


def _too_large() -> UserError:
    megabytes = MOST_BYTES // 2**20
    return UserError(
        Text(
            f"데이터가 너무 큽니다. {megabytes} MB보다 작게 줄여 주세요.",
            f"The data set is too large. Use one of less than {megabytes} MB.",
        )
    )
