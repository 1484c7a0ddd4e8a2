"""A confusion matrix of buttons: a cell, a row of a true class, or a column of a given one."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import streamlit as st

from app.widgets.shared import assets

LABELS = ("label", "true", "given", "cell", "row", "column")

Cell = tuple[int | None, int | None]
"""The true and the given class; None stands for all of them."""

_HTML = '<div class="place"><table><caption></caption><thead></thead><tbody></tbody></table></div>'

_mount = assets.component("confusion_matrix", _HTML)


def confusion_matrix(
    texts: Sequence[Sequence[str]],
    shades: Sequence[Sequence[float]],
    classes: Sequence[str],
    chosen: Cell,
    labels: dict[str, str],
    *,
    on_pick: Callable[[Cell], None],
    key: str,
) -> None:
    """Show (true, given) cells; what somebody picks arrives in ``on_pick``.

    ``texts`` are what the cells say; ``shades`` are from -1 to 1, how much stands in them: a cell
    off the diagonal is shaded as wrong, one on it as right. ``labels`` holds ``LABELS``.
    """

    def picked() -> None:
        cell = _checked(st.session_state.get(key), len(classes))
        if cell:
            on_pick(cell)

    data = {
        "texts": [list(row) for row in texts],
        "shades": [[round(float(shade), 3) for shade in row] for row in shades],
        "classes": list(classes),
        "chosen": list(chosen),
        "labels": assets.pick(labels, LABELS),
    }
    _mount(key=key, data=data, on_pick_change=picked)


def _checked(said: Any, classes: int) -> Cell | None:
    """Return a pick of the browser, which may be anything."""
    match said.get("pick") if isinstance(said, Mapping) else None:
        case {"true": true, "given": given} if _is_class(true, classes) and _is_class(
            given, classes
        ):
            return true, given
    return None


def _is_class(number: Any, classes: int) -> bool:
    return number is None or (type(number) is int and 0 <= number < classes)
