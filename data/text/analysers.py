"""From a sentence to its morphemes, by any of five analysers of Korean, or to its words.

Korean glues particles and endings to its words, so a review is cut into morphemes before its words
are counted. Four analysers come with konlpy and run on Java, the fifth (Kiwi) needs none; texts
in other languages are cut at their spaces. konlpy and Kiwi are imported when they are first used:
it takes seconds and, for Java, a whole JVM.
"""

import functools
import logging
import re
import sys
import threading
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from importlib import metadata
from typing import Any, NamedTuple

from data.language import Text, UserError, quoted
from data.text.jamo import composed, letter, narrow
from data.text.java import start_jvm
from data.text.spacing import kiwi, spacer

MAX_LENGTH = 2_000
"""Characters of a review that are analysed, as it reads once it is clean."""

MAX_RUN = 3
"""Times that one character may follow itself: ㅋㅋㅋㅋㅋㅋ says no more than ㅋㅋㅋ. A digit may
follow itself as often as it likes: 10000 is not 1000."""

VERSION = 2
"""Of what this module makes of a text: raise it when the same text gives other morphemes."""

UNKNOWN = "Unknown"
"""The tag of the words of a sentence that its analyser failed on."""

WORD = "Word"
"""The tag of what stands between two spaces, of which nothing more is known."""

_MAX_RAW_LENGTH = 10 * MAX_LENGTH
"""Characters that are looked at: NFC takes the square of their number for some of them."""

_LOG = logging.getLogger(__name__)
_RUNS = re.compile(rf"(\D)\1{{{MAX_RUN},}}")
_FILLERS = frozenset("\u115f\u1160\u3164\uffa0")
_BETWEEN = "\ue000"
"""Stands between texts that are analysed together; ``clean`` lets no such character through."""

_MAX_PIECES = 2**18
_MAX_SENTENCES = 2**12
_LOADING = defaultdict[str, threading.Lock](threading.Lock)
"""A lock for each analyser: while one loads for seconds, another answers or loads as well."""

_WORD_AND_PUNCTUATION = re.compile(r"(?<!\S)([가-힣ㄱ-ㅣ]+)([.,!?~]+)(?!\S)")
_EMOJI = re.compile("([\U00010000-\U0010ffff]+)")


class Morpheme(NamedTuple):
    """The smallest part of a sentence that means something, and its part of speech."""

    text: str
    tag: str


Analyzer = Callable[[str], list[Morpheme]]
Pairs = Iterable[tuple[str, str]]
"""The words of one text, each with its tag, as an analyser gives them."""

Cut = Callable[[Sequence[str]], list[Pairs]]
"""What an analyser does to clean texts, several at a time."""

Answer = tuple[tuple[str, str], ...]
"""Pairs to be remembered, as bare tuples: Python's collector soon leaves those out."""


@dataclass(frozen=True, slots=True)
class Tokenizer:
    """An analyser of morphemes that can be chosen."""

    name: str
    title: Text
    needs_java: bool
    package: str
    """The Python package it comes with, "" for none."""
    create: Callable[[], Cut]
    """Loads the analyser into this process."""
    by_pieces: bool = False
    """Whether it looks at each piece between two spaces alone. What it said of a piece can then be
    remembered: half of the text of a review has been seen before."""
    longest_run: int = MAX_LENGTH
    """Letters of Hangul in a row that it can bear. A longer run is given spaces where words begin
    (see ``data.text.spacing``), and is cut hard only if it is still too long then."""

    @property
    def fingerprint(self) -> str:
        """Changes when the same text may give other morphemes: name, package and ``VERSION``."""
        version = metadata.version(self.package) if self.package else ""
        return f"{self.name}-{self.package}{version}-v{VERSION}"


def clean(text: str) -> str:
    """Return a text as the analysers get it; never raises.

    NFC; letters of full and half width in their usual form; single letters of Hangul as typed, and
    made into syllables where they spell some; no control, invisible or private characters; one
    space where there was any white space; no character but a digit more than ``MAX_RUN`` times in a
    row; at most ``MAX_LENGTH`` characters.

    >>> clean("재밌다 ㅋㅋㅋㅋㅋㅋ\\n\\n최고")
    '재밌다 ㅋㅋㅋ 최고'
    >>> clean("ㅈㅐㅁㅣ １００００점")
    '재미 10000점'
    """
    return _folded(text)[:MAX_LENGTH].rstrip()


def is_cut(text: str) -> bool:
    """Say whether ``clean`` leaves out the end of a text because the text is too long."""
    return len(text) > _MAX_RAW_LENGTH or len(_folded(text)) > MAX_LENGTH


def _folded(text: str) -> str:
    visible = text[:_MAX_RAW_LENGTH].translate(_VISIBLE)
    letters = "".join(map(letter, unicodedata.normalize("NFC", visible)))
    return _RUNS.sub(r"\1" * MAX_RUN, " ".join(composed(letters).split()))


def analyse(name: str, text: str) -> list[Morpheme]:
    """Cut a text as it was typed into morphemes; see ``analyzer``."""
    return analyzer(name)(clean(text))


def analyzer(name: str) -> Analyzer:
    """Load an analyser into this process, once, and return it as a function of a clean text.

    The function may be called from several threads and does not fail on any text: what the
    analyser itself fails on is cut at its spaces and tagged ``UNKNOWN``. Starts a JVM where the
    analyser needs one, which takes seconds. Raises ``UserError`` when that is impossible or the
    analyser does not exist.
    """
    many = batch_analyzer(name)
    return lambda text: many([text])[0]


@functools.cache
def batch_analyzer(name: str) -> Callable[[Sequence[str]], list[list[Morpheme]]]:
    """Return the same analyser as a function of several clean texts, which can be faster."""
    chosen = tokenizer(name)
    with _LOADING[name]:
        cut = _careful(chosen.create(), chosen.longest_run)
    split = _pieces if chosen.by_pieces else _whole
    remember = _Memory(cut, _MAX_PIECES if chosen.by_pieces else _MAX_SENTENCES)

    def analyse_all(texts: Sequence[str]) -> list[list[Morpheme]]:
        parts = [split(text) for text in texts]
        known = remember(part for each in parts for part in each)
        return [[Morpheme(*pair) for part in each for pair in known[part]] for each in parts]

    return analyse_all


def tokenizer(name: str) -> Tokenizer:
    """Return the tokenizer of this name; raises ``UserError`` when there is none."""
    if name not in TOKENIZERS:
        names = ", ".join(TOKENIZERS)
        raise UserError(
            Text(
                f"형태소 분석기 {quoted(name)}은(는) 없습니다. 다음 중에서 고르세요: {names}.",
                f"There is no tokenizer {quoted(name)}. Choose one of: {names}.",
            )
        )
    return TOKENIZERS[name]


def group(name: str, tag: str) -> str:
    """Return which of ``GROUPS`` a tag of the named tokenizer belongs to, to show it by colour.

    Endings count as particles: both say how a word hangs together with the others.
    """
    if name == "okt":
        return _OKT_GROUPS.get(tag, "other")
    prefixes = _HANNANUM_GROUPS if name == "hannanum" else _SEJONG_GROUPS
    return next((found for prefix, found in prefixes.items() if tag.startswith(prefix)), "other")


class _Visible(dict[int, int | str | None]):
    """A table for ``str.translate`` that keeps what can be seen and remembers what it decided."""

    def __missing__(self, code: int) -> int | str | None:
        character = narrow(chr(code))
        invisible = unicodedata.category(character) in ("Cc", "Cf", "Co", "Cs")
        if character.isspace():
            self[code] = " "
        elif invisible or character in _FILLERS or 0xFE00 <= code <= 0xFE0F:
            self[code] = None
        else:
            self[code] = character
        return self[code]


_VISIBLE = _Visible()


class _Memory:
    """Remembers what was said of a text, and asks about the others only."""

    def __init__(self, ask: Callable[[list[str]], list[Answer]], max_answers: int) -> None:
        self._ask, self._max_answers = ask, max_answers
        self._answers: dict[str, Answer] = {}

    def __call__(self, texts: Iterable[str]) -> Mapping[str, Answer]:
        """Return a mapping that holds the answer for each of the texts."""
        if len(self._answers) > self._max_answers:
            self._answers = {}
        answers = self._answers
        new = [text for text in dict.fromkeys(texts) if text not in answers]
        if new:
            answers.update(zip(new, self._ask(new), strict=True))
        return answers


def _pieces(text: str) -> list[str]:
    """Split at spaces, and between a word and the punctuation after it."""
    return _WORD_AND_PUNCTUATION.sub(r"\1 \2", text).split()


def _whole(text: str) -> list[str]:
    return [text] if text.strip() else []


def _careful(cut: Cut, longest_run: int) -> Callable[[list[str]], list[Answer]]:
    """Let one thread in at a time, and answer what the analyser fails on with its spaces."""
    lock = threading.Lock()
    spaced = spacer(longest_run)

    def answer(texts: list[str]) -> list[Answer]:
        try:
            with lock:
                pairs = cut([spaced(text) for text in texts])
            return [_shown(text, found) for text, found in zip(texts, pairs, strict=True)]
        except Exception as error:  # Every error of Java and of the analysers' own bugs.
            if len(texts) > 1:
                return [answer([text])[0] for text in texts]
            _LOG.info("An analyser failed on %r (%s): cut at its spaces.", texts, error)
            return [_shown(text, ()) for text in texts]

    return answer


def _shown(text: str, pairs: Pairs) -> Answer:
    # Java counts in UTF-16: an analyser may leave half an emoji, which no file can hold.
    words = ((str(word).translate(_VISIBLE).strip(), sys.intern(str(tag))) for word, tag in pairs)
    found = tuple((sys.intern(word), tag) for word, tag in words if word)
    return found or tuple((word, UNKNOWN) for word in text.split())


def _okt() -> Cut:
    """Ask Okt about many pieces by one call: crossing to Java costs as much as a short word."""
    start_jvm()
    import jpype
    from konlpy.tag import Okt

    tokenize, yes = Okt().jki.tokenize, jpype.java.lang.Boolean(True)
    join = jpype.JClass("java.lang.String").join

    def cut(texts: Sequence[str]) -> list[Pairs]:
        tokens = str(join("\n", tokenize(f" {_BETWEEN} ".join(texts), yes, yes))).split("\n")
        answers: list[list[tuple[str, str]]] = [[]]
        for word, _, tag in (token.rpartition("/") for token in tokens):
            if word == _BETWEEN:
                answers.append([])
            else:
                answers[-1].append((word, tag))
        return list(answers)

    return cut


def _hannanum() -> Cut:
    start_jvm()
    from konlpy.tag import Hannanum

    engine: Any = Hannanum()
    return lambda texts: [engine.pos(text) for text in texts]


def _komoran() -> Cut:
    start_jvm()
    from konlpy.tag import Komoran

    engine: Any = Komoran()
    return lambda texts: [_around_emoji(text, engine.pos) for text in texts]


def _kkma() -> Cut:
    start_jvm()
    from konlpy.tag import Kkma

    engine: Any = Kkma()
    return lambda texts: [_around_emoji(text, engine.pos) for text in texts]


def _around_emoji(text: str, cut: Callable[[str], Pairs]) -> Pairs:
    """Spare an analyser the characters that Java needs two of its own for, which it would halve."""
    pairs: list[tuple[str, str]] = []
    for index, part in enumerate(_EMOJI.split(text)):
        if index % 2:
            pairs.append((part, "SW"))
        elif part.strip():
            pairs.extend(cut(part))
    return pairs


def _kiwi() -> Cut:
    engine = kiwi()
    return lambda texts: [
        stems((token.form, token.tag) for token in engine.tokenize(text)) for text in texts
    ]


def _spaces() -> Cut:
    return lambda texts: [[(word, WORD) for word in text.split()] for text in texts]


def stems(pairs: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    """Turn Kiwi's roots and endings into words as Okt's read: 깨끗 + 하 + 고 -> 깨끗하다."""
    words: list[tuple[str, str]] = []
    for form, tag in pairs:
        kind = tag.split("-")[0]  # VA-I: an adjective that is irregular
        if kind in ("XSV", "XSA") and words and words[-1][1] == "XR":
            words[-1] = (f"{words[-1][0]}{form}다", f"V{kind[-1]}")
        elif kind.startswith("V") or kind in ("XSV", "XSA"):
            words.append((f"{form}다", kind))
        elif not kind.startswith("E"):
            words.append((form, kind))
    return words


TOKENIZERS: dict[str, Tokenizer] = {
    tokenizer.name: tokenizer
    for tokenizer in (
        Tokenizer(
            name="okt",
            title=Text("Okt (옛 Twitter)", "Okt (once Twitter)"),
            needs_java=True,
            package="konlpy",
            create=_okt,
            by_pieces=True,
            longest_run=140,  # its time grows much faster than the length: 2,000 take a minute
        ),
        Tokenizer(
            name="hannanum",
            title=Text("한나눔", "Hannanum"),
            needs_java=True,
            package="konlpy",
            create=_hannanum,
            longest_run=12,  # calls a longer one a single unknown noun, and fails on 500
        ),
        Tokenizer(
            name="komoran",
            title=Text("코모란", "Komoran"),
            needs_java=True,
            package="konlpy",
            create=_komoran,
            longest_run=30,  # misreads the last word of a longer one a quarter of the time
        ),
        Tokenizer(
            name="kkma",
            title=Text("꼬꼬마 (느림)", "Kkma (slow)"),
            needs_java=True,
            package="konlpy",
            create=_kkma,
            longest_run=12,  # its time doubles with every other syllable of some: 20 take 14 s
        ),
        Tokenizer(
            name="kiwi",
            title=Text("키위 (Java 없이)", "Kiwi (no Java)"),
            needs_java=False,
            package="kiwipiepy",
            create=_kiwi,
        ),
        Tokenizer(
            name="spaces",
            title=Text("띄어쓰기대로", "At its spaces"),
            needs_java=False,
            package="",
            create=_spaces,
        ),
    )
}
"""Every analyser of the lab in display order; the first is the lecture's."""

GROUPS = ("noun", "verb", "adjective", "adverb", "particle", "punctuation", "other")

_OKT_GROUPS = {
    "Noun": "noun",
    "Verb": "verb",
    "Adjective": "adjective",
    "Adverb": "adverb",
    "Josa": "particle",
    "Eomi": "particle",
    "PreEomi": "particle",
    "Punctuation": "punctuation",
}

_HANNANUM_GROUPS = {
    "N": "noun",
    "P": "verb",
    "M": "adverb",
    "J": "particle",
    "E": "particle",
    "S": "punctuation",
}
"""By the first letter; Hannanum's P is verbs and adjectives, its M adverbs and determiners."""

_SEJONG_GROUPS = {
    "EMO": "other",
    "SL": "other",
    "SH": "other",
    "SN": "other",
    "N": "noun",
    "VA": "adjective",
    "VXA": "adjective",
    "VC": "adjective",
    "V": "verb",
    "XSA": "adjective",
    "XSV": "verb",
    "MA": "adverb",
    "J": "particle",
    "E": "particle",
    "S": "punctuation",
}
"""The tags of the Sejong corpus, which Komoran, Kkma and Kiwi share: the first prefix counts."""
