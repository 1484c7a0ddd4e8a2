"""Where the morphemes of a sentence stand in it, so that the sentence itself can be coloured.

Analysers give words in their basic form and without their place: they find 좋다 in 좋았지만 and
보다 in 본. A morpheme is looked for a few words ahead of the one before it, first as it is, then by
the letters that its stem begins with.
"""

import re
import unicodedata
from collections.abc import Iterable, Iterator, Set

from data.text.analysers import Morpheme

PIECES_AHEAD = 2
"""Space-separated pieces that are searched: further away stands the same word once more."""

FARTHEST = 40
"""Characters that are searched at most: some people write without a space."""

LEAST_LETTERS = 2
"""Letters (ㅂ and ㅗ are two) that a piece must share with a stem to be its form."""

_SPACE = re.compile(r"\s+")


def sentence_parts(
    sentence: str, morphemes: Iterable[Morpheme], words: Set[str]
) -> list[tuple[str, str | None]]:
    """Cut a sentence into (what stands there, which of ``words`` it is or None).

    The first members joined are the sentence. A morpheme that cannot be found has no part.
    """
    places = list(_places(sentence, morphemes))
    parts: list[tuple[str, str | None]] = []
    at = 0
    for number, (start, end, is_form, word) in enumerate(places):
        if is_form:  # a form reaches to whatever comes next
            following = places[number + 1][0] if number + 1 < len(places) else len(sentence)
            end = max(end, min(following, _piece_end(sentence, start)))
        if word in words:
            parts += [(sentence[at:start], None), (sentence[start:end], word)]
            at = end
    return [part for part in [*parts, (sentence[at:], None)] if part[0]]


def _places(sentence: str, morphemes: Iterable[Morpheme]) -> Iterator[tuple[int, int, bool, str]]:
    """Yield (start, end, whether it is only a form of the word, word), from left to right."""
    at = 0
    for morpheme in morphemes:
        limit = at
        for _ in range(PIECES_AHEAD):
            limit = min(at + FARTHEST, _piece_end(sentence, limit))
        start = sentence.find(morpheme.text, at, limit)
        length = len(morpheme.text)
        is_form = start < 0
        if is_form:
            start, length = _form(sentence, at, limit, morpheme.text.removesuffix("다"))
        if length:
            yield start, start + length, is_form, morpheme.text
            at = start + length


def _form(sentence: str, at: int, limit: int, stem: str) -> tuple[int, int]:
    """Return where the most letters of a stem stand and how many characters they touch, or 0."""
    letters = unicodedata.normalize("NFD", stem)
    shared = [
        (
            _shared(letters, unicodedata.normalize("NFD", sentence[start : start + len(stem)])),
            -start,
        )
        for start in range(at, limit)
    ]
    most, start = max(shared, default=(0, 0))
    if most < min(LEAST_LETTERS, max(1, len(letters))):
        return 0, 0
    return -start, max(1, len(unicodedata.normalize("NFC", letters[:most])))


def _shared(one: str, other: str) -> int:
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))


def _piece_end(sentence: str, at: int) -> int:
    """Return the end of the piece that stands at a place or, where a space stands, after it."""
    while at < len(sentence) and sentence[at].isspace():
        at += 1
    space = _SPACE.search(sentence, at)
    return space.start() if space else len(sentence)
