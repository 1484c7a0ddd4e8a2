"""The rows of a table with a tick each: what is not ticked is left out of the training."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from app.widgets.shared import assets

LABELS = ("table", "tick")

_HTML = '<div class="rows" role="region" tabindex="0"><table></table></div>'

_mount = assets.component("row_ticks", _HTML)


class Row(TypedDict):
    """A row by its ``number`` from 0, its cells as they are shown."""

    number: int
    cells: list[str]


def row_ticks(
    rows: Sequence[Row],
    heads: Sequence[str],
    *,
    left_out: Sequence[int],
    revision: int,
    labels: dict[str, str],
    key: str,
) -> tuple[int, ...]:
    """Show the rows; return which of them have no tick, in rising order.

    ``left_out`` have none to begin with, for this ``revision``; after that the person's own ticks
    count. ``labels`` holds ``LABELS``.
    """
    data = {
        "rows": list(rows),
        "heads": list(heads),
        "leftOut": list(left_out),
        "revision": revision,
        "labels": assets.pick(labels, LABELS),
    }
    result = _mount(key=key, data=data, on_ticks_change=lambda: None)
    return _ticked(result, revision, {row["number"] for row in rows}, tuple(left_out))


def _ticked(
    state: object, revision: int, known: set[int], otherwise: tuple[int, ...]
) -> tuple[int, ...]:
    ticks = state.get("ticks") if isinstance(state, Mapping) else None
    if not isinstance(ticks, Mapping) or ticks.get("revision") != revision:
        return otherwise
    found = ticks.get("leftOut")
    if not isinstance(found, list) or not all(isinstance(row, int) for row in found):
        return otherwise
    return tuple(sorted(known.intersection(found)))
