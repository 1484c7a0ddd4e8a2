"""Reading JSON that a person wrote or sent, with what Python's reader lets through refused.

``json.loads`` takes the last of two equal keys, knows ``NaN`` and ``Infinity``, lets half a
character through and follows brackets until Python's stack ends. Here each of these is a sentence.
"""

import json
import math
from collections.abc import Iterator
from typing import Any, NoReturn

from data.language import Text, UserError, quoted

MAX_DEPTH = 20
"""An experiment needs three levels of brackets."""


class NotJson(UserError):
    """The text is no JSON at all: a comma or a quote is missing, or it was never meant as JSON."""


class _Refused(Exception):
    """Raised inside Python's reader; ``reason`` is a sentence without the document's name."""

    def __init__(self, reason: Text) -> None:
        super().__init__(str(reason))
        self.reason = reason


def parse_json(text: str, name: str) -> Any:
    """Return the values of a JSON text; ``name`` is how sentences call it.

    Raises ``NotJson`` with line and column when the text is no JSON, and ``UserError`` for JSON
    with brackets deeper than ``MAX_DEPTH``, a key that stands twice in one object, a number that is
    not finite or too long, or half a character (a lone surrogate).
    """
    try:
        values = json.loads(
            text,
            object_pairs_hook=_without_repeats,
            parse_constant=_not_finite,
            parse_float=_finite,
            parse_int=_whole,
        )
    except json.JSONDecodeError as error:
        raise NotJson(_named(name, _not_json(error))) from None
    except RecursionError:
        raise UserError(_named(name, _too_deep())) from None
    except _Refused as refused:
        raise UserError(_named(name, refused.reason)) from None
    if is_deep(values):
        raise UserError(_named(name, _too_deep()))
    if not _is_writable(values):
        raise UserError(_named(name, _half_character()))
    return values


def is_deep(values: object) -> bool:
    """Say whether lists and objects are nested deeper than ``MAX_DEPTH``.

    >>> is_deep([[[]]])
    False
    """
    level = [values]
    for _ in range(MAX_DEPTH + 1):
        level = [inner for value in level for inner in _inside(value)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterator[object]:
    if isinstance(value, dict):
        yield from value.values()
    elif isinstance(value, list):
        yield from value


def _without_repeats(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for key, value in pairs:
        if key in values:
            raise _Refused(_twice(key))
        values[key] = value
    return values


def _finite(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _not_finite(digits)


def _whole(digits: str) -> int:
    try:
        return int(digits)
    except ValueError:  # Python refuses thousands of digits, which take it long
        _not_finite(digits)


def _not_finite(written: str) -> NoReturn:
    shown = quoted(written)
    raise _Refused(
        Text(
            f"{shown}은(는) 쓸 수 있는 숫자가 아닙니다. 보통 크기의 숫자를 적어 주세요.",
            f"{shown} is not a number that can be used. Write one of ordinary size.",
        )
    )


def _is_writable(values: object) -> bool:
    """Say whether every text can be written as UTF-8, which half a character cannot."""
    try:
        json.dumps(values, ensure_ascii=False).encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _named(name: str, reason: Text) -> Text:
    return Text(f"{name}: {reason.ko}", f"{name}: {reason.en}")


def _not_json(error: json.JSONDecodeError) -> Text:
    return Text(
        f"올바른 JSON이 아닙니다({error.lineno}번째 줄 {error.colno}번째 글자). "
        "그 앞의 쉼표와 따옴표를 확인하세요.",
        f"This is not valid JSON (line {error.lineno}, column {error.colno}). "
        "Check the commas and quotes before that place.",
    )


def _too_deep() -> Text:
    return Text(
        f"괄호가 {MAX_DEPTH}겹보다 깊습니다. 안쪽 괄호를 줄여 주세요.",
        f"Its brackets are nested deeper than {MAX_DEPTH} levels. Remove the inner ones.",
    )


def _twice(key: str) -> Text:
    shown = quoted(key)
    return Text(
        f"{shown} 항목이 두 번 나옵니다. 하나만 남겨 주세요.",
        f"The field {shown} stands there twice. Keep one of them.",
    )


def _half_character() -> Text:
    return Text(
        "짝이 없는 유니코드 조각(\\ud800~\\udfff)이 있습니다. 그 글자를 지우거나 다시 적어 주세요.",
        "It holds half a character (\\ud800 to \\udfff). Remove that character or write it again.",
    )
