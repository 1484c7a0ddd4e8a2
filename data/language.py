"""Sentences in both languages of the lab, and the one error a page may show.

Everything a learner can read is either a key of ``app/texts`` or a ``Text``. Code below the pages
cannot know which language a page is in, so it always carries both.
"""

import reprlib
import unicodedata
from dataclasses import dataclass
from pathlib import PurePath

from data.particles import with_particles
from data.plurals import with_singulars

LONGEST_QUOTE = 80
"""Characters of what a person gave that a sentence repeats."""

_SHORT = reprlib.Repr()
_SHORT.maxlong = _SHORT.maxother = _SHORT.maxstring = LONGEST_QUOTE


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Korean and in English.

    Korean particles may be written in both forms, 은(는): the one that fits is chosen. English
    nouns after a number are written as plurals: after 1 they become singular.
    """

    ko: str
    en: str

    def __post_init__(self) -> None:
        object.__setattr__(self, "ko", with_particles(self.ko))
        object.__setattr__(self, "en", with_singulars(self.en))

    def format(self, **values: object) -> "Text":
        """Fill the ``{name}`` placeholders of both sentences, each with its half of a text.

        >>> str(Text("{n}개 {what}", "{n} {what}").format(n=3, what=Text("행", "rows")))
        '3개 행 / 3 rows'
        """
        korean, english = (
            {
                name: getattr(value, language) if isinstance(value, Text) else value
                for name, value in values.items()
            }
            for language in ("ko", "en")
        )
        return Text(self.ko.format(**korean), self.en.format(**english))

    def __str__(self) -> str:
        return f"{self.ko} / {self.en}"


class UserError(Exception):
    """Something a person can put right; ``text`` says what is wrong and what to do about it.

    It is one line of characters that can be shown, whatever it repeats.
    """

    def __init__(self, text: Text) -> None:
        self.text = Text(printable(text.ko), printable(text.en))
        super().__init__(str(self.text))


def printable(text: str) -> str:
    """Return a text with escapes for what moves a cursor, hides, or turns the direction of writing.

    >>> printable("a\\x1b[31m\\n\\u202e 가")
    'a\\\\x1b[31m\\\\n\\\\u202e 가'
    """
    if text.isprintable():
        return text
    return "".join(c if _is_shown(c) else c.encode("unicode_escape").decode() for c in text)


def quoted(value: object) -> str:
    """Return what a person gave as a sentence repeats it: printable and cut at 80 characters.

    Texts and paths stand between quotes; of a long path its end is kept, where the name is.

    >>> quoted("adamx"), quoted(0.5), quoted("좋" * 100) == f"'{'좋' * 80}…'"
    ("'adamx'", '0.5', True)
    """
    if isinstance(value, PurePath):
        path = printable(str(value))
        return f"'{path}'" if len(path) <= LONGEST_QUOTE else f"'…{path[-LONGEST_QUOTE:]}'"
    if isinstance(value, str):
        return f"'{_cut(printable(value[: LONGEST_QUOTE + 1]))}'"
    return _cut(_SHORT.repr(value))


def _cut(text: str) -> str:
    return text if len(text) <= LONGEST_QUOTE else f"{text[:LONGEST_QUOTE]}…"


def _is_shown(character: str) -> bool:
    return character.isprintable() or unicodedata.category(character) == "Zs"
