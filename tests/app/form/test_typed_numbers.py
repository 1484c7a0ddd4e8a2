"""A number is read as a Korean student means it, or refused with a sentence; never as another."""

import pytest
from hypothesis import given
from hypothesis import strategies as some

from app.form.typed_numbers import read_number, write_number
from data.language import LONGEST_QUOTE, UserError

READ = {
    **{"0.01": 0.01, "0,01": 0.01, ".5": 0.5, ",5": 0.5, "5.": 5, "1,5": 1.5, "0,001": 0.001},
    **{"００５": 5, "０．０１": 0.01, "０，０１": 0.01, "６０，０００": 60_000, "　７　": 7},
    **{"60,000": 60_000, "1,000": 1_000, "1,234,567": 1_234_567, "1,234.5": 1_234.5},
    **{"60000": 60_000, " 7 ": 7, "007": 7, "7.0": 7, "-3": -3, "－３": -3, "\u22123": -3, "+3": 3},
    **{"1e-3": 0.001, "1E-3": 0.001, "1,5e-3": 0.0015, "１ｅ－３": 0.001, "1e2": 100},
    **{"12,34": 12.34, "1234,567": 1_234.567, "-0,5": -0.5, "0": 0, "2147483647": 2**31 - 1},
}

REFUSED = [
    *("abc", "1,2,3", "1,23,456", "1.2.3", "1.234,5", "0,001,000", "--3", "1e", "e3", ".", ","),
    *("1 000", "5%", "NaN", "inf", "1e999", "10²", "½", "٣", "삼", "0x10", "1_000", "1,000,"),
]


@pytest.mark.parametrize("text", READ)
def test_what_a_student_types_is_read_as_meant(text: str) -> None:
    number = read_number(text, "rate")
    assert number == READ[text] and isinstance(number, type(READ[text]))


@pytest.mark.parametrize("text", REFUSED)
def test_what_is_no_number_is_a_sentence_with_the_text_in_both_languages(text: str) -> None:
    with pytest.raises(UserError) as refused:
        read_number(text, "학습률")
    for said in (refused.value.text.ko, refused.value.text.en):
        assert "학습률" in said and text in said


@pytest.mark.parametrize("text", ["", "  ", "　"])
def test_an_empty_field_is_called_empty(text: str) -> None:
    with pytest.raises(UserError) as refused:
        read_number(text, "학습률")
    assert "비어" in refused.value.text.ko and "empty" in refused.value.text.en


def test_a_refusal_does_not_repeat_a_whole_book() -> None:
    with pytest.raises(UserError) as refused:
        read_number("그" * 10_000, "rate")
    assert len(refused.value.text.ko) < LONGEST_QUOTE + 100


@given(some.integers(-(10**12), 10**12) | some.floats(allow_nan=False, allow_infinity=False))
def test_what_is_written_is_read_back_to_the_last_digit(number: float) -> None:
    assert read_number(write_number(number), "rate") == number


@given(some.integers(0, 10**9))
def test_thousands_may_have_commas(number: int) -> None:
    assert read_number(f"{number:,}", "rows") == number
