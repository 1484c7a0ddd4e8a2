"""The variables of a table, a row each, with their histograms; one of them is looked at."""

from collections.abc import Mapping, Sequence
from typing import TypedDict

from app.widgets.shared import assets

LABELS = ("table", "histogram", "choose")

_HTML = '<div class="variables" role="region" tabindex="0"><table></table></div>'

_mount = assets.component("variable_table", _HTML)


class Variable(TypedDict):
    """A row: its ``number`` among the columns of the data, and texts as they are shown.

    ``train`` and ``test`` are shares of the rows in each bin of the histogram.
    """

    number: int
    name: str
    about: list[str]
    train: list[float]
    test: list[float]
    figures: list[str]


def variable_table(
    variables: Sequence[Variable],
    heads: Sequence[str],
    *,
    selected: int,
    labels: dict[str, str],
    key: str,
) -> int:
    """Show the table; return the number of the variable that was clicked last.

    ``heads`` stand above name, ``about``, histogram and ``figures``. ``selected`` is looked at
    until somebody clicks. ``labels`` holds ``LABELS``.
    """
    data = {
        "variables": list(variables),
        "heads": list(heads),
        "selected": selected,
        "labels": assets.pick(labels, LABELS),
    }
    result = _mount(key=key, data=data, on_choice_change=lambda: None)
    choice = result.get("choice") if isinstance(result, Mapping) else None
    known = {variable["number"] for variable in variables}
    return choice if isinstance(choice, int) and choice in known else selected
