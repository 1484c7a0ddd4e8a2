"""Spaces where words begin, and only in what is too long."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text.spacing import spacer


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("정말재미없다", "정말재미없다"),
        ("배우들연기는좋았는데재미없다", "배우들 연기는 좋았는데 재미없다"),
        ("짧다 배우들연기는좋았는데재미없다!!!", "짧다 배우들 연기는 좋았는데 재미없다!!!"),
        ("https://example.org/a/very/long/address", "https://example.org/a/very/long/address"),
        ("1234567890123456789012345678901234567890", "1234567890123456789012345678901234567890"),
    ],
)
def test_a_run_that_is_too_long_is_cut_where_words_begin(text: str, expected: str) -> None:
    assert spacer(10)(text) == expected


@given(st.text("가나다영화재미없다 ㅋㅠ1a.!", max_size=200), st.integers(1, 40))
def test_spaces_are_all_that_changes_and_no_run_is_too_long(text: str, longest: int) -> None:
    spaced = spacer(longest)(text)
    assert spaced.replace(" ", "") == text.replace(" ", "")
    hangul = "".join(letter if "ㄱ" <= letter <= "힣" else " " for letter in spaced)
    assert max(map(len, hangul.split()), default=0) <= longest
    assert spacer(longest)(spaced) == spaced
