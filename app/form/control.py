"""What ties a control of a page to a value that is kept elsewhere.

The value counts, and the control only shows it: one that changes behind the control's back (by a
preset, by another field) is shown in place, without drawing the control anew.
"""

from collections.abc import Callable
from typing import Any

from app.session import state
from data.language import UserError


def control(key: str, value: Any, take: Callable[[Any], None], looks: Any = None) -> dict[str, Any]:
    """Return the arguments of a control that shows ``value`` and hands what is chosen to ``take``.

    A ``UserError`` of ``take`` is said on the page, and the control goes back to ``value``.
    ``looks`` is what the browser knows the value by, where that is not the value itself.
    """
    state.show(key, value, looks)
    return {"key": key, "on_change": _hand_on, "args": (key, value, take)}


def _hand_on(key: str, value: Any, take: Callable[[Any], None]) -> None:
    if state.is_repeated(key):
        return
    try:
        take(state.chosen(key, value))
    except UserError as error:
        state.refuse(error.text)
