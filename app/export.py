"""Tables as CSV files that a spreadsheet opens without running anything in them.

A cell of text that starts like a formula would be one in Excel, LibreOffice or Google Sheets, and
a name is whatever its owner typed. See OWASP, "CSV Injection".
"""

import csv
import io
from collections.abc import Iterable, Sequence

_STARTS_OF_FORMULAS = ("=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠")
"""The last four are the full-width signs that East Asian spreadsheets read alike."""

_BYTE_ORDER_MARK = "\ufeff"  # without it Excel does not take the file for UTF-8

Cell = str | float | int | None


def safe_cell(cell: Cell) -> Cell:
    """Return a cell that is no formula: such a text gets a single quote in front.

    >>> safe_cell("=1+1"), safe_cell("a=1"), safe_cell(-1.5)
    ("'=1+1", 'a=1', -1.5)
    """
    if isinstance(cell, str) and cell.startswith(_STARTS_OF_FORMULAS):
        return f"'{cell}"
    return cell


def csv_text(header: Sequence[str], rows: Iterable[Sequence[Cell]]) -> str:
    """Return a table as CSV (RFC 4180) that shows Hangul in Excel; None is an empty cell."""
    file = io.StringIO(newline="")
    writer = csv.writer(file)
    for row in (header, *rows):
        writer.writerow([safe_cell(cell) for cell in row])
    return _BYTE_ORDER_MARK + file.getvalue()
