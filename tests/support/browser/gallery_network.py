"""The drawing of a network on a page of its own, for the browser tests and for the eye.

``streamlit run tests/support/browser/gallery_network.py``, then ``?run=housing`` (or ``wide``,
``mnist``) for a run that learns at ten snapshots a second, ``?run=housing-still`` for one that
stands still, and ``&language=en``. The networks are invented; their snapshots are made as the
worker makes them.
"""

import asyncio
import json
import math
import sys
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import streamlit as st  # noqa: E402
from scipy.ndimage import gaussian_filter  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import Response, StreamingResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402

from app.server.scripts import widget_modules  # noqa: E402
from app.session.i18n import texts  # noqa: E402
from app.widgets.chart.live_chart import LiveRun  # noqa: E402
from app.widgets.diagram.network_diagram import (  # noqa: E402
    DiagramEvent,
    DiagramLayer,
    network_diagram,
)
from data.dataset import Array  # noqa: E402
from data.tables.scaling import Scaling  # noqa: E402
from models.events import Event, Snapshot, Started, to_json  # noqa: E402
from models.experiment import Experiment, Layer, Optimizer  # noqa: E402
from models.inputs.summary import dense_layers  # noqa: E402
from models.network.snapshot import shown_columns, take_snapshot  # noqa: E402
from models.network.weights import TrainedNetwork  # noqa: E402
from models.tasks import built_in  # noqa: E402
from tests.support.browser.gallery_page import visit, visit_place  # noqa: E402

SNAPSHOTS_A_SECOND = 10
UPDATES_A_SNAPSHOT = 35
UPDATES = 10_000
VARIABLES = ("CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM", "AGE")
VARIABLES += ("DIS", "RAD", "TAX", "PTRATIO", "B", "LSTAT")


@dataclass(frozen=True)
class Kind:
    """A network of the gallery: its task, its hidden layers, the answer of its example."""

    task: str
    units: tuple[int, ...]
    target: float


NO_SCALING = Scaling((0.0,), (1.0,))
KINDS = {
    "housing": Kind("boston", (64, 64), 22.5),
    "wide": Kind("boston", (64,) * 5, 22.5),
    "mnist": Kind("mnist", (512,), 7),
}

WHY = {
    "input": "network.why_input_table",
    "hidden": "form.units_help",
    "output": "network.why_output_classes",
}

# Invented networks ---------------------------------------------------------------------------


def kind_of(run: str) -> Kind:
    return KINDS.get(run.split("-")[0], KINDS["housing"])


def experiment_of(kind: Kind, units: Sequence[int]) -> Experiment:
    layers = tuple(Layer(each, "relu") for each in units)
    return Experiment(kind.task, layers, Optimizer("sgd", 0.001), epochs=80, batch_size=64)


@cache
def beginnings(kind: Kind) -> tuple[tuple[Array, Array], ...]:
    """Return of every Dense layer the weights at the start, and what learning adds to them."""
    noise = np.random.default_rng(0)
    pairs = []
    for layer in dense_layers(built_in(kind.task), experiment_of(kind, kind.units)):
        size, width = (layer.inputs, layer.units), math.sqrt(2 / layer.inputs)
        start = noise.normal(0, width, size).astype(np.float32)
        learned = noise.normal(0, width, size).astype(np.float32)
        if layer.inputs == 784:
            blurred = gaussian_filter(learned.T.reshape(-1, 28, 28), (0, 3, 3))
            learned = (blurred * 8).reshape(-1, 784).T
        pairs.append((start, learned))
    return tuple(pairs)


def snapshot_at(run: str, update: int) -> Snapshot:
    """Return the snapshot that a run of this name sends after this update."""
    kind = kind_of(run)
    share = 1 - math.exp(-update / 600)
    layers = beginnings(kind)
    kernels = tuple((1 - 0.9 * share) * start + share * learned for start, learned in layers)
    biases = tuple(0.1 * share * learned[0] + 0.02 for _, learned in layers)
    task = built_in(kind.task)
    network = TrainedNetwork(experiment_of(kind, kind.units), task, NO_SCALING, kernels, biases)
    x = np.random.default_rng(2).uniform(0, 1, len(kernels[0])).astype(np.float32)
    return take_snapshot(network, x, kind.target, update)


# The server's half ---------------------------------------------------------------------------


async def events(request: Request) -> Response:
    """Play a run as server-sent events: its start with a number, its snapshots without."""
    run = request.path_params["run"]
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    return StreamingResponse(_stream(run), media_type="text/event-stream", headers=headers)


async def _stream(run: str) -> AsyncIterator[str]:
    yield f"id: 1\n{_message(Started(5121, 404, 7, UPDATES // 7, 'mae'))}"
    for update in range(UPDATES_A_SNAPSHOT, UPDATES, UPDATES_A_SNAPSHOT):
        snapshot = await asyncio.to_thread(snapshot_at, run, update)
        yield _message(snapshot)
        if run.endswith("still") and update >= 2 * UPDATES_A_SNAPSHOT:
            await asyncio.sleep(3600)
        await asyncio.sleep(1 / SNAPSHOTS_A_SECOND)


def _message(event: Event) -> str:
    return f"data: {json.dumps(to_json(event))}\n\n"


# The page's half -----------------------------------------------------------------------------


def diagram_labels(language: str) -> dict[str, str]:
    found = texts(language).items()
    return {key.removeprefix("diagram."): text for key, text in found if key.startswith("diagram.")}


def columns(kind: Kind, units: list[int], language: str) -> list[DiagramLayer]:
    """Return the columns of a network of the kind's task with these hidden units."""
    task = built_in(kind.task)
    layers = dense_layers(task, experiment_of(kind, units))
    names = _names(language, len(units))
    shown = shown_columns(task, layers[0].inputs, [layer.units for layer in layers])
    shape = "28 × 28 = 784" if kind.task == "mnist" else str(layers[0].inputs)
    found = [_column(names[0], "input", layers[0].inputs, "", shown[0], shape, "", language)]
    for i, layer in enumerate(layers, 1):
        role = "output" if i == len(layers) else "hidden"
        size = (layer.units, layer.activation, shown[i], str(layer.units), layer.arithmetic)
        found.append(_column(names[i], role, *size, language))
    return found


def _names(language: str, hidden: int) -> list[str]:
    words = texts(language)
    middle = [words["network.hidden"].format(number=i + 1) for i in range(hidden)]
    return [words["network.input"], *middle, words["network.output"]]


def _column(
    name: str,
    kind: str,
    units: int,
    activation: str,
    shown: list[int],
    shape: str,
    parameters: str,
    language: str,
) -> DiagramLayer:
    why = texts(language)[WHY[kind]].format(inputs=units, classes=units, a_row="a district")
    column = {"name": name, "kind": kind, "units": units, "activation": activation}
    more = {"shown": shown, "shape": shape, "parameters": parameters, "why": why, "dropout": 0.0}
    return DiagramLayer(**column, **more)  # type: ignore[typeddict-item]


def take(event: DiagramEvent, units: list[int]) -> None:
    """Do to the network what was done to its drawing; refuse 13 units, as a form might."""
    state = st.session_state
    state["events"].append({name: value for name, value in event.items() if name != "count"})
    match event:
        case {"do": "units", "layer": layer, "units": wanted} if wanted != 13:
            units[layer] = wanted
        case {"do": "add", "at": at}:
            units.insert(at, units[max(0, at - 1)] if units else 64)
        case {"do": "remove", "layer": layer}:
            del units[layer]
        case {"do": "pick", "layer": layer, "input": source, "unit": unit}:
            state["picked"] = (layer, source, unit)


def draw() -> None:
    st.set_page_config(page_title="gallery", layout="wide")
    place, state, asked = visit_place(), st.session_state, st.query_params
    run, language = asked.get("run", ""), asked.get("language", "ko")
    kind = kind_of(run)
    typed = asked.get("units")
    start = [int(each) for each in typed.split(",")] if typed else list(kind.units)
    units = state.setdefault("units", start)
    state.setdefault("events", [])
    live = LiveRun(run=run, url=f"/api/played/{run}/events", live=True)
    names = {0: VARIABLES} if kind.task == "boston" else {len(units) + 1: list("0123456789")}
    with place, st.container(width=int(asked.get("width", "520"))):
        event = network_diagram(
            columns(kind, units, language),
            live if run else None,
            None,
            diagram_labels(language),
            fits_run=tuple(units) == kind.units,
            can_edit="locked" not in asked,
            unit_names=names,
            pixels=(28, 28) if kind.task == "mnist" else None,
            picked=state.get("picked"),
            key=f"diagram.{visit()}",
        )
    if event:
        take(event, units)
        st.rerun()
    with place:
        st.text(f"units: {json.dumps(units)}")
        st.text(f"events: {json.dumps(state['events'])}")


if __name__ == "__main__":
    draw()
else:
    app = st.App(
        __file__, routes=[Route("/api/played/{run}/events", events), widget_modules.route()]
    )
