import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.file_readers.json_document import MAX_DEPTH, NotJson, is_deep, parse_json
from data.language import UserError

PLAIN = st.recursive(
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=15,
)


@given(PLAIN)
def test_what_python_writes_is_read_as_it_was(values: Any) -> None:
    if not is_deep(values):
        assert parse_json(json.dumps(values), "x") == values


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("[" * 100_000, "nested deeper"),
        ("[" * 100_000 + "]" * 100_000, "nested deeper"),
        ('{"a":' * 900 + "1" + "}" * 900, "nested deeper"),
        ("[" * (MAX_DEPTH + 1) + "1" + "]" * (MAX_DEPTH + 1), "nested deeper"),
        ('{"epochs": 1, "layers": [], "epochs": 2}', "'epochs' stands there twice"),
        ('[{"\\u001b": 1, "\\u001b": 2}]', r"'\x1b' stands there twice"),
        ('{"l2": NaN}', "'NaN' is not a number"),
        ("[-Infinity]", "'-Infinity' is not a number"),
        ("[1e999]", "'1e999' is not a number"),
        ("9" * 5_000, "9…' is not a number"),
        (r'"\ud800"', "half a character"),
        (r'{"\udc00": 1}', "half a character"),
    ],
)
def test_what_is_json_but_cannot_be_used_is_a_sentence(text: str, reason: str) -> None:
    with pytest.raises(UserError) as error:
        parse_json(text, "mine.json")
    assert not isinstance(error.value, NotJson)
    assert error.value.text.en.startswith("mine.json: ") and reason in error.value.text.en
    assert len(error.value.text.ko) < 200


@pytest.mark.parametrize("text", ["", "adam", "[1,", "{'a': 1}", "\ufeff1", '"\x00"', "01", "[]]"])
def test_what_is_no_json_is_told_with_its_place(text: str) -> None:
    with pytest.raises(NotJson, match="line 1, column"):
        parse_json(text, "x")


def test_brackets_may_be_as_deep_as_is_said() -> None:
    text = "[" * MAX_DEPTH + "1" + "]" * MAX_DEPTH
    assert json.dumps(parse_json(text, "x")) == text


@settings(max_examples=300)
@given(st.text(alphabet='[]{}",:\\u0d8eE+-.19 NaIty\n') | st.text())
def test_any_text_is_values_or_a_sentence(text: str) -> None:
    try:
        parse_json(text, "x")
    except UserError as error:
        assert error.text.ko and error.text.en
