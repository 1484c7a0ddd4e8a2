"""A whole corpus cut into morphemes, once, on all cores, and kept on disk.

Analysing 200,000 reviews takes minutes, so it is done in shards of ``SHARD_ROWS`` rows by processes
of their own. Each finished shard is on disk at once: whoever is interrupted goes on where he was,
and training may start on the rows that are done. Files under ``home()/cache/tokens-…/``:

    shards/000012.npz          rows 6,000 to 6,499, until everything is done; then
    whole/ids.npy              int32, every token of every row, one after the other
    whole/offsets.npy          int64, row i is ids[offsets[i]:offsets[i + 1]]
    whole/tokens.txt           token k in line k, in order of first appearance

The bundled reviews need none of it where their morphemes shipped (``data.text.bundled_morphemes``).
"""

import contextlib
import errno
import logging
import os
import shutil
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import count
from pathlib import Path

import numpy as np
import numpy.typing as npt

from data.file_readers.array_files import DamagedArrays, map_array, open_arrays
from data.home import home
from data.language import Text, UserError
from data.text.analysers import tokenizer as known
from data.text.bundled_morphemes import bundled_morphemes, has_shipped
from data.text.shards import Shard, analyse_shards, shard_of

SHARD_ROWS = 500
"""Rows analysed together: about a second of work for Okt, and what an interruption costs."""

ROWS_IN_MEMORY = 5_000
"""A corpus up to this size is analysed even where nothing can be written."""

_MAX_SHARD_BYTES = 2**26
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class TokenizedCorpus:
    """Rows of tokens; ``tokens[k]`` is the word behind the id k. The arrays are read-only."""

    ids: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]
    tokens: tuple[str, ...]
    complete: bool
    """Whether these are all rows of the corpus, not only its first."""

    def __len__(self) -> int:
        return len(self.offsets) - 1

    @property
    def done(self) -> int:
        """The number of rows that are there."""
        return len(self)

    def row(self, index: int) -> npt.NDArray[np.int32]:
        """Return the token ids of one row, (tokens,) int32; raises ``IndexError`` outside."""
        if not 0 <= index < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        return self.ids[self.offsets[index] : self.offsets[index + 1]]

    def prefix(self, rows: int) -> "TokenizedCorpus":
        """Return the first rows, at most those that are there, without copying them."""
        kept = min(max(rows, 0), len(self))
        offsets = self.offsets[: kept + 1]
        whole = self.complete and kept == len(self)
        return TokenizedCorpus(self.ids[: offsets[-1]], offsets, self.tokens, whole)


def tokenize_corpus(
    documents: Sequence[str],
    digest: str,
    tokenizer: str,
    progress: Callable[[int, int], None],
    stop: Callable[[], bool],
    workers: int | None = None,
) -> TokenizedCorpus:
    """Cut every document into morphemes, or go on where an earlier call ended.

    ``digest`` identifies the documents. ``progress`` is told (rows done, rows in all), first of all
    what had been done before. Once ``stop`` answers True the rows done so far are returned, those
    without a gap, with ``complete`` False. ``workers`` processes share the work (default: one for
    each core); with 1 it is done in this process, which then loads the analyser itself.

    Starts processes that import the caller's main module (guard it by ``__name__``) and writes the
    cache. Raises ``UserError`` when the tokenizer does not exist or cannot start, when processes
    keep dying, or when more than ``ROWS_IN_MEMORY`` documents have nowhere to be written.
    """
    known(tokenizer)
    folder = _folder(digest, tokenizer)
    found = _finished(digest, tokenizer)
    if found is not None:
        progress(len(documents), len(documents))
        return found
    job = _Job(documents, folder, progress)
    finished = analyse_shards(job.documents, job.missing, tokenizer, stop, workers)
    with contextlib.closing(finished):  # whatever goes wrong here, the workers end
        for index, shard in finished:
            job.keep(index, shard)
    return job.result()


def load_tokens(digest: str, tokenizer: str) -> TokenizedCorpus | None:
    """Return what is on disk of a corpus: all of it, memory-mapped, or its first rows, or None.

    Reading the first rows of a corpus under way takes a moment (half a second for 200,000 rows).
    """
    folder = _folder(digest, tokenizer)
    found = _finished(digest, tokenizer)
    if found is None:
        found = _join(_shards_from_the_start(folder), complete=False)
    # The last shards may have been joined, and removed, while they were read.
    return found if len(found) else _read_whole(folder)


def rows_done(digest: str, tokenizer: str, rows: int) -> int:
    """Return how many of a corpus's ``rows`` rows ``load_tokens`` finds, without reading a shard.

    For pages that ask every second. What is damaged counts: the next analysis mends it.
    """
    folder = _folder(digest, tokenizer)
    if has_shipped(digest, tokenizer):
        return rows
    shards = _shards_in_a_row(folder)
    # The last shards may have been joined, and removed, before they were counted.
    whole = None if shards else _read_whole(folder)
    return min(shards * SHARD_ROWS, rows) if whole is None else len(whole)


def _finished(digest: str, tokenizer: str) -> TokenizedCorpus | None:
    """Return all rows of a corpus, as they shipped or as they were put on disk, or None."""
    rows = bundled_morphemes(digest, tokenizer)
    if rows is not None:
        return _join([shard_of(rows)], complete=True)
    return _read_whole(_folder(digest, tokenizer))


def _shards_in_a_row(folder: Path) -> int:
    found = {path.name for path in (folder / "shards").glob("*.npz")}
    return next(index for index in count() if _shard_path(folder, index).name not in found)


class _Job:
    """The shards of one corpus: which are there, where they go, and how many rows are done."""

    def __init__(
        self, documents: Sequence[str], folder: Path, progress: Callable[[int, int], None]
    ) -> None:
        self._documents, self._folder, self._progress = documents, folder, progress
        self._in_memory: dict[int, Shard] = {}
        self._count = -(-len(documents) // SHARD_ROWS)
        self.missing = [index for index in range(self._count) if not self._is_there(index)]
        self._done = sum(map(self._rows, range(self._count))) - sum(map(self._rows, self.missing))
        progress(self._done, len(documents))

    def documents(self, index: int) -> Sequence[str]:
        return self._documents[index * SHARD_ROWS : (index + 1) * SHARD_ROWS]

    def keep(self, index: int, shard: Shard) -> None:
        """Write a shard, or hold it in memory if the corpus is small enough for that."""
        try:
            _write_shard(self._folder, index, shard)
        except OSError as error:
            self._check_small(error)
            self._in_memory[index] = shard
        self._done += len(shard.lengths)
        self._progress(self._done, len(self._documents))

    def result(self) -> TokenizedCorpus:
        """Return the rows that are there, up to the first gap; put them on disk if it is all."""
        found = (self._in_memory.get(i) or _read_shard(self._folder, i) for i in range(self._count))
        shards = list(_until_none(found))
        if len(shards) < self._count:
            # Another process may have done the same work and joined the shards meanwhile.
            return _read_whole(self._folder) or _join(shards, complete=False)
        corpus = _join(shards, complete=True)
        try:
            _write_whole(self._folder, corpus)
        except OSError as error:
            self._check_small(error)
        return _read_whole(self._folder) or corpus

    def _check_small(self, error: OSError) -> None:
        if len(self._documents) > ROWS_IN_MEMORY:
            raise _cannot_write(self._folder, error) from error
        if not self._in_memory:
            told = Text(
                f"형태소를 메모리에만 둡니다: {self._folder}에 쓸 수 없습니다({error}).",
                f"Tokens stay in memory: {self._folder} cannot be written ({error}).",
            )
            _LOG.warning("%s", told)

    def _is_there(self, index: int) -> bool:
        shard = _read_shard(self._folder, index)
        return shard is not None and len(shard.lengths) == self._rows(index)

    def _rows(self, index: int) -> int:
        return len(self.documents(index))


def _join(shards: Iterable[Shard], complete: bool) -> TokenizedCorpus:
    """Number the tokens of all shards anew, in order of first appearance in the corpus."""
    numbers: dict[str, int] = {}
    ids = [np.zeros(0, np.int32)]
    lengths = [np.zeros(1, np.int64)]
    for shard in shards:
        renumbered = [numbers.setdefault(token, len(numbers)) for token in shard.tokens]
        ids.append(np.asarray(renumbered, np.int32)[shard.ids])
        lengths.append(shard.lengths.astype(np.int64))
    corpus = TokenizedCorpus(
        np.concatenate(ids), np.cumsum(np.concatenate(lengths)), tuple(numbers), complete
    )
    for array in (corpus.ids, corpus.offsets):
        array.setflags(write=False)
    return corpus


def _folder(digest: str, tokenizer: str) -> Path:
    return home() / "cache" / f"tokens-{digest[:16]}-{known(tokenizer).fingerprint}"


def _shard_path(folder: Path, index: int) -> Path:
    return folder / "shards" / f"{index:06}.npz"


def _shards_from_the_start(folder: Path) -> Iterator[Shard]:
    yield from _until_none(_read_shard(folder, index) for index in range(_shards_in_a_row(folder)))


def _until_none(shards: Iterable[Shard | None]) -> Iterator[Shard]:
    for shard in shards:
        if shard is None:
            return
        yield shard


def _write_shard(folder: Path, index: int, shard: Shard) -> None:
    path = _shard_path(folder, index)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f"{path.stem}-{uuid.uuid4().hex}.part")
    tokens = np.frombuffer("\n".join(shard.tokens).encode(), np.uint8)
    try:
        with aside.open("xb") as file:
            np.savez(file, ids=shard.ids, lengths=shard.lengths, tokens=tokens)
        os.replace(aside, path)
    finally:
        aside.unlink(missing_ok=True)


def _read_shard(folder: Path, index: int) -> Shard | None:
    """Return a shard, or None when it is missing or damaged (the archive holds checksums)."""
    try:
        with open_arrays(_shard_path(folder, index), _MAX_SHARD_BYTES) as content:
            text = content.read("tokens").tobytes().decode()
            tokens = text.split("\n") if text else []
            shard = Shard(content.read("ids"), content.read("lengths"), tokens)
    except (UserError, DamagedArrays, UnicodeDecodeError):
        return None
    return shard if _is_consistent(shard) else None


def _is_consistent(shard: Shard) -> bool:
    """Say whether the rows of a shard are its ids, and its ids those of its tokens."""
    ids, lengths = shard.ids, shard.lengths
    if ids.dtype != np.int32 or lengths.dtype != np.int32 or ids.ndim != 1 or lengths.ndim != 1:
        return False
    fits = int(ids.max(initial=-1)) < len(shard.tokens) and int(ids.min(initial=0)) >= 0
    return fits and int(lengths.min(initial=0)) >= 0 and int(lengths.sum()) == len(ids)


def _write_whole(folder: Path, corpus: TokenizedCorpus) -> None:
    """Write everything into a folder aside and rename that, then remove the shards."""
    aside = folder / f"whole-{uuid.uuid4().hex}.part"
    try:
        aside.mkdir(parents=True)
        np.save(aside / "ids.npy", corpus.ids, allow_pickle=False)
        np.save(aside / "offsets.npy", corpus.offsets, allow_pickle=False)
        (aside / "tokens.txt").write_bytes("\n".join(corpus.tokens).encode())
        _put_in_place(aside, folder)
    finally:
        shutil.rmtree(aside, ignore_errors=True)
    shutil.rmtree(folder / "shards", ignore_errors=True)


def _put_in_place(aside: Path, folder: Path) -> None:
    """Rename to ``whole``; what stands there is either damaged or as good, made by another."""
    if _read_whole(folder) is None:
        shutil.rmtree(folder / "whole", ignore_errors=True)
    try:
        os.replace(aside, folder / "whole")
    except OSError as error:
        if error.errno not in (errno.ENOTEMPTY, errno.EEXIST, errno.EACCES):
            raise


def _read_whole(folder: Path) -> TokenizedCorpus | None:
    """Map the finished corpus, or None when it is missing or damaged (NSMC: 20 ms)."""
    try:
        ids = map_array(folder / "whole" / "ids.npy")
        offsets = map_array(folder / "whole" / "offsets.npy")
        text = (folder / "whole" / "tokens.txt").read_bytes().decode()
    except (OSError, ValueError):
        return None
    tokens = tuple(text.split("\n")) if text else ()
    corpus = TokenizedCorpus(ids, offsets, tokens, True)
    return corpus if _is_whole(corpus) else None


def _is_whole(corpus: TokenizedCorpus) -> bool:
    ids, offsets = corpus.ids, corpus.offsets
    if ids.dtype != np.int32 or offsets.dtype != np.int64 or not offsets.size:
        return False
    if ids.ndim != 1 or offsets.ndim != 1 or int(np.diff(offsets).min(initial=0)) < 0:
        return False
    fits = int(ids.max(initial=-1)) < len(corpus.tokens) and int(ids.min(initial=0)) >= 0
    return fits and int(offsets[0]) == 0 and int(offsets[-1]) == len(ids)


def _cannot_write(folder: Path, error: OSError) -> UserError:
    reason = error.strerror or str(error)
    return UserError(
        Text(
            f"형태소 분석 결과를 '{folder}'에 저장할 수 없습니다({reason}). 디스크 공간과 쓰기 "
            "권한을 확인하거나 FNN_LAB_HOME으로 다른 폴더를 지정한 뒤 다시 시작하세요.",
            f"The morphemes cannot be saved in '{folder}' ({reason}). Check the free space and "
            "the permissions, or name another folder by FNN_LAB_HOME, and start again.",
        )
    )
