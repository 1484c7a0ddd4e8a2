"""Reading TOML that a person wrote, with what Python's reader lets through refused.

``tomllib`` follows brackets until Python's stack ends and takes numbers of any size; a lesson needs
neither. (JSON: ``data.file_readers.json_document``.)
"""

import re
import tomllib
from collections.abc import Iterator
from typing import Any

from data.file_readers.json_document import MAX_DEPTH, is_deep
from data.language import Text, printable
from models.toml_lines import Path, key_lines, line_of

_MESSAGE = 120
"""Characters of the parser's own message, which may quote the file."""


class NotToml(Exception):
    """The text cannot be used; ``line`` counts from 1, None where no line is to blame."""

    def __init__(self, reason: Text, line: int | None = None) -> None:
        super().__init__(str(reason))
        self.reason, self.line = reason, line


def parse_toml(source: str) -> dict[str, Any]:
    """Return the values of a TOML text.

    Raises ``NotToml`` for a text that is none, for tables and lists deeper than ``MAX_DEPTH``, and
    for numbers that are not finite or take more than 64 bits.
    """
    try:
        values = tomllib.loads(source)
    except tomllib.TOMLDecodeError as error:
        raise NotToml(_syntax(error), _line(error, source)) from None
    except RecursionError:
        raise NotToml(_too_deep()) from None
    except ValueError:  # Python refuses whole numbers of thousands of digits.
        raise NotToml(_no_number()) from None
    if is_deep(values):
        raise NotToml(_too_deep())
    for place, number in _numbers(values, ()):
        if not abs(number) < 2**63:  # which NaN is not
            raise NotToml(_no_number(), line_of(place, key_lines(source)))
    return values


def _numbers(value: object, place: Path) -> Iterator[tuple[Path, float]]:
    if isinstance(value, dict):
        for name, inner in value.items():
            yield from _numbers(inner, (*place, name))
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _numbers(inner, (*place, str(index)))
    elif isinstance(value, int | float):
        yield place, value


def _line(error: tomllib.TOMLDecodeError, source: str) -> int:
    """Return the line that the parser stopped at, which it only tells in words."""
    found = re.search(r"\(at line (\d+), ", str(error))
    return int(found[1]) if found else source.count("\n") + 1


def _syntax(error: tomllib.TOMLDecodeError) -> Text:
    told = printable(str(error))[:_MESSAGE]
    return Text(
        f"TOML 문법에 맞지 않습니다({told}). 따옴표와 괄호를 확인하세요.",
        f"This is not valid TOML ({told}). Check quotes and brackets.",
    )


def _too_deep() -> Text:
    return Text(
        f"표와 목록이 {MAX_DEPTH}겹보다 깊습니다. 안쪽의 것을 줄여 주세요.",
        f"Its tables and lists are nested deeper than {MAX_DEPTH} levels. Remove the inner ones.",
    )


def _no_number() -> Text:
    return Text(
        "쓸 수 없는 숫자(nan, inf 또는 너무 큰 수)가 있습니다. 보통 크기의 숫자를 적어 주세요.",
        "It holds a number that cannot be used (nan, inf or too large). "
        "Write one of ordinary size.",
    )
