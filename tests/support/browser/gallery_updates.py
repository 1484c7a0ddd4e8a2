"""The arithmetic of updates on one page, for the browser tests and for the eye.

``streamlit run tests/support/browser/gallery_updates.py``. ``?page=formulas`` draws every formula
there is; else the strip and the probe follow an invented run, whose weight is changed by
``tests.support.update_step``. ``?run=`` says which: a word for the task ("housing" or "mnist"),
the name of an optimizer, and "slow" (two updates a second), "fast" or "over".
"""

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from itertools import product
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[3]
sys.path.insert(0, str(ROOT))

import numpy as np  # noqa: E402
import streamlit as st  # noqa: E402
from starlette.requests import Request  # noqa: E402
from starlette.responses import Response, StreamingResponse  # noqa: E402
from starlette.routing import Route  # noqa: E402

from app.server.scripts import widget_modules  # noqa: E402
from app.session.i18n import LANGUAGES, texts  # noqa: E402
from app.training.formulas import loss_formula, update_formulas  # noqa: E402
from app.training.optimizer_panel import (  # noqa: E402
    optimizer_panel,
    weight_name,
    weight_picker,
    with_index,
)
from app.widgets.page.browser_parts import number_keys  # noqa: E402
from app.widgets.updates.update_strip import update_strip  # noqa: E402
from app.widgets.updates.weight_probe import weight_probe  # noqa: E402
from models.experiment import Experiment, Layer, Optimizer  # noqa: E402
from models.inputs.summary import Summary, dense_layers  # noqa: E402
from models.network.update_rule import initial_slots  # noqa: E402
from models.tasks import built_in  # noqa: E402
from models.tasks.base import Task  # noqa: E402
from tests.support.browser.gallery_page import visit, visit_place  # noqa: E402
from tests.support.update_step import step  # noqa: E402

PICKED = (0, 5, 2)
ROWS = {"housing": 404, "mnist": 60_000, "tiny": 7_000}
BATCHES = {"housing": 64, "mnist": 128, "tiny": 5}
EPOCHS = {"housing": 80, "mnist": 5, "tiny": 2}
TASKS = {"housing": "boston", "mnist": "fashion_mnist", "tiny": "boston"}
TOLD = 300

OPTIMIZERS = {
    "sgd": Optimizer("sgd", 0.01),
    "momentum": Optimizer("sgd", 0.01, momentum=0.9),
    "nesterov": Optimizer("sgd", 0.001, momentum=0.9, nesterov=True),
    "rmsprop": Optimizer("rmsprop"),
    "rmsprop_momentum": Optimizer("rmsprop", momentum=0.5),
    "rmsprop_centered": Optimizer("rmsprop", 2.5e-5, centered=True),
    "rmsprop_all": Optimizer("rmsprop", momentum=0.5, centered=True),
    "adam": Optimizer("adam"),
    "amsgrad": Optimizer("adam", 0.002, beta_1=0.5, amsgrad=True),
    "adamw": Optimizer("adamw", 0.01),
    "adamw_amsgrad": Optimizer("adamw", 0.01, weight_decay=0.1, amsgrad=True),
    "adagrad": Optimizer("adagrad", 0.01),
    "clipped": Optimizer("adam", clipnorm=1.0),
}

# The server's half ---------------------------------------------------------------------------


def weight_rows(optimizer: Optimizer, updates: int = TOLD) -> list[dict[str, Any]]:
    """Return what a run would tell of one weight: gradients that swing and fade."""
    noise = np.random.default_rng(4)
    weight, slots, rows = 0.1234, initial_slots(optimizer), []
    for update in range(1, updates + 1):
        gradient = 0.0 if update % 100 >= 40 else float(noise.normal(0.4, 1) / update**0.5)
        made = step(optimizer, optimizer.learning_rate, update, weight, gradient, slots)
        after = float(np.float32(np.float32(weight) + np.float32(made.change)))
        row = {"update": update, "rate": optimizer.learning_rate, "before": weight}
        row |= {"gradient": gradient, "slots": list(made.slots_after), "figures": made.figures}
        rows.append({**row, "after": after})
        weight, slots = after, made.slots_after
    return rows


def played(run: str) -> Iterator[tuple[dict[str, Any], float]]:
    """Return the events of an invented run and how many seconds to wait after each."""
    kind, name, tempo = (*run.split("-"), "slow")[:3]
    per = -(-ROWS[kind] // BATCHES[kind])
    started = {"kind": "started", "parameters": 5121, "rows": ROWS[kind], "update": 0, "epoch": 0}
    yield {**started, "updates_per_epoch": per, "epochs": EPOCHS[kind], "metric": "mae"}, 0
    rows, wait = weight_rows(OPTIMIZERS[name]), {"slow": 0.5, "fast": 0.02, "over": 0}[tempo]
    for row in rows:
        update = row["update"]
        last = update % per == 0
        if tempo == "slow":
            batch = (update - 1) % per + 1
            yield step_event(kind, update, batch, BATCHES[kind]), 0
        if tempo != "over":
            place = dict(zip(("layer", "input", "unit"), PICKED, strict=True))
            yield {"kind": "weight", **place, "rows": [row]}, 0
        yield {"kind": "batches", "points": [[update, 500 / update, 15.0]]}, wait
        if last:
            figures = {"loss": 20.0, "metric": 3.0, "val_loss": 22.0, "val_metric": 3.2}
            epoch = {"kind": "epoch", "epoch": update // per, "seconds": 0.1, "best_epoch": 1}
            yield {**epoch, **figures}, 0
    end = {"kind": "end", "state": "stopped", "error": None, "seconds": 2.0}
    yield end if tempo == "over" else {"kind": "paused", "update": TOLD}, 3600


def step_event(kind: str, update: int, batch: int, rows: int) -> dict[str, Any]:
    norm = {"gradient_norm": 3.218 / update, "largest_gradient": 0.8412 / update}
    common = {"kind": "step", "update": update, "batch": batch, "rows": rows, "metric": 3.0}
    if TASKS[kind] == "boston":
        prices = [(21.6, 18.24), (34.7, 30.1 + 1 / update), (15.0, -2.7)]
        told = [{"target": y, "answer": [p], "loss": (y - p) ** 2} for y, p in prices]
        return {**common, **norm, "loss": 124.618 / update, "penalty": 0.0123, "examples": told}
    told = [{"target": t, "answer": a, "loss": -np.log(a[t])} for t, a in SHARES]
    return {**common, **norm, "loss": 0.7134, "penalty": 0.0, "examples": told}


SHARES = [
    (4, [0.01, 0.01, 0.2, 0.01, 0.55, 0.01, 0.18, 0.01, 0.01, 0.01]),
    (6, [0.3, 0.01, 0.2, 0.01, 0.25, 0.01, 0.19, 0.01, 0.01, 0.01]),
    (0, [0.91, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01, 0.01]),
]


async def events(request: Request) -> Response:
    headers = {"Cache-Control": "no-store", "X-Accel-Buffering": "no"}
    run, after = request.path_params["run"], int(request.query_params.get("after", 0))
    return StreamingResponse(_stream(run, after), media_type="text/event-stream", headers=headers)


async def _stream(run: str, after: int) -> AsyncIterator[str]:
    number = 0
    for event, wait in played(run):
        unnumbered = event["kind"] in ("weight", "step")
        number += not unnumbered
        if number > after:
            yield f"{'' if unnumbered else f'id: {number}'}\ndata: {json.dumps(event)}\n\n"
            await asyncio.sleep(wait)


# The page's half -----------------------------------------------------------------------------


def labels(prefix: str) -> dict[str, str]:
    found = texts(st.query_params.get("lang", "ko"))
    return {
        key.removeprefix(f"{prefix}."): text
        for key, text in found.items()
        if key.startswith(f"{prefix}.")
    }


def experiments() -> Iterator[tuple[Task, Experiment]]:
    """Every optimizer and switch, every loss, with and without a penalty."""
    tasks = [built_in(name) for name in ("boston", "mnist", "reviews")]
    for task, l2 in product(tasks, (0.0, 1e-5)):
        yield task, task.default.changed(l2=l2)
    for optimizer in OPTIMIZERS.values():
        yield tasks[0], tasks[0].default.changed(optimizer=optimizer)


def show_formulas() -> None:
    columns = st.columns(3)
    for number, (task, experiment) in enumerate(experiments()):
        formulas = update_formulas(experiment.optimizer)
        with columns[number % 3]:
            st.latex(formulas.keras)
            if formulas.lecture:
                st.latex(rf"\small {formulas.lecture}")
            st.latex(loss_formula(task.head, experiment))
    st.text("all formulas drawn")


def show_run() -> None:
    run = st.query_params.get("run", "")
    kind, name, tempo = (*(run or "housing-adam").split("-"), "slow")[:3]
    task = built_in(TASKS[kind])
    experiment = Experiment(
        task.name, (Layer(64), Layer(64)), OPTIMIZERS[name], EPOCHS[kind], BATCHES[kind]
    )
    rows = ROWS[kind]
    layers = dense_layers(task, experiment)
    cut = (experiment.batch_size, experiment.epochs)
    summary = Summary(task.input_shape, layers, rows, 0, 100, *cut)
    live = {"run": run, "url": f"/api/played/{run}/events", "live": tempo != "over", "events": 0}
    picked = st.session_state.setdefault("weight", PICKED)

    def take(place: int, index: int) -> None:
        st.session_state["weight"] = with_index(summary, st.session_state["weight"], place, index)

    if st.button("pick elsewhere", key=f"elsewhere.{visit()}"):
        st.session_state["weight"] = picked = (1, -1, 1)
    weight_picker(summary, picked, f"pick.{visit()}", take)
    number_keys()
    st.text(f"picked: {json.dumps(picked)}")
    update_strip(
        rows=rows,
        batch_size=summary.batch_size,
        updates_per_epoch=summary.updates_per_epoch,
        last_batch=summary.last_batch,
        epochs=summary.epochs,
        loss="cross_entropy" if task.head.is_classifier else "mse",
        run=live if run else None,
        labels=labels("strip"),
        classes=CLASSES if task.head.is_classifier else None,
        key=f"strip.{visit()}",
    )
    weight_probe(
        run=live if run else None,
        optimizer=experiment.optimizer.to_dict(),
        picked=picked,
        name=weight_name(task, summary, picked, ("CRIM", "ZN", "INDUS", "CHAS", "NOX", "RM")),
        labels=labels("probe"),
        key=f"probe.{visit()}",
    )
    optimizer_panel(experiment, task)


CLASSES = ("티셔츠/상의", "바지", "스웨터", "원피스", "코트", "샌들", "셔츠", "운동화", "가방")


def draw() -> None:
    st.set_page_config(page_title="updates", layout="wide")
    place = visit_place()
    st.session_state["lang"] = st.query_params.get("lang", "ko")
    assert st.session_state["lang"] in LANGUAGES
    with place:
        if st.query_params.get("page") == "formulas":
            show_formulas()
            return
        with st.container(width=int(st.query_params.get("width", "480"))):
            show_run()


if __name__ == "__main__":
    draw()
else:
    app = st.App(
        __file__, routes=[Route("/api/played/{run}/events", events), widget_modules.route()]
    )
