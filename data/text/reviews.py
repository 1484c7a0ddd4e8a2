"""Korean movie reviews, each with its feeling: 0 for negative, 1 for positive.

Two corpora in one format, that of the Naver sentiment movie corpus (NSMC,
https://github.com/e9t/nsmc): a small one that ships with the lab, so that a classroom without
internet can work, and NSMC itself.
"""

import functools
import hashlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.file_readers.plain_file import read_bytes
from data.file_readers.text_file import decode
from data.files import BUNDLED, DataFile, checksum, locate
from data.language import Text, UserError, quoted
from data.sources import NSMC, RemoteFile

HEADER = "id\tdocument\tlabel"
MAX_BYTES = 2**26
"""Four times the largest file of NSMC."""
_BUNDLED_FILE = "reviews.tsv"
_BUNDLED_SHA256 = "30df879a1932ac4a55112fead91a2ad16ec5207ab0b4c7dd570028c80cdfb92f"
_LABELS = {"0": 0, "1": 1}


@dataclass(frozen=True, slots=True)
class Reviews:
    """Reviews in the order of their file.

    ``labels`` is (documents,) uint8, read-only, 1 for positive. ``digest`` is the sha256 of the
    file, or of the file and the part of it that these rows are, in hexadecimal digits: what is
    computed from the documents can be kept under it. ``skipped`` rows of the file were broken.
    """

    name: str
    documents: tuple[str, ...]
    labels: Array
    digest: str
    skipped: int


@dataclass(frozen=True, slots=True)
class Corpus:
    """Training and test reviews that a learner can choose."""

    name: str
    title: Text
    source: Text
    licence: str
    load: Callable[[], tuple[Reviews, Reviews]]
    is_available: Callable[[], bool]


def load_reviews(corpus: str) -> tuple[Reviews, Reviews]:
    """Return the training and the test reviews of a corpus, the same ones for the same files.

    The bundled corpus keeps its last fifth for the test, half of it positive. NSMC comes from the
    folder ``FNN_LAB_DATA`` when that holds one of its files, else as it was fetched. Raises
    ``UserError`` for an unknown corpus and for files that are missing, damaged or of another
    format.
    """
    return corpus_named(corpus).load()


def is_available(corpus: str) -> bool:
    """Say whether the files of a corpus are there, without reading them."""
    return corpus_named(corpus).is_available()


def corpus_named(name: str) -> Corpus:
    """Return the corpus of this name; raises ``UserError`` listing the names otherwise."""
    for corpus in CORPORA:
        if corpus.name == name:
            return corpus
    listed = ", ".join(corpus.name for corpus in CORPORA)
    raise UserError(
        Text(
            f"{quoted(name)}(이)라는 리뷰 말뭉치는 없습니다. 다음 중에서 고르세요: {listed}.",
            f"There is no corpus of reviews called {quoted(name)}. Choose one of: {listed}.",
        )
    )


def read_labelled(path: Path) -> Reviews:
    """Read any file in NSMC's format; raises ``UserError`` as ``parse`` and if it is unreadable."""
    return parse(read_bytes(path, MAX_BYTES), str(path))


def skipped_rows(reviews: Reviews) -> Text:
    """Return the sentence that tells how many rows of a file were left out."""
    rows, name = reviews.skipped, reviews.name
    return Text(
        f"{quoted(Path(name))}의 {rows:,}행은 형식이 맞지 않아 건너뜁니다.",
        f"{rows:,} rows of {quoted(Path(name))} do not have the right format and are skipped.",
    )


def parse(content: bytes, name: str) -> Reviews:
    """Parse NSMC's format: a header, then id, document and label between tabs.

    Quotes are characters like any other. A row with another number of columns, an empty document or
    a label other than 0 and 1 is skipped and counted; empty lines are not rows. Any encoding that
    ``data.file_readers.text_file`` knows and Windows line ends are allowed. Raises ``UserError``
    with ``name`` for another encoding or header, and when no row is left.
    """
    # Not splitlines(): reviews hold characters such as U+0085 that it takes for line ends.
    header, *lines = decode(content, name).split("\n")
    lines = [line for line in lines if line.rstrip("\r")]
    rows = list(_usable(lines))
    if header.rstrip("\r") != HEADER or not rows:
        raise _wrong_format(name)
    documents, labels = zip(*rows, strict=True)
    digest = hashlib.sha256(content).hexdigest()
    return Reviews(name, documents, _read_only(labels), digest, len(lines) - len(rows))


def _usable(lines: list[str]) -> Iterator[tuple[str, int]]:
    for line in lines:
        columns = line.rstrip("\r").split("\t")
        if len(columns) == 3 and columns[2] in _LABELS and columns[1].strip():
            yield columns[1], _LABELS[columns[2]]


def _read_only(labels: tuple[int, ...]) -> Array:
    array = np.array(labels, dtype=np.uint8)
    array.setflags(write=False)
    return array


def _load_bundled() -> tuple[Reviews, Reviews]:
    return _halves(locate(_BUNDLED_FILE, _BUNDLED_SHA256))


@functools.lru_cache(maxsize=2)
def _halves(file: DataFile) -> tuple[Reviews, Reviews]:
    checksum(file)
    reviews = replace(read_labelled(file.path), name="bundled")
    train = len(reviews.documents) * 4 // 5
    if not train:
        raise _wrong_format(str(file.path))
    return _part(reviews, slice(0, train)), _part(reviews, slice(train, None))


def _part(reviews: Reviews, rows: slice) -> Reviews:
    part = f"{reviews.digest} {rows.start} {rows.stop}"
    return replace(
        reviews,
        documents=reviews.documents[rows],
        labels=reviews.labels[rows],
        digest=hashlib.sha256(part.encode()).hexdigest(),
    )


def _load_nsmc() -> tuple[Reviews, Reviews]:
    train, test = (_whole(_nsmc_file(file)) for file in NSMC.files)
    return train, test


@functools.lru_cache(maxsize=2)
def _whole(file: DataFile) -> Reviews:
    """Read a file of NSMC; a downloaded one must still be what was downloaded."""
    content = read_bytes(file.path, MAX_BYTES)
    if file.sha256 not in (None, hashlib.sha256(content).hexdigest()):
        raise _damaged(file.path)
    return replace(parse(content, str(file.path)), name="nsmc")


def _nsmc_file(file: RemoteFile) -> DataFile:
    """Find a file of NSMC. Training and test come from one folder: others may share rows."""
    own = _own_folder()
    path = own / file.name if own else file.path
    try:
        status = path.stat()
    except OSError as error:
        raise _absent(path) from error
    return DataFile(path, status.st_size, status.st_mtime_ns, None if own else file.sha256)


def _own_folder() -> Path | None:
    """Return the folder ``FNN_LAB_DATA`` if it holds any of NSMC's files."""
    folder = Path(os.environ.get("FNN_LAB_DATA") or os.devnull)
    return folder if any((folder / file.name).is_file() for file in NSMC.files) else None


def _nsmc_is_there() -> bool:
    own = _own_folder()
    return all((own / file.name).is_file() for file in NSMC.files) if own else NSMC.is_fetched


def _bundled_is_there() -> bool:
    return (BUNDLED / _BUNDLED_FILE).is_file()


CORPORA: tuple[Corpus, ...] = (
    Corpus(
        name="bundled",
        title=Text("작은 리뷰 모음", "Small collection of reviews"),
        source=Text(
            "이 프로젝트를 위해 직접 쓴 짧은 영화 리뷰",
            "Short film reviews written for this project",
        ),
        licence="MIT",
        load=_load_bundled,
        is_available=_bundled_is_there,
    ),
    Corpus(
        name="nsmc",
        title=NSMC.title,
        source=Text(
            "네이버 영화에 관객이 남긴 리뷰. Lucy Park이 모음 (github.com/e9t/nsmc)",
            "Reviews from Naver Movie, collected by Lucy Park (github.com/e9t/nsmc)",
        ),
        licence=NSMC.licence,
        load=_load_nsmc,
        is_available=_nsmc_is_there,
    ),
)
"""The corpora in display order."""


def _wrong_format(name: str) -> UserError:
    shown = quoted(Path(name))
    return UserError(
        Text(
            f"리뷰 파일 {shown}의 형식이 맞지 않습니다. 첫 줄이 탭으로 나눈 "
            "id, document, label이며, label이 0이나 1인 행이 있어야 합니다. 파일을 고쳐 주세요.",
            f"The file of reviews {shown} has the wrong format. It must have the columns "
            "id, document and label between tabs, named in the first line, and rows with the "
            "label 0 or 1. Correct the file.",
        )
    )


def _absent(path: Path) -> UserError:
    return UserError(
        Text(
            f"NSMC 말뭉치의 '{path}' 파일이 없습니다. 화면의 내려받기 단추를 누르거나 "
            "'python -m data fetch nsmc'로 받거나, 파일 두 개를 FNN_LAB_DATA 폴더에 넣어 주세요.",
            f"The file '{path}' of the corpus NSMC is missing. Press the download button on the "
            "page, run 'python -m data fetch nsmc', or put both files into the folder "
            "FNN_LAB_DATA.",
        )
    )


def _damaged(path: Path) -> UserError:
    return UserError(
        Text(
            f"내려받은 파일 '{path}'이(가) 손상되었습니다. "
            "'python -m data fetch nsmc'로 다시 받아 주세요.",
            f"The downloaded file '{path}' is damaged. "
            "Fetch it again with 'python -m data fetch nsmc'.",
        )
    )
