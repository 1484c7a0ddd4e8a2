"""The single letters of Hangul (jamo), which Unicode holds four times over.

``ㅎ`` is what a keyboard types. The same letter exists as the first of a syllable (U+1112), as its
last (U+11C2) and in half width (U+FFBE). Analysers know the keyboard's only, and none of them reads
a word whose letters were never joined: ㅈㅐㅁㅣ.
"""

import functools
import re
import unicodedata

_FIRST = "ㄱㄲㄴㄷㄸㄹㅁㅂㅃㅅㅆㅇㅈㅉㅊㅋㅌㅍㅎ"
_VOWELS = "ㅏㅐㅑㅒㅓㅔㅕㅖㅗㅘㅙㅚㅛㅜㅝㅞㅟㅠㅡㅢㅣ"
_LAST = " ㄱㄲㄳㄴㄵㄶㄷㄹㄺㄻㄼㄽㄾㄿㅀㅁㅂㅄㅅㅆㅇㅈㅊㅋㅌㅍㅎ"
"""In the order of Unicode's syllables; the space stands for no last letter."""

_FEELINGS = frozenset("ㅋㅎㅇㅠㅜㅡ")
"""Letters that are written for themselves, as laughter, tears and faces."""

_CLOSING = _LAST.strip().replace("ㅋ", "").replace("ㅎ", "")
_SYLLABLE = (
    rf"([{_FIRST}])([{_VOWELS}])(?!\2)"  # ㅂㅡㅡ is no 브: who types a vowel twice shows a face
    rf"(?:([{_CLOSING}]|ㅎ(?=[{_FIRST}][{_VOWELS}]))(?!([{_VOWELS}])(?!\4))(?!\3))?"
)
_ONE = re.compile(_SYLLABLE)
_SPELT = re.compile(rf"(?<![{_VOWELS}])(?:{_SYLLABLE})+")
"""Not after a vowel: ㅠㅁㅠ and ㅡㅅㅡ are faces as well."""

_PARTS = ("CHOSEONG", "JUNGSEONG", "JONGSEONG")


def narrow(character: str) -> str:
    """Return the usual form of a character of full or half width, others as they are.

    >>> narrow("Ａ"), narrow("ﾻ"), narrow("ㅋ")
    ('A', 'ㅋ', 'ㅋ')
    """
    kind, _, code = unicodedata.decomposition(character).partition(" ")
    return chr(int(code, 16)) if kind in ("<wide>", "<narrow>") else character


@functools.cache
def letter(character: str) -> str:
    """Return the letter of the keyboard for a part of a syllable that stands alone.

    Everything else is returned as it is, and so are parts of Old Korean without such a letter.
    """
    if not "\u1100" <= character <= "\u11ff":
        return character
    part, _, name = unicodedata.name(character).removeprefix("HANGUL ").partition(" ")
    try:
        return unicodedata.lookup(f"HANGUL LETTER {name}") if part in _PARTS else character
    except KeyError:
        return character


def composed(text: str) -> str:
    """Join letters that spell syllables; those that show a feeling stay single.

    >>> composed("ㅈㅐㅁㅣㅇㅓㅄㄷㅏ ㅋㅋㅠㅠ ㅡㅅㅡ 진ㅉㅏ")
    '재미없다 ㅋㅋㅠㅠ ㅡㅅㅡ 진짜'
    """
    while (joined := _SPELT.sub(_joined, text)) != text:  # a syllable may free the letter before it
        text = joined
    return text


def _joined(spelt: re.Match[str]) -> str:
    letters = spelt[0]
    return letters if set(letters) <= _FEELINGS else _ONE.sub(_syllable, letters)


def _syllable(found: re.Match[str]) -> str:
    first, vowel, last = found[1], found[2], found[3] or " "
    place = (_FIRST.index(first) * len(_VOWELS) + _VOWELS.index(vowel)) * len(_LAST)
    return chr(ord("가") + place + _LAST.index(last))
