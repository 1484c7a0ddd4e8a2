"""A table of runs: sorted and filtered in the browser, some of them chosen, each with a remark."""

from collections.abc import Callable, Mapping, Sequence
from typing import TypedDict

import streamlit as st

from app.widgets.shared import assets

LABELS = (
    *("table", "filter", "filter_none", "column_choose", "column_name", "column_tag"),
    *("column_note", "choose", "tag_of", "note_of", "sort"),
)

_HTML = """
<div class="all">
  <label class="filter"><span></span><input type="search" maxlength="100"></label>
  <div class="runs" role="region" tabindex="0">
    <table><thead></thead><tbody></tbody></table>
    <p hidden></p>
  </div>
</div>
"""

_mount = assets.component("run_table", _HTML)


class Cell(TypedDict):
    """What a cell shows, and by what number or text its column is sorted; None stands last."""

    text: str
    by: float | str | None


class Row(TypedDict):
    """A row of the table: a run, or a simpler model, which has an empty ``run``.

    A ``read_only`` run is somebody else's: it is chosen like any other, and has no remarks.
    """

    run: str
    name: str
    about: str
    cells: list[Cell]
    tag: str
    note: str
    read_only: bool


def run_table(
    rows: Sequence[Row],
    heads: Sequence[str],
    *,
    remarks_at: int,
    chosen: Sequence[str],
    most: int,
    lengths: tuple[int, int],
    labels: dict[str, str],
    on_choose: Callable[[list[str]], None],
    on_write: Callable[[str, str, str], None],
    key: str,
) -> None:
    """Show rows; ``heads`` stand above their cells, with the remarks before number ``remarks_at``.

    At most ``most`` can be ``chosen``: ``on_choose`` gets the ids of those that are, in the order
    in which they were. ``on_write`` gets a run with its new tag and note, which may have
    ``lengths`` characters. ``labels`` holds ``LABELS``.
    """
    known = {row["run"] for row in rows if row["run"]}
    writable = known - {row["run"] for row in rows if row["read_only"]}

    def said(name: str) -> object:
        found = st.session_state.get(key)
        return found.get(name) if isinstance(found, Mapping) else None

    def choose() -> None:
        ids = said("choose")
        if isinstance(ids, list):
            on_choose([run for run in ids if run in known][:most])

    def write() -> None:
        match said("write"):
            case {"run": str(run), "tag": str(tag), "note": str(note)} if run in writable:
                on_write(run, tag, note)

    data = {
        "rows": list(rows),
        "heads": list(heads),
        "remarks_at": remarks_at,
        "chosen": list(chosen),
        "most": most,
        "lengths": list(lengths),
        "labels": assets.pick(labels, LABELS),
    }
    _mount(key=key, data=data, on_choose_change=choose, on_write_change=write)
