"""Morphemes for the pages: asks the analyst process, keeps it alive, and remembers its answers."""

import contextlib
import json
import logging
import os
import subprocess
import sys
import threading
from collections import OrderedDict
from concurrent.futures import Future, TimeoutError
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Any

from data.korean import TOKENIZERS, Morpheme, clean
from data.reviews import load_reviews
from data.text import Text, UserError

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 20.0
"""How long one answer may take; the first one of a tokenizer loads its dictionaries."""
REMEMBERED = 1_000
PRACTICE = 40
"""Reviews that a tokenizer warms up with: Java compiles what it does often, and until then a
sentence takes several times as long."""
FALLBACK = "kiwi"
_log = logging.getLogger(__name__)


class _Gone(Exception):
    """The analyst died before it answered."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Morphemes, the tokenizer that found them, and why it was not the one that was asked for."""

    morphemes: tuple[Morpheme, ...]
    tokenizer: str
    instead: Text | None = None


class Morphemes:
    """Answers any number of threads at once; the process starts with the first question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._process: subprocess.Popen[str] | None = None
        self._reader: threading.Thread | None = None
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._numbers = count(1)
        self._warmed: set[str] = set()
        self._is_closed = False
        self._known: OrderedDict[tuple[str, str], Analysis] = OrderedDict()

    def analyse(self, tokenizer: str, text: str) -> Analysis:
        """Return the morphemes of a text, which is cleaned first.

        Where a tokenizer needs Java and Java cannot start, Kiwi answers and ``instead`` says so.
        Raises ``UserError`` when nobody can answer.
        """
        key = (tokenizer, clean(text))
        with self._lock:
            known = self._known.get(key)
        if known is None:
            known = self._fresh(*key)
            self._remember(key, known)
        return known

    def warm(self, tokenizer: str) -> None:
        """Let the analyst load and practise a tokenizer without waiting for it; once is enough.

        It practises one review at a time, so that a question waits for one of them at most.
        """
        with self._lock:
            if tokenizer in self._warmed:
                return
            self._warmed.add(tokenizer)
        threading.Thread(target=self._warm, args=(tokenizer,), daemon=True).start()

    def pid(self) -> int | None:
        """Return the analyst's process id, None when it does not run."""
        with self._lock:
            return self._process.pid if self._process and self._process.poll() is None else None

    def close(self) -> None:
        """End the analyst for good; questions under way get no answer."""
        with self._lock:
            self._is_closed = True
            process, self._process = self._process, None
            reader, self._reader = self._reader, None
        if process and reader:
            process.kill()
            reader.join()

    def _warm(self, tokenizer: str) -> None:
        try:
            for text in load_reviews("bundled")[0].documents[:PRACTICE]:
                if self._fresh(tokenizer, clean(text)).instead:
                    return
        except UserError as error:  # whoever asks next hears it
            _log.warning("%s", error)

    def _fresh(self, tokenizer: str, text: str) -> Analysis:
        try:
            return Analysis(self._asked_twice(tokenizer, text), tokenizer)
        except UserError as error:
            if tokenizer not in TOKENIZERS or not TOKENIZERS[tokenizer].needs_java:
                raise
            return Analysis(self._asked_twice(FALLBACK, text), FALLBACK, instead=error.text)

    def _asked_twice(self, tokenizer: str, text: str) -> tuple[Morpheme, ...]:
        """Ask, and ask a new process if the first one died over it."""
        try:
            return self._ask(tokenizer, text)
        except _Gone:
            _log.warning("the analyst died and is started again")
        try:
            return self._ask(tokenizer, text)
        except _Gone:
            raise _no_answer() from None

    def _ask(self, tokenizer: str, text: str) -> tuple[Morpheme, ...]:
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            process, number = self._running(), next(self._numbers)
            self._waiting[number] = future
            question = {"id": number, "tokenizer": tokenizer, "text": text}
            try:
                print(json.dumps(question), file=process.stdin, flush=True)
            except OSError:
                raise _Gone from None
        try:
            answer = future.result(PATIENCE_SECONDS)
        except TimeoutError:
            process.kill()  # it is stuck in this sentence; others ask its successor
            raise _no_answer() from None
        if "error" in answer:
            raise UserError(Text(**answer["error"]))
        return tuple(Morpheme(word, tag) for word, tag in answer["morphemes"])

    def _running(self) -> subprocess.Popen[str]:
        if self._is_closed:
            raise _no_answer()
        if self._process is None or self._process.poll() is not None:
            self._process = _start()
            self._reader = threading.Thread(target=self._read, args=(self._process,), daemon=True)
            self._reader.start()
        return self._process

    def _read(self, process: subprocess.Popen[str]) -> None:
        assert process.stdout
        for line in process.stdout:
            answer = json.loads(line)
            with self._lock:
                future = self._waiting.pop(answer["id"], None)
            if future:
                future.set_result(answer)
        _reap(process)
        with self._lock:
            abandoned, self._waiting = self._waiting, {}
        for future in abandoned.values():
            future.set_exception(_Gone())

    def _remember(self, key: tuple[str, str], analysis: Analysis) -> None:
        if analysis.instead:
            return  # Java may start next time
        with self._lock:
            self._known[key] = analysis
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "models.jobs.analyst"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        start_new_session=True,
    )


def _reap(process: subprocess.Popen[str]) -> None:
    process.wait()
    for pipe in (process.stdin, process.stdout):
        if pipe:
            # What could not be written to the dead is lost with it.
            with contextlib.suppress(OSError):
                pipe.close()


def _no_answer() -> UserError:
    return UserError(
        Text(
            "형태소 분석기가 답하지 못했습니다. 문장을 줄이거나 다른 분석기를 골라 보세요.",
            "The tokenizer gave no answer. Shorten the sentence or choose another tokenizer.",
        )
    )
