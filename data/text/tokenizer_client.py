"""The server's end of one tokenizer process, from its start to its death."""

import contextlib
import json
import os
import subprocess
import sys
import threading
from concurrent.futures import Future, TimeoutError
from itertools import count
from pathlib import Path
from typing import Any

from data.language import Text, UserError
from data.text.analysers import Morpheme

ROOT = Path(__file__).parent.parent.parent
PATIENCE_SECONDS = 20.0
"""How long an answer may take."""
FIRST_PATIENCE_SECONDS = 60.0
"""The same for a tokenizer that has not answered yet: it loads its dictionaries first."""


class Gone(Exception):
    """The tokenizer process died before it answered."""


class TokenizerClient:
    """One process, started at once, and the questions that wait for its answers."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._waiting: dict[int, Future[dict[str, Any]]] = {}
        self._numbers = count(1)
        self._loaded: set[str] = set()
        self._is_gone = False
        self._process = _start()
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    @property
    def pid(self) -> int:
        """The process id."""
        return self._process.pid

    @property
    def is_alive(self) -> bool:
        """Whether the process can be asked."""
        return not self._is_gone and self._process.poll() is None

    def ask(self, tokenizer: str, text: str) -> tuple[Morpheme, ...]:
        """Return the morphemes of a clean text. Any number of threads may ask.

        Raises ``Gone`` when the process dies over it, and ``UserError`` when the tokenizer cannot
        answer or does not do so in time; then the process is stuck, and is killed.
        """
        future = self._send(tokenizer, text)
        patience = PATIENCE_SECONDS if tokenizer in self._loaded else FIRST_PATIENCE_SECONDS
        try:
            answer = future.result(patience)
        except TimeoutError:
            self._process.kill()
            raise no_answer() from None
        if "error" in answer:
            raise UserError(Text(**answer["error"]))
        self._loaded.add(tokenizer)
        return tuple(Morpheme(word, tag) for word, tag in answer["morphemes"])

    def close(self) -> None:
        """End the process; questions under way get no answer."""
        self._process.kill()
        self._reader.join()

    def _send(self, tokenizer: str, text: str) -> Future[dict[str, Any]]:
        future: Future[dict[str, Any]] = Future()
        with self._lock:
            if self._is_gone:
                raise Gone
            number = next(self._numbers)
            self._waiting[number] = future
            question = {"id": number, "tokenizer": tokenizer, "text": text}
            try:
                print(json.dumps(question), file=self._process.stdin, flush=True)
            except OSError:
                self._is_gone = True
                del self._waiting[number]
                raise Gone from None
        return future

    def _read(self) -> None:
        assert self._process.stdout
        for line in self._process.stdout:
            answer = json.loads(line)
            with self._lock:
                future = self._waiting.pop(answer["id"])
            future.set_result(answer)
        self._process.wait()
        with self._lock:
            self._is_gone = True
            _close_pipes(self._process)
        for future in self._waiting.values():
            future.set_exception(Gone())


def no_answer() -> UserError:
    """Return the refusal of somebody who waited in vain."""
    return UserError(
        Text(
            "형태소 분석기가 답하지 못했습니다. 문장을 줄이거나 다른 분석기를 골라 보세요.",
            "The tokenizer gave no answer. Shorten the sentence or choose another tokenizer.",
        )
    )


def _start() -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "data.text.tokenizer_process"],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
        cwd=ROOT,
        env={**os.environ, "PYTHONUTF8": "1"},
        start_new_session=True,
    )


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        if pipe:
            # What could not be written to the dead is lost with it.
            with contextlib.suppress(OSError):
                pipe.close()
