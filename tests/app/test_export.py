"""No cell of a table runs when a spreadsheet opens it."""

import csv
import io

import pytest

from app.export import csv_text, safe_cell


@pytest.mark.parametrize("start", ["=", "+", "-", "@", "\t", "\r", "\n", "＝", "＋", "－", "＠"])
def test_text_that_starts_like_a_formula_gets_a_quote_in_front(start: str) -> None:
    assert safe_cell(f"{start}cmd|' /C calc'!A0") == f"'{start}cmd|' /C calc'!A0"


@pytest.mark.parametrize("cell", ["", "a=1", "가나다", " =1", "'=1", 0, -1.5, -3, None])
def test_everything_else_stays_as_it_is(cell: object) -> None:
    assert safe_cell(cell) == cell  # type: ignore[arg-type]


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
