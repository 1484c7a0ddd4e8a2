"""Sentences in both languages of the lab, and the one error a page may show.

Everything a learner can read is either a key of ``app/texts`` or a ``Text``. Code below the pages
cannot know which language a page is in, so it always carries both.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Text:
    """The same sentence in Korean and in English."""

    ko: str
    en: str

    def format(self, **values: object) -> "Text":
        """Fill the ``{name}`` placeholders of both sentences.

        >>> Text("{n}개", "{n} rows").format(n=3).en
        '3 rows'
        """
        return Text(self.ko.format(**values), self.en.format(**values))

    def __str__(self) -> str:
        return f"{self.ko} / {self.en}"


class UserError(Exception):
    """Something a person can put right; ``text`` says what is wrong and what to do about it."""

    def __init__(self, text: Text) -> None:
        super().__init__(str(text))
        self.text = text
