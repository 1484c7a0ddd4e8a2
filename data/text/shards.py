"""Parts of a corpus cut into morphemes by several processes at once.

Each worker is a fresh process that loads the analyser (and its JVM) and answers, over a pipe of its
own, one shard after the other; it writes nothing. A worker that dies is replaced and its shard
given out again. When the work ends, however it ends, the workers are killed: there is nothing in
them to lose.
"""

import contextlib
import logging
import multiprocessing
import signal
from collections import Counter, deque
from collections.abc import Callable, Generator, Iterable, Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.connection import Connection, wait
from typing import Any

import numpy as np
import numpy.typing as npt

from data.cores import usable_cores
from data.language import Text, UserError
from data.parent_process import end_with_parent
from data.text.analysers import batch_analyzer, clean

MAX_ATTEMPTS = 3
"""Workers that may die of the same shard, or before their first, until it is given up."""

_BATCH_ROWS = 50
_SECONDS_BETWEEN_LOOKS = 0.1
_READY = "ready"
_LOG = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, eq=False)
class Shard:
    """Some rows of tokens, numbered for themselves, in order of first appearance."""

    ids: npt.NDArray[np.int32]
    lengths: npt.NDArray[np.int32]
    tokens: list[str]

    def rows(self) -> Iterator[list[str]]:
        """Yield the words of every row."""
        for row in np.split(self.ids, np.cumsum(self.lengths)[:-1]):
            yield [self.tokens[token] for token in row]


def analyse_shards(
    documents: Callable[[int], Sequence[str]],
    indices: Sequence[int],
    tokenizer: str,
    stop: Callable[[], bool],
    workers: int | None = None,
) -> Generator[tuple[int, Shard], None, None]:
    """Yield (index, shard) for every index, as they are finished, until ``stop`` answers True.

    ``documents(index)`` are the rows of a shard. One worker is this very process, more are
    processes of their own, by default one for each core; close the iterator to end them. Raises
    ``UserError`` when the analyser cannot start or a shard's workers died ``MAX_ATTEMPTS`` times.
    """
    if not indices:
        return
    if workers == 1:
        yield from _here(documents, indices, tokenizer, stop)
        return
    crew = _Crew(documents, indices, tokenizer)
    try:
        crew.hire(min(workers or usable_cores(), len(indices)))
        while crew.is_at_work and not stop():
            yield from crew.answers()
    finally:
        crew.dismiss()


def _here(
    documents: Callable[[int], Sequence[str]],
    indices: Sequence[int],
    tokenizer: str,
    stop: Callable[[], bool],
) -> Iterator[tuple[int, Shard]]:
    for index in indices:
        shard = make_shard(documents(index), tokenizer, stop)
        if shard is None:
            return
        yield index, shard


def make_shard(
    documents: Sequence[str], tokenizer: str, stop: Callable[[], bool] = lambda: False
) -> Shard | None:
    """Clean and cut every document in this process; None if ``stop`` answers True meanwhile."""
    analyze = batch_analyzer(tokenizer)
    rows: list[list[str]] = []
    for start in range(0, len(documents), _BATCH_ROWS):
        if stop():
            return None
        for morphemes in analyze([clean(text) for text in documents[start : start + _BATCH_ROWS]]):
            rows.append([morpheme.text for morpheme in morphemes])
    return shard_of(rows)


def shard_of(rows: Iterable[Sequence[str]]) -> Shard:
    """Number the words of some rows in order of first appearance."""
    numbers: dict[str, int] = {}
    ids: list[int] = []
    lengths: list[int] = []
    for words in rows:
        ids.extend(numbers.setdefault(word, len(numbers)) for word in words)
        lengths.append(len(words))
    return Shard(np.array(ids, np.int32), np.array(lengths, np.int32), list(numbers))


@dataclass(slots=True, eq=False)
class _Worker:
    process: Any
    pipe: Connection
    index: int | None = None
    """The shard it is busy with; None while it loads its analyser and when there is no more."""


class _Crew:
    """Some workers, the shards still to be given out, and how many died of each."""

    def __init__(
        self, documents: Callable[[int], Sequence[str]], indices: Sequence[int], tokenizer: str
    ) -> None:
        self._documents, self._tokenizer = documents, tokenizer
        self._waiting = deque(indices)
        self._deaths: Counter[int | None] = Counter()
        self._workers: dict[Any, _Worker] = {}
        """By their pipes."""

    @property
    def is_at_work(self) -> bool:
        busy = any(worker.index is not None for worker in self._workers.values())
        return bool(self._waiting) or busy

    def hire(self, count: int) -> None:
        for _ in range(count):
            worker = _start_worker(self._tokenizer)
            self._workers[worker.pipe] = worker

    def answers(self) -> Iterator[tuple[int, Shard]]:
        """Wait a moment for answers, give out the next shards and yield those that came."""
        for pipe in wait(list(self._workers), timeout=_SECONDS_BETWEEN_LOOKS):
            worker = self._workers[pipe]
            index, answer = worker.index, _received(worker.pipe)
            if answer is None:
                self._replace(worker)
                continue
            self._give_work(worker)
            if isinstance(answer, Text):
                raise UserError(answer)
            if isinstance(answer, Shard) and index is not None:
                yield index, answer

    def dismiss(self) -> None:
        for worker in self._workers.values():
            _end(worker)
        self._workers.clear()

    def _give_work(self, worker: _Worker) -> None:
        worker.index = self._waiting.popleft() if self._waiting else None
        if worker.index is not None:
            # Whoever is gone by now shows it by the end of his pipe.
            with contextlib.suppress(OSError):
                worker.pipe.send(list(self._documents(worker.index)))

    def _replace(self, worker: _Worker) -> None:
        """Bury a worker, put its shard in front of the others and hire another."""
        del self._workers[worker.pipe]
        _end(worker)
        told = Text(
            f"형태소 분석기 '{self._tokenizer}'의 프로세스가 저절로 끝나 다시 시작합니다.",
            f"A process of the tokenizer '{self._tokenizer}' ended by itself and is replaced.",
        )
        _LOG.warning("%s", told)
        self._deaths[worker.index] += 1
        if self._deaths[worker.index] >= MAX_ATTEMPTS:
            raise _keeps_dying(self._tokenizer)
        if worker.index is not None:
            self._waiting.appendleft(worker.index)
        if self._waiting:
            self.hire(1)


def _start_worker(tokenizer: str) -> _Worker:
    # A fork would take the caller's threads' locks with it, and a JVM does not survive one.
    context = multiprocessing.get_context("spawn")
    ours, theirs = context.Pipe()
    process = context.Process(target=_work, args=(theirs, tokenizer), daemon=True)
    process.start()
    theirs.close()  # so that the worker's death is the end of the pipe
    return _Worker(process, ours)


def _end(worker: _Worker) -> None:
    worker.process.kill()
    worker.process.join()
    worker.process.close()
    worker.pipe.close()


def _received(pipe: Connection) -> Shard | Text | str | None:
    """Return what a worker sent, or None when it died instead."""
    try:
        answer: Shard | Text | str = pipe.recv()
    except (EOFError, OSError):
        return None
    return answer


def _work(pipe: Connection, tokenizer: str) -> None:
    """Be a worker: once ready, answer lists of documents with shards until the parent ends."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C is the parent's to answer.
    end_with_parent()
    try:
        batch_analyzer(tokenizer)
        pipe.send(_READY)  # A list sent earlier could fill the pipe and hold up the parent.
        while True:
            pipe.send(make_shard(pipe.recv(), tokenizer))
    except UserError as error:
        pipe.send(error.text)
    except (EOFError, OSError):
        return


def _keeps_dying(tokenizer: str) -> UserError:
    return UserError(
        Text(
            f"형태소 분석기 '{tokenizer}'의 프로세스가 {MAX_ATTEMPTS}번 되풀이해 중단되었습니다. "
            "메모리가 충분한지 확인하고 다시 시작하거나(끝난 부분은 그대로 있습니다) 다른 분석기를 "
            "고르세요.",
            f"The processes of the tokenizer '{tokenizer}' ended {MAX_ATTEMPTS} times over. Check "
            "that there is enough memory and start again (what was done is kept), or choose "
            "another tokenizer.",
        )
    )
