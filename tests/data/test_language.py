"""What a person gave is repeated in a sentence without harm and without end."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.language import LONGEST_QUOTE, Text, UserError, printable, quoted

ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
)


@pytest.mark.parametrize(
    ("given_text", "shown"),
    [
        ("adam", "'adam'"),
        ("빨강\x1b[31m", r"'빨강\x1b[31m'"),
        ("a\r\nb\tc\0", r"'a\r\nb\tc\x00'"),
        ("\u202egnp\u2069", r"'\u202egnp\u2069'"),
        ("\ufeff\u200b\u2028", r"'\ufeff\u200b\u2028'"),
        ("\ud800\U000e0041", r"'\ud800\U000e0041'"),
        ("전각\u3000공백", "'전각\u3000공백'"),
        ("좋" * 80, f"'{'좋' * 80}'"),
        ("좋" * 81, f"'{'좋' * 80}…'"),
    ],
)
def test_a_text_stands_between_quotes(given_text: str, shown: str) -> None:
    assert quoted(given_text) == shown


def test_of_a_long_path_the_end_is_kept() -> None:
    assert quoted(Path("/a" * 100 / Path("seven.png"))).endswith("/a/seven.png'")
    assert quoted(Path("/tmp/\x1b[2J")) == r"'/tmp/\x1b[2J'"


@given(ANYTHING | st.text().map(Path))
def test_whatever_is_quoted_is_short_and_printable(value: object) -> None:
    shown = quoted(value)
    assert len(shown) <= LONGEST_QUOTE + 3 and shown == printable(shown)


def test_megabytes_are_not_even_looked_at() -> None:
    assert quoted("x" * 10**8) == f"'{'x' * 80}…'"
    assert len(quoted([[["x" * 10**6]] * 10**6])) <= LONGEST_QUOTE + 1


@given(st.text(), st.text())
def test_a_refusal_is_one_line(ko: str, en: str) -> None:
    said = UserError(Text(ko, en))
    assert len(str(said).splitlines()) == 1 and str(said) == printable(str(said))
