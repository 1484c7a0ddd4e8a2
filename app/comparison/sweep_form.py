"""What a sweep shall try, and what it will cost before it is started."""

import math
from typing import Any

import streamlit as st

from app.form.choice import choice
from app.form.task_choice import task_choice
from app.session import failures, state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.services import services
from data.language import UserError
from models.experiment import ACTIVATIONS, LEARNING_RATES, OPTIMIZER_PARAMETERS, Experiment
from models.sweeps.cost import measured, seconds_of
from models.sweeps.plan import MOST_AXES, MOST_SEEDS, MOST_VALUES, Axis, Choice, Plan, Value
from models.sweeps.rules import Rule
from models.tasks.base import Task

_POWERS = tuple(2**power for power in range(2, 10))
CANDIDATES: dict[str, tuple[Value, ...]] = {
    "optimizer": tuple(OPTIMIZER_PARAMETERS),
    "learning_rate": LEARNING_RATES,
    "batch_size": _POWERS,
    "units": _POWERS,
    "depth": (0, 1, 2, 3, 4),
    "activation": ACTIVATIONS,
    "dropout": (0.0, 0.1, 0.2, 0.3, 0.5),
    "l2": (0.0, 1e-5, 1e-4, 1e-3, 1e-2),
}
"""The values that a setting offers, in the order in which the settings are offered."""
FIRST: dict[str, tuple[Value, ...]] = {
    "optimizer": ("sgd", "rmsprop", "adam"),
    "learning_rate": (0.0001, 0.001, 0.01),
    "batch_size": (32, 64, 128),
    "units": (16, 64, 256),
    "depth": (0, 1, 2),
    "activation": ("relu", "tanh", "sigmoid"),
    "dropout": (0.0, 0.2, 0.5),
    "l2": (0.0, 1e-4, 1e-2),
}
"""Those that are chosen at first."""
_NONE = "none"
_AT_FIRST = ("learning_rate", "batch_size", _NONE)
_RUNS_LOOKED_AT = 20


def sweep_form(*, is_busy: bool) -> None:
    """Draw the form; the button is dead while ``is_busy`` or while the plan cannot be."""
    with st.expander(t("sweep.new"), expanded=not is_busy, key="sweep-form"):
        task = task_choice()
        base = state.draft(task)
        st.caption(t("sweep.base", epochs=base.epochs, task=plain(say(task.title))))
        axes = _axes()
        with st.container(horizontal=True, vertical_alignment="bottom"):
            how = _pick("choice", Choice.GRID, tuple(Choice))
            points = int(_pick("points", "8", ("4", "8", "12", "16", "24"))) if how != "grid" else 8
            seeds = int(_pick("seeds", "1", tuple(map(str, range(1, MOST_SEEDS + 1)))))
            rule = _pick("rule", Rule.NONE, tuple(Rule))
        st.caption(t(f"sweep.rule_{rule}_help"))
        plan = _cost(task, base, axes, (Choice(how), points, seeds, Rule(rule)))
        st.button(
            t("sweep.start"),
            type="primary",
            key="sweep-start",
            disabled=plan is None or is_busy,
            on_click=_start,
            args=(plan,),
        )


def _pick(name: str, first: str, options: tuple[str, ...]) -> str:
    kept = state.Kept(f"sweep-{name}", str(first))
    labels = {str(each): _option(name, str(each)) for each in options}
    choice(st.selectbox, t(f"sweep.{name}"), labels, kept.get(), f"sweep-{name}", kept.set)
    return kept.get()


def _option(name: str, option: str) -> str:
    return t(f"sweep.{name}_{option}") if name in ("choice", "rule") else option


def _axes() -> list[tuple[str, tuple[Value, ...]]]:
    """Draw the settings, three at most; return each with the values that are chosen of it."""
    found: dict[str, tuple[Value, ...]] = {}
    for place, column in enumerate(st.columns(MOST_AXES)):
        with column:
            kept = state.Kept(f"sweep-axis-{place}", _AT_FIRST[place])
            names = ([] if place == 0 else [_NONE]) + list(CANDIDATES)
            labels = {name: t(f"sweep.axis_{name}") for name in names}
            title = t("sweep.axis", number=place + 1)
            choice(st.selectbox, title, labels, kept.get(), f"sweep-axis-{place}", kept.set)
            name = kept.get()
            if name != _NONE:
                found.setdefault(name, _values(place, name))
    return list(found.items())


def _values(place: int, name: str) -> tuple[Value, ...]:
    offered = {
        f"{value:g}" if isinstance(value, float) else str(value): value
        for value in CANDIDATES[name]
    }
    first = [text for text, value in offered.items() if value in FIRST[name]]
    chosen: list[Any] = st.multiselect(
        t("sweep.values"),
        list(offered),
        first,
        max_selections=MOST_VALUES,
        key=f"sweep-values-{place}-{name}",
    )
    return tuple(value for text, value in offered.items() if text in chosen)


def _cost(
    task: Task,
    base: Experiment,
    axes: list[tuple[str, tuple[Value, ...]]],
    rest: tuple[Choice, int, int, Rule],
) -> Plan | None:
    """Say what the plan costs, or why it cannot be; returns it if it can."""
    try:
        plan = Plan(base, tuple(Axis(*axis) for axis in axes), *rest)
        earlier = services().store.runs(state.owner(), task.name, limit=_RUNS_LOOKED_AT)
        seconds = seconds_of(plan, task, measured(earlier))
    except UserError as error:
        failures.tell(error.text)
        return None
    quotas, status = services().scheduler.quotas, services().store.room.status(state.owner())
    running, waiting = quotas.running_per_owner, quotas.waiting_per_owner
    st.markdown(
        t("sweep.cost", runs=plan.runs, time=_lasting(seconds), running=running, waiting=waiting)
    )
    if plan.rule is not Rule.NONE:
        st.caption(t("sweep.cost_rule"))
    if (going := status.runs + plan.runs - status.limit) > 0:
        st.warning(t("sweep.going", have=status.runs, limit=status.limit, going=going))
    return plan


def _lasting(seconds: float) -> str:
    if seconds < 90:
        return t("sweep.seconds", count=max(1, math.ceil(seconds)))
    return t("sweep.minutes", count=math.ceil(seconds / 60))


def _start(plan: Plan) -> None:
    try:
        sweep = services().sweeps.start(state.owner(), plan)
    except UserError as error:
        state.refuse(error.text)
        return
    state.Kept("sweep", "").set(sweep.id)
