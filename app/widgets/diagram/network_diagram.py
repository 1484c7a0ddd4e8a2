"""The network as a drawing: columns of nodes, edges that follow the weights, editable in place.

The browser reads the run's snapshots itself and repaints; Python hears only of what a person does
to the drawing: another number of units, a layer more or less, a weight that is picked.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Literal, NotRequired, TypedDict

from app.widgets.shared import assets
from app.widgets.shared.live_run import LiveRun
from models.experiment import MAX_HIDDEN_LAYERS, RANGES
from models.network.snapshot import FIRST_SHOWN, MOST_SHOWN

MAX_UNITS = int(RANGES["units"][1])

LABELS = (
    *("summary", "status_waiting", "status_draft", "status_live"),
    *("hidden", "node", "node_named", "pixel", "size"),
    *("add", "remove", "more", "fewer", "units"),
    *("positive", "negative", "thicker", "value"),
    *("hint", "blank", "input_blank", "scaled", "rest", "bias", "pick"),
    *("shape", "parameters", "dropout", "edge", "edge_blank"),
    *("pictures", "pictures_note", "pictures_empty", "picture", "picture_label"),
)

_HTML = """
<section class="diagram">
  <p class="status"></p>
  <div class="scroller">
    <div class="stage">
      <div class="row heads"></div>
      <div class="rail"></div>
      <svg class="figure" role="group"></svg>
      <div class="row sizes"></div>
      <div class="row sums"></div>
    </div>
  </div>
  <ul class="legend">
    <li><svg viewBox="0 0 28 8" aria-hidden="true"><path class="positive" d="M0 4 H28"/></svg>
      <span class="is-positive"></span></li>
    <li><svg viewBox="0 0 28 8" aria-hidden="true"><path class="negative" d="M0 4 H28"/></svg>
      <span class="is-negative"></span></li>
    <li><svg viewBox="0 0 28 8" aria-hidden="true">
      <path d="M0 4 H12"/><path class="thick" d="M14 4 H28"/></svg>
      <span class="is-thicker"></span></li>
    <li><svg viewBox="0 0 28 8" aria-hidden="true">
      <circle cx="8" cy="4" r="3"/><circle class="full" cx="20" cy="4" r="3.5"/></svg>
      <span class="is-value"></span></li>
  </ul>
  <section class="panel"></section>
  <div class="seen" hidden>
    <button type="button" class="toggle" data-do="pictures" aria-pressed="false"></button>
    <p class="note" hidden></p>
    <div class="pictures" hidden></div>
  </div>
</section>
"""

_mount = assets.component("network_diagram", _HTML)


class DiagramLayer(TypedDict):
    """One column. ``shown`` are the units that are drawn, see
    ``models.network.snapshot.shown_units``.

    ``shape`` ("28 × 28 = 784") and ``parameters`` ("13 × 64 + 64 = 896", empty for the input) are
    written out; ``why`` says in a sentence why there are this many nodes.
    """

    name: str
    kind: Literal["input", "hidden", "output"]
    units: int
    activation: str
    shown: list[int]
    shape: str
    parameters: str
    why: str
    dropout: float


class DiagramEvent(TypedDict):
    """What a person did to the drawing; ``count`` tells two equal deeds apart.

    "units" gives the hidden ``layer`` (from 0) other ``units``, "add" puts a new one ``at`` this
    place, "remove" takes ``layer`` out; "pick" names a weight: of Dense ``layer`` (from 0), from
    ``input`` (-1: the bias) to ``unit``.
    """

    do: Literal["units", "add", "remove", "pick"]
    count: int
    layer: NotRequired[int]
    at: NotRequired[int]
    units: NotRequired[int]
    input: NotRequired[int]
    unit: NotRequired[int]


def network_diagram(
    layers: Sequence[DiagramLayer],
    run: LiveRun | None,
    snapshot: dict[str, Any] | None,
    labels: dict[str, str],
    *,
    fits_run: bool,
    can_edit: bool,
    unit_names: Mapping[int, Sequence[str]] | None,
    pixels: tuple[int, int] | None,
    picked: tuple[int, int, int] | None,
    key: str,
) -> DiagramEvent | None:
    """Draw the columns of a network, the input first; return what was just done to them.

    The weights are those of ``snapshot`` (a "snapshot" event) until ``run`` sends its own; without
    ``fits_run`` the columns are no longer the run's and none are drawn. ``unit_names`` names all
    or just the shown nodes of a column; ``pixels`` is (rows, columns) of a picture as input;
    ``picked`` is the (layer, input, unit) of the weight to mark. ``labels`` holds ``LABELS``.
    """
    names = unit_names or {}
    data = {
        "layers": [
            {**layer, "names": list(names.get(column, ()))} for column, layer in enumerate(layers)
        ],
        "run": run,
        "snapshot": snapshot,
        "fits_run": fits_run,
        "can_edit": can_edit,
        "pixels": pixels,
        "picked": picked,
        "most": {
            "units": MAX_UNITS,
            "layers": MAX_HIDDEN_LAYERS,
            "shown": MOST_SHOWN,
            "first": FIRST_SHOWN,
        },
        "labels": assets.pick(labels, LABELS),
    }
    result = _mount(key=key, data=data, on_event_change=lambda: None)
    return checked(result.event, [layer["units"] for layer in layers])


def checked(said: object, units: Sequence[int]) -> DiagramEvent | None:
    """Return a deed that is possible on columns of these ``units``; the browser may say anything.

    >>> checked({"do": "remove", "layer": 0, "count": 3}, [13, 64, 1])
    {'do': 'remove', 'count': 3, 'layer': 0}
    >>> checked({"do": "remove", "layer": 1, "count": 3}, [13, 64, 1])
    """
    if not isinstance(said, Mapping):
        return None
    match said:
        case {"do": "pick", "layer": int(layer), "input": int(source), "unit": int(unit)}:
            is_possible = _is_weight(layer, source, unit, units)
            deed: DiagramEvent = {"do": "pick", "count": 0, "layer": layer, "input": source}
            return _counted({**deed, "unit": unit}, said) if is_possible else None
        case {"do": "units" | "add" | "remove"}:
            return _checked_edit(said, len(units) - 2)
    return None


def _checked_edit(said: Mapping[str, Any], hidden: int) -> DiagramEvent | None:
    match said:
        case {"do": "units", "layer": int(layer), "units": int(wanted)}:
            if 0 <= layer < hidden and 1 <= wanted <= MAX_UNITS:
                return _counted({"do": "units", "count": 0, "layer": layer, "units": wanted}, said)
        case {"do": "add", "at": int(at)}:
            if 0 <= at <= hidden < MAX_HIDDEN_LAYERS:
                return _counted({"do": "add", "count": 0, "at": at}, said)
        case {"do": "remove", "layer": int(layer)}:
            if 0 <= layer < hidden:
                return _counted({"do": "remove", "count": 0, "layer": layer}, said)
    return None


def _counted(deed: DiagramEvent, said: Mapping[str, Any]) -> DiagramEvent:
    count = said.get("count")
    return {**deed, "count": count if isinstance(count, int) else 0}


def _is_weight(layer: int, source: int, unit: int, units: Sequence[int]) -> bool:
    return (
        0 <= layer < len(units) - 1 and -1 <= source < units[layer] and 0 <= unit < units[layer + 1]
    )
