"""The network in the middle of the Train page: drawn, counted, and updated, with its numbers."""

from typing import Any

import streamlit as st

from app.session import state
from app.session.i18n import group, say, t
from app.session.markdown import plain
from app.session.networks import network_in
from app.session.services import services
from app.training import starting
from app.training.network_summary import (
    input_shape,
    network_summary,
    why_input,
    why_output,
)
from app.widgets.diagram.network_diagram import DiagramEvent, DiagramLayer, network_diagram
from app.widgets.shared.live_run import LiveRun, live_run
from app.widgets.updates.update_strip import update_strip
from app.wording import data_words
from data.dataset import Dataset
from data.language import UserError
from models.events import to_json
from models.experiment import Experiment, Layer
from models.inputs.kinds import input_of
from models.inputs.summary import Summary
from models.network.snapshot import shown_columns, snapshot_in
from models.runs.store import Run
from models.tasks.base import Task


def network_panel(
    task: Task,
    experiment: Experiment,
    dataset: Dataset,
    summary: Summary,
    run: Run | None,
    *,
    is_counted: bool = True,
) -> None:
    """Draw the network that the form describes; ``run`` moves it while it is that very network.

    Without ``is_counted`` neither parameters nor updates are: a learner shall count them first.
    """
    fits = run is not None and same_network(run.experiment, experiment)
    followed = live_run(run) if run and fits else None
    if run and fits:
        starting.keep_watch(run)
    with st.container(key="drawn"):
        deed = network_diagram(
            _columns(task, dataset, summary, is_counted),
            followed,
            _snapshot(run) if run and fits else None,
            group("diagram", inputs=summary.layers[0].inputs),
            fits_run=run is None or fits,
            can_edit=run is None or run.is_over or not fits,
            unit_names=_unit_names(task, dataset, summary),
            pixels=input_of(task).grid(task),
            picked=starting.picked(task, experiment),
            key=f"diagram-{task.name}",
        )
        if is_counted:
            _updates(task, dataset, summary, followed)
    if deed:
        _carry_out(deed, experiment, run if fits else None)
    if is_counted:
        network_summary(summary)
    if dataset.warning:
        st.caption(plain(say(dataset.warning)))


def same_network(ours: Experiment, theirs: Experiment) -> bool:
    """Say whether two experiments have the same inputs, layers and activations."""
    layers = [[(layer.units, layer.activation) for layer in each.layers] for each in (ours, theirs)]
    inputs = [(each.task, each.data, each.reading) for each in (ours, theirs)]
    return layers[0] == layers[1] and inputs[0] == inputs[1]


def _columns(
    task: Task, dataset: Dataset, summary: Summary, is_counted: bool
) -> list[DiagramLayer]:
    inputs, last = summary.layers[0].inputs, len(summary.layers)
    shown = shown_columns(task, inputs, [layer.units for layer in summary.layers])
    columns: list[DiagramLayer] = [
        {
            "name": t("network.input"),
            "kind": "input",
            "units": inputs,
            "activation": "",
            "shown": shown[0],
            "shape": input_shape(summary),
            "parameters": "",
            "why": why_input(task, dataset, summary),
            "dropout": 0.0,
        }
    ]
    for number, layer in enumerate(summary.layers, 1):
        is_output = number == last
        columns.append(
            {
                "name": t("network.output") if is_output else t("network.hidden", number=number),
                "kind": "output" if is_output else "hidden",
                "units": layer.units,
                "activation": layer.activation,
                "shown": shown[number],
                "shape": f"{layer.units:,}",
                "parameters": layer.arithmetic if is_counted else "",
                "why": why_output(task, dataset) if is_output else t("network.why_hidden"),
                "dropout": layer.dropout,
            }
        )
    return columns


def _snapshot(run: Run) -> dict[str, Any] | None:
    """Return the picture of a run that sends none, from the weights that it has written."""
    folder = services().store.folder(run.id)
    try:
        found = snapshot_in(folder, network_in(folder), run.updates)
    except UserError:
        return None
    return to_json(found) if found else None


def _unit_names(task: Task, dataset: Dataset, summary: Summary) -> dict[int, list[str]]:
    """Return the names that the data gives to the first and the last column."""
    names = {}
    if inputs := input_of(task).names(dataset):
        names[0] = list(inputs)
    if dataset.classes:
        names[len(summary.layers)] = [say(name) for name in dataset.classes]
    return names


def _carry_out(deed: DiagramEvent, experiment: Experiment, run: Run | None) -> None:
    """Do to the experiment what was done to its drawing, and draw the page anew."""
    if deed["do"] == "pick":
        starting.pick(experiment, (deed["layer"], deed["input"], deed["unit"]), run)
    else:
        state.replace_draft(experiment.changed(layers=_edited(deed, experiment.layers)))
    st.rerun()


def _edited(deed: DiagramEvent, layers: tuple[Layer, ...]) -> tuple[Layer, ...]:
    if deed["do"] == "add":
        at = deed["at"]
        model = layers[max(at - 1, 0)] if layers else Layer(64)
        return (*layers[:at], model, *layers[at:])
    at = deed["layer"]
    if deed["do"] == "remove":
        return (*layers[:at], *layers[at + 1 :])
    changed = Layer(deed["units"], layers[at].activation, layers[at].dropout)
    return (*layers[:at], changed, *layers[at + 1 :])


def _updates(task: Task, dataset: Dataset, summary: Summary, run: LiveRun | None) -> None:
    update_strip(
        rows=summary.rows,
        batch_size=summary.batch_size,
        updates_per_epoch=summary.updates_per_epoch,
        last_batch=summary.last_batch,
        epochs=summary.epochs,
        loss="cross_entropy" if task.head.is_classifier else "mse",
        run=run,
        labels=group("strip", unit=data_words.words_of(dataset)["unit"]),
        classes=[say(name) for name in dataset.classes] or None,
        key=f"strip-{task.name}",
    )
