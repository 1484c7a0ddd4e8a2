"""Tables as CSV files whose cells a spreadsheet shows as they are.

Excel, LibreOffice and Google Sheets guess what a cell is: ``10-12`` becomes a date, ``12E34567`` a
number, ``007`` a 7, and what starts like a formula is one, by whoever typed that name (see OWASP,
"CSV Injection"). A single quote in front of such a text makes it a text. Numbers and times are no
texts: those are written as they are, and read as what they are.
"""

import csv
import io
import math
import re
import unicodedata
from collections.abc import Iterable, Sequence
from datetime import datetime

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel does not take the file for UTF-8

Cell = str | float | int | datetime | None

_FORMULA = re.compile(r"[=+\-@\t\r\n]")
_FORMULA_AFTER_SEPARATOR = re.compile(r"(?<=[;\t|])(?=\s*[=+\-@＝＋－＠])")
"""Where half of the world's spreadsheets, which separate by semicolons, would begin a cell."""
_CONSTANT = re.compile(r"\s*(true|false|#(n/a|[a-z0-9/]+[!?]))\s*")
_WORDS = (
    *("january", "february", "march", "april", "may", "june", "july", "august", "september"),
    *("october", "november", "december", "jan", "feb", "mar", "apr", "jun", "jul", "aug", "sep"),
    *("sept", "oct", "nov", "dec", "monday", "tuesday", "wednesday", "thursday", "friday"),
    *("saturday", "sunday", "mon", "tue", "wed", "thu", "fri", "sat", "sun", "am", "pm"),
    *("년", "월", "일", "시", "분", "초", "오전", "오후", "[월화수목금토일]요일"),
    *("utc", "gmt", "usd", "eur", "gbp", "jpy", "cny", "krw", "원"),
    *("(?<=[\\d.,])[etz]", "(?<=\\d)[ap]", "(?<=\\d\\s)[ap]"),  # 1e5, 2026-01-02T03:04Z, 5 a
)
"""What numbers, dates and times are written with in English and Korean, besides digits."""
_NUMBER_OR_DATE = re.compile(
    rf"(?=.*\d)(?:(?<![^\W\d_])(?:{'|'.join(_WORDS)})(?![^\W\d_])|[\d\s.,:;/\\'’%()+*_^⁄−-])+",
    re.DOTALL,
)


def safe_cell(cell: Cell) -> Cell:
    """Return a cell that is read as what it is: such a text gets a single quote in front.

    >>> safe_cell("=1+1"), safe_cell("10-12"), safe_cell("a=1"), safe_cell(-1.5)
    ("'=1+1", "'10-12", 'a=1', -1.5)
    """
    if isinstance(cell, datetime):
        return f"{cell:%Y-%m-%d %H:%M:%S}"
    if isinstance(cell, float) and not math.isfinite(cell):
        return safe_cell(str(cell))
    if not isinstance(cell, str):
        return cell
    text = _FORMULA_AFTER_SEPARATOR.sub("'", cell)
    return f"'{text}" if _is_misread(text) else text


def _is_misread(text: str) -> bool:
    """Say whether a text would be taken for a formula, a number, a date, a time or a constant.

    East Asian spreadsheets read characters of full width like those of half width.
    """
    folded = unicodedata.normalize("NFKC", text).casefold()
    plain = "".join(map(_plain, folded))
    patterns = (_FORMULA.match, _CONSTANT.fullmatch, _NUMBER_OR_DATE.fullmatch)
    return any(pattern(plain) for pattern in patterns)


def _plain(character: str) -> str:
    """Return a minus for a dash, % for the sign of a currency, nothing for what is invisible."""
    category = unicodedata.category(character)
    if category in ("Cc", "Cf") and not character.isspace():
        return ""
    return {"Pd": "-", "Sc": "%"}.get(category, character)


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV (RFC 4180) that shows Hangul in Excel; None is an empty cell."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in (header, *rows):
        writer.writerow([safe_cell(cell) for cell in row])
    return _BYTE_ORDER_MARK + file.getvalue()
