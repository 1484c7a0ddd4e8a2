"""Reads a number as a Korean student types it, and writes one as it is read.

A comma between groups of three digits is the thousands' comma of Korean schoolbooks: ``60,000``.
Any other single comma can only be a decimal one: ``0,01``. So ``1,000`` is a thousand, and
``0,001``, which no thousand begins with, is a thousandth. Full-width digits and signs, as a Korean
keyboard may give them, are read like their narrow twins.
"""

import math
import re

from app.session.i18n import both
from data.language import UserError, quoted

_NARROW = {0x3000: 0x20, 0x2212: 0x2D} | {0xFF01 + place: 0x21 + place for place in range(94)}
"""The wide space, the minus of mathematics, and the full-width twins of ASCII's signs."""

_NUMBER = re.compile(r"[+-]?(\d+\.?\d*|\.\d+)(e[+-]?\d+)?", re.ASCII | re.IGNORECASE)
_THOUSANDS = re.compile(r"[+-]?[1-9]\d{0,2}(,\d{3})+(?![\d,])", re.ASCII)


def read_number(text: str, name: str) -> int | float:
    """Return the number that a text says, an ``int`` where it has no fraction.

    Raises ``UserError``, which calls the field by its ``name``, when there is none.

    >>> read_number("0,01", "rate"), read_number("００５", "rate"), read_number("60,000", "rows")
    (0.01, 5, 60000)
    """
    narrow = text.translate(_NARROW).strip()
    if not narrow:
        raise UserError(both("number.empty", name=name))
    plain = _with_point(narrow)
    if not _NUMBER.fullmatch(plain) or not math.isfinite(float(plain)):
        raise UserError(both("number.unreadable", name=name, text=quoted(narrow)))
    return _whole_if_possible(plain)


def write_number(value: float) -> str:
    """Return a number as short as it can be without losing a digit.

    >>> write_number(60000), write_number(0.001), write_number(1e-07), write_number(0.0)
    ('60000', '0.001', '1e-07', '0')
    """
    short = f"{value:g}"
    return short if float(short) == value and "+" not in short else str(value)


def _with_point(text: str) -> str:
    if _THOUSANDS.match(text):
        return text.replace(",", "")
    return text.replace(",", ".") if text.count(",") == 1 and "." not in text else text


def _whole_if_possible(plain: str) -> int | float:
    number = float(plain)
    if number.is_integer():
        return int(plain) if plain.lstrip("+-").isdecimal() else int(number)
    return number
