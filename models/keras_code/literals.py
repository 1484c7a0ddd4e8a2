"""Values and calls as Python source, laid out as ``ruff format`` lays them out."""

import json
from collections.abc import Iterable, Mapping

LINE = 88
"""Columns of a line, the default of ruff and black."""
_INDENT = "    "


def literal(value: object) -> str:
    """Return a number, a switch, None or a text as Python source; whatever it says is inert.

    >>> literal('say "no"'), literal(0.001), literal(True)
    ('\\'say "no"\\'', '0.001', 'True')
    """
    if not isinstance(value, str):
        return repr(value)
    if '"' in value and "'" not in value:
        return repr(value)
    return json.dumps(value, ensure_ascii=not value.isprintable())


def keywords(arguments: Mapping[str, object]) -> list[str]:
    """Return arguments as ``name=value``."""
    return [f"{name}={literal(value)}" for name, value in arguments.items()]


def call(start: str, arguments: Iterable[str], end: str = ")") -> str:
    """Return ``start`` with its arguments, on as many lines as they need.

    >>> call("fit(", ["x", "y"])
    'fit(x, y)'
    """
    given = list(arguments)
    line = f"{start}{', '.join(given)}{end}"
    if len(line) <= LINE:
        return line
    inner = _INDENT + ", ".join(given)
    if len(inner) <= LINE and end == ")":
        return f"{start}\n{inner}\n{end}"
    return "\n".join([start, *(f"{_INDENT}{argument}," for argument in given), end])
