"""Korean particles that follow the last sound of the word before them.

A sentence is written with both forms, as Korean forms print them: ``{name}은(는)``,
``{value}을(를)``, ``{rate}(으)로``, ``이어야(여야)``. Once the word is known, the form that fits
stays.
"""

import re

_FORMS = {
    "은(는)": ("은", "는"),
    "이(가)": ("이", "가"),
    "을(를)": ("을", "를"),
    "과(와)": ("과", "와"),
    "이었(였)": ("이었", "였"),
    "이어야(여야)": ("이어야", "여야"),
    "(으)로": ("으로", "로"),
    "(이)": ("이", ""),
}
"""Each pair of forms: after a consonant, and after a vowel."""

_BOTH = re.compile(r"(?<=\S)(" + "|".join(map(re.escape, _FORMS)) + ")")
_PLACEHOLDER = re.compile(r"\{\w+(\[\w+\])?(![rs])?(:[^{}]*)?\}['\"*`)]*$")
_GLOSS = re.compile(r"(?<=[가-힣])\([^()]*\)$")
_WORD = re.compile(r"[a-z]+$")

_NONE, _L, _OTHER = 0, 8, 1
"""Which consonant ends a syllable, as Unicode counts them; all others are alike here."""

_OF_DIGITS = dict(zip("0123456789", (1, 8, 0, 1, 0, 0, 1, 8, 8, 0), strict=True))
_OF_LETTERS = {"l": _L, "m": _OTHER, "n": _OTHER, "r": _L}
"""Names of letters that end with a consonant: 엘, 엠, 엔, 알."""

_L_WORD = re.compile(r"le?$")
_CONSONANT_WORD = re.compile(r"[aeiouy]([mn]e?|ng)$|(^|[^aeiouy])[aeiouy](p|b|c?k|c|t)$")


def with_particles(sentence: str) -> str:
    """Return a sentence with the particles that fit the words before them.

    Both forms stay after a placeholder that is still to be filled, and after a sign that nobody
    reads aloud.

    >>> with_particles("'목록'은(는) 3(으)로, model.keras을(를) {name}은(는)")
    "'목록'은 3으로, model.keras를 {name}은(는)"
    """
    parts = _BOTH.split(sentence)
    told = parts[0]
    for forms, following in zip(parts[1::2], parts[2::2], strict=True):
        told += _fitting(told, forms) + following
    return told


def _fitting(before: str, forms: str) -> str:
    consonant = None if _PLACEHOLDER.search(before) else last_consonant(before)
    if consonant is None:
        return forms
    is_vowel_form = consonant == _NONE or (forms == "(으)로" and consonant == _L)
    return _FORMS[forms][is_vowel_form]


def last_consonant(text: str) -> int | None:
    """Return which consonant ends the last syllable of a text when it is read aloud in Korean.

    That is 0 for a vowel, 8 for ㄹ, 1 or another number for the rest, None where nothing is read.
    Quotes and brackets at the end are passed over, with them what explains a Korean word in
    brackets: 객체(JSON object).
    """
    text = text.rstrip("'\"’”`*]}>…_ ")
    text = _GLOSS.sub("", text).rstrip("'\"’”`*)]}>…_.,:/ ")
    last = text[-1:].lower()
    if "가" <= last <= "힣":
        return (ord(last) - ord("가")) % 28
    if last == "%":
        return _NONE
    if word := _WORD.search(text.lower()):
        return _of_word(word[0])
    return _OF_DIGITS.get(last)


def _of_word(word: str) -> int:
    """Guess how an English word ends in Korean; one without vowels is read letter by letter."""
    if not re.search(r"[aeiouy]", word) or len(word) == 1:
        return _OF_LETTERS.get(word[-1], _NONE)
    if _L_WORD.search(word):
        return _L
    return _OTHER if _CONSONANT_WORD.search(word) else _NONE
