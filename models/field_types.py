"""Says whether a value has the types that its dataclass declares.

What comes out of a file that a newer version of the lab, or something else, has written may parse
and still be of the wrong type; found here, it is one unreadable record and not a page that fails.
"""

from dataclasses import fields, is_dataclass
from functools import cache
from types import UnionType
from typing import Any, Union, get_args, get_origin, get_type_hints

LARGEST_WHOLE = 2**53
"""The whole numbers that a browser can count with, and far within those that SQLite can keep."""


def check_fields(value: Any) -> None:
    """Raise ``ValueError`` unless every field of a dataclass holds what it declares."""
    for name, hint in _declared(value.__class__).items():
        if not fits(getattr(value, name), hint):
            raise ValueError(f"{type(value).__name__}.{name} is {getattr(value, name)!r:.80}")


def fits(value: Any, hint: Any) -> bool:
    """Say whether a value has a type; whole numbers beyond ``LARGEST_WHOLE`` have none.

    >>> fits((1, 2.5), tuple[int, float]), fits("1", int), fits(True, int), fits(1, float | None)
    (True, False, False, True)
    """
    origin, arguments = get_origin(hint), get_args(hint)
    if hint is Any:
        return True
    if origin in (Union, UnionType):
        return any(fits(value, each) for each in arguments)
    if hint in (int, float) and type(value) is int:
        return abs(value) <= LARGEST_WHOLE
    if hint in (int, float):
        return type(value) is float is hint
    if origin is not None:
        return isinstance(value, origin) and _holds(value, origin, arguments)
    return isinstance(value, hint) and (not is_dataclass(value) or _has_its_fields(value))


def _holds(value: Any, origin: Any, arguments: tuple[Any, ...]) -> bool:
    """Say whether a list, a dictionary or a tuple holds what its type says."""
    if origin is dict:
        keys, values = arguments
        return all(fits(k, keys) and fits(v, values) for k, v in value.items())
    if origin is list or arguments[-1] is Ellipsis:
        return all(fits(item, arguments[0]) for item in value)
    return len(value) == len(arguments) and all(map(fits, value, arguments))


def _has_its_fields(value: Any) -> bool:
    return all(
        fits(getattr(value, name), hint) for name, hint in _declared(value.__class__).items()
    )


@cache
def _declared(cls: Any) -> dict[str, Any]:
    hints = get_type_hints(cls)
    return {field.name: hints[field.name] for field in fields(cls)}
