"""Morphemes for the pages: asks the tokenizer process, keeps it alive, remembers its answers."""

import logging
import threading
from collections import OrderedDict
from dataclasses import dataclass

from data.language import Text, UserError
from data.text.analysers import TOKENIZERS, Morpheme, clean
from data.text.reviews import load_reviews
from data.text.tokenizer_client import Gone, TokenizerClient, no_answer

REMEMBERED = 1_000
PRACTICE = 40
"""Reviews that a tokenizer warms up with: Java compiles what it does often, and until then a
sentence takes several times as long."""
FALLBACK = "kiwi"
_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Analysis:
    """Morphemes, the tokenizer that found them, and why it was not the one that was asked for."""

    morphemes: tuple[Morpheme, ...]
    tokenizer: str
    instead: Text | None = None


class TokenizerService:
    """Answers any number of threads at once; the process starts with the first question."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._link: TokenizerClient | None = None
        self._in_use: set[str] = set()
        self._refusals: dict[str, Text | None] = {}
        """Why a tokenizer did not answer last time, None where it did."""
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
        """Let the tokenizer process load and practise a tokenizer without waiting for it; once is
        enough.

        It practises one review at a time, so that a question waits for one of them at most. The
        successor of a tokenizer process that died practises by itself whatever was in use.
        """
        with self._lock:
            if tokenizer in self._in_use or self._is_closed:
                return
            self._in_use.add(tokenizer)
            before = self._link
            link = self._running()
            if link is before:
                self._start_warming(tokenizer, link)

    def is_tried(self, tokenizer: str) -> bool:
        """Say whether it is known by now that a tokenizer can answer, or that it cannot."""
        with self._lock:
            return tokenizer in self._refusals

    def refusal(self, tokenizer: str) -> Text | None:
        """Return why Kiwi has to take a tokenizer's place, None as far as it has not had to."""
        with self._lock:
            return self._refusals.get(tokenizer) if _needs_java(tokenizer) else None

    def pid(self) -> int | None:
        """Return the tokenizer process's process id, None when it does not run."""
        with self._lock:
            return self._link.pid if self._link and self._link.is_alive else None

    def close(self) -> None:
        """End the tokenizer process for good; questions under way get no answer."""
        with self._lock:
            self._is_closed = True
            link, self._link = self._link, None
        if link:
            link.close()

    def _start_warming(self, tokenizer: str, link: TokenizerClient) -> None:
        threading.Thread(target=self._warm, args=(tokenizer, link), daemon=True).start()

    def _warm(self, tokenizer: str, link: TokenizerClient) -> None:
        try:
            for text in load_reviews("bundled")[0].documents[:PRACTICE]:
                self._ask(link, tokenizer, clean(text))
        except Gone:  # the next question starts its successor
            return
        except UserError as error:  # whoever asks next hears it
            _log.warning("%s", error)
            if _needs_java(tokenizer):
                self.warm(FALLBACK)

    def _fresh(self, tokenizer: str, text: str) -> Analysis:
        try:
            return Analysis(self._asked_twice(tokenizer, text), tokenizer)
        except UserError as error:
            if not _needs_java(tokenizer):
                raise
            return Analysis(self._asked_twice(FALLBACK, text), FALLBACK, instead=error.text)

    def _asked_twice(self, tokenizer: str, text: str) -> tuple[Morpheme, ...]:
        """Ask, and ask a new process if the first one died over it."""
        for _ in range(2):
            with self._lock:
                link = self._running()
            try:
                return self._ask(link, tokenizer, text)
            except Gone:
                _log.warning("the tokenizer process died and is started again")
        error = no_answer()
        self._note(tokenizer, error.text)
        raise error

    def _ask(self, link: TokenizerClient, tokenizer: str, text: str) -> tuple[Morpheme, ...]:
        try:
            found = link.ask(tokenizer, text)
        except UserError as error:
            self._note(tokenizer, error.text)
            raise
        self._note(tokenizer, None)
        return found

    def _note(self, tokenizer: str, refusal: Text | None) -> None:
        with self._lock:
            self._refusals[tokenizer] = refusal

    def _running(self) -> TokenizerClient:
        """Return the tokenizer process, a new one if the last one died; the lock must be held."""
        if self._is_closed:
            raise no_answer()
        if self._link is None or not self._link.is_alive:
            self._link = TokenizerClient()
            for tokenizer in self._in_use:
                self._start_warming(tokenizer, self._link)
        return self._link

    def _remember(self, key: tuple[str, str], analysis: Analysis) -> None:
        if analysis.instead:
            return  # Java may start next time
        with self._lock:
            self._known[key] = analysis
            if len(self._known) > REMEMBERED:
                self._known.popitem(last=False)


def _needs_java(tokenizer: str) -> bool:
    return tokenizer in TOKENIZERS and TOKENIZERS[tokenizer].needs_java
