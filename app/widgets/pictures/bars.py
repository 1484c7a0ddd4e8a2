"""Probabilities as bars in the order of the classes, so that no class ever changes its place."""

from collections.abc import Sequence
from typing import TypedDict

from app.widgets.shared import assets

LABELS = ("label", "item", "empty")

_HTML = '<div class="bars" role="list"></div>'

_mount = assets.component("bars", _HTML)


class Bar(TypedDict):
    """One class and its probability, 0 to 1."""

    label: str
    value: float


def bars(
    items: Sequence[Bar],
    labels: dict[str, str],
    *,
    highlight: int | None = None,
    version: str | int = 0,
    key: str,
) -> None:
    """Show one bar an item; the winner is ``items[highlight]``, or the largest when it is None.

    Where every value is 0 nothing has won. ``version`` names the input these values belong to; it
    stands on the component's root as ``data-version``. ``labels`` holds ``LABELS``.
    """
    data = {
        "items": [{"label": item["label"], "value": float(item["value"])} for item in items],
        "highlight": highlight,
        "version": version,
        "labels": assets.pick(labels, LABELS),
    }
    _mount(key=key, data=data)
