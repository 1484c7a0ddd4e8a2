"""No cell of a table is read by a spreadsheet as anything but what it is."""

import csv
import io
import re
import string
import unicodedata
from datetime import datetime
from typing import ClassVar

import pytest
from dateutil.parser import ParserError, parser, parserinfo
from hypothesis import example, given
from hypothesis import strategies as st

from app.my_runs.csv_export import Cell, csv_text, safe_cell


@pytest.mark.parametrize(
    "start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠", "﹦"]
)
def test_text_that_starts_like_a_formula_gets_a_quote_in_front(start: str) -> None:
    assert safe_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize(
    "text",
    [
        *("10-12", "1-2-3", "12/24", "2024.3.5", "3월 5일", "2024년 3월", "오후 3시 20분", "12:30"),
        *(
            "Mar-5",
            "5 March 2024",
            "May 5",
            "mon, 5 jan 2026",
            "5 a",
            "12:30 PM",
            "2026-01-02T03:04Z",
        ),
        *("1e5", "12E34567", "12e34567", "1.5E-3", "007", "0012", "12345678901234567890", "1,000"),
        *("5.", ".5", "(5)", "50%", "$5", "₩1,000", "5원", "5 EUR", "1 1/2", "½", "−5", "–5", "١٢"),
        *("１０－１２", "１ｅ５", " 12", "12 ", "1_000", "5'000", "2:3", "10\\12", "true", "FALSE"),
        *("#N/A", "#REF!", "#div/0!"),
    ],
)
def test_text_that_looks_like_a_number_a_date_or_a_constant_gets_one_too(text: str) -> None:
    assert safe_cell(text) == f"'{text}"


@pytest.mark.parametrize(
    "cell",
    [
        *("", "a=1", "가나다", " =1", "'=1", 0, -1.5, -3, 1e-05, None),
        *("2차 시도", "run 3", "3일차", "10 → 12", "64 units", "A1", "Adam 0.01", "marzipan 5"),
        *("보스턴 집값 SGD, 2026-11-28 13:44:48", "may", "월요일", "#1 try", "truer", "0x1F", "e"),
    ],
)
def test_everything_else_stays_as_it_is(cell: Cell) -> None:
    assert safe_cell(cell) == cell


def test_a_time_is_written_as_a_spreadsheet_reads_one() -> None:
    assert safe_cell(datetime(2026, 1, 2, 3, 4, 5)) == "2026-01-02 03:04:05"


def test_what_is_no_finite_number_is_text() -> None:
    assert [safe_cell(float(word)) for word in ("nan", "inf", "-inf")] == ["nan", "inf", "'-inf"]


def test_no_formula_begins_where_a_semicolon_or_a_tab_separates() -> None:
    assert safe_cell("a;=1+1") == "a;'=1+1"
    assert safe_cell("a\t =1|@b; c") == "a\t' =1|'@b; c"


class _Words(parserinfo):
    """What dateutil skips, but for words that no spreadsheet does."""

    JUMP: ClassVar = [" ", ".", ",", ";", "-", "/", "'"]


class _Dates(parser):
    """dateutil's reading of dates, where not any capitals are a time zone."""

    def _could_be_tzname(self, *_: object) -> bool:
        return False


def is_number(text: str) -> bool:
    try:
        float(text.replace(",", ""))
    except ValueError:
        return False
    return any(character.isdecimal() for character in text)


def is_date(text: str) -> bool:
    if not re.search(r"\d", text) or re.search(r"\d\W*[hms]", text, re.IGNORECASE):
        return False  # no spreadsheet knows dateutil's 5h, 3m and 10s
    try:
        _Dates(_Words()).parse(text)
    except (ParserError, OverflowError, ValueError, TypeError):
        return False
    return True


LIKELY = st.lists(
    st.sampled_from(
        [*string.digits, *"eE-+./:,; ", "Jan", "may ", "PM", "12", "2024", "abc", "가"]
    ),
    max_size=8,
).map("".join)


@given(LIKELY | st.text(max_size=12))
@example("10-12")
@example("12E34567")
def test_no_text_is_read_as_a_number_a_date_or_a_formula(text: str) -> None:
    """Judged by two readers that know nothing of the rule: Python's and dateutil's."""
    cell = safe_cell(text)
    assert isinstance(cell, str) and cell.replace("'", "") == text.replace("'", "")
    folded = unicodedata.normalize("NFKC", cell)
    if not cell.startswith("'"):
        assert not is_number(folded) and not is_date(folded)
        assert not folded.startswith(tuple("=+-@\t\r\n"))


@given(st.integers() | st.floats(allow_nan=False, allow_infinity=False))
def test_numbers_stay_numbers(number: float) -> None:
    (row,) = csv.reader(io.StringIO(csv_text([], [[number]]).splitlines()[1]))
    assert float(row[0]) == float(number)


def test_excel_sees_hangul_and_every_cell_comes_back_whole() -> None:
    rows = [['이름, "따옴표"\n둘째 줄', -1.5, None], ["=1+1", 3, "x"]]
    text = csv_text(["이름", "손실", "비고"], rows)
    assert text.encode().startswith(b"\xef\xbb\xbf")
    read = list(csv.reader(io.StringIO(text.removeprefix("\ufeff"), newline="")))
    assert read == [
        ["이름", "손실", "비고"],
        ['이름, "따옴표"\n둘째 줄', "-1.5", ""],
        ["'=1+1", "3", "x"],
    ]
