"""What starts a race: the lecture's in one click, or variants of the settings on Train."""

import streamlit as st

from app.form.choice import choice
from app.form.control import control
from app.race.races import listed_races, shown, start_race, variant_names
from app.session import state
from app.session.i18n import t
from app.wording import run_words
from models.experiment import LEARNING_RATES, OPTIMIZER_PARAMETERS, Experiment
from models.race.variants import KINDS, MOST, optimizer_race, varied, written
from models.tasks.base import Task

_VALUES = {
    "optimizer": tuple(OPTIMIZER_PARAMETERS),
    "learning_rate": tuple(f"{rate:g}" for rate in LEARNING_RATES),
    "batch_size": tuple(str(2**power) for power in range(3, 11)),
    "seed": tuple(map(str, range(10))),
    "layers": ("0", "16", "64", "256", "64-64", "128-64", "64-64-64"),
}


def race_form(task: Task) -> None:
    """Draw the buttons that start a race, and the choice among earlier ones."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="race-start"):
        st.button(
            t("race.optimizers"),
            key="race-optimizers",
            type="primary",
            icon=":material/play_arrow:",
            help=t("race.optimizers_help"),
            on_click=lambda: start_race(task, optimizer_race(task)),
        )
        with st.popover(t("race.own"), key="race-own"):
            _own_variants(task)
        _earlier(task)


def _own_variants(task: Task) -> None:
    base = state.draft(task)
    kept = state.Kept(f"race-kind-{task.name}", KINDS[0])
    st.caption(t("race.own_note"))
    choice(
        st.segmented_control,
        t("race.differ"),
        {kind: t(f"race.kind_{kind}") for kind in KINDS},
        kept.get(),
        f"race-kind-{task.name}",
        kept.set,
        required=True,
    )
    kind = kept.get()
    variants = _variants(task, base, kind)
    st.button(
        t("race.start", count=len(variants)),
        key="race-own-start",
        type="primary",
        disabled=not 2 <= len(variants) <= MOST,
        on_click=lambda: start_race(task, variants),
    )


def _variants(task: Task, base: Experiment, kind: str) -> tuple[Experiment, ...]:
    """Draw the values that the variants have; return the variants."""
    own = written(base, kind)
    values = tuple(dict.fromkeys((own, *_VALUES[kind])))
    kept: state.Kept[tuple[str, ...]] = state.Kept(f"race-values-{task.name}-{kind}", values[:3])
    known = [value for value in kept.get() if value in values]

    def take(found: list[str]) -> None:
        kept.set(tuple(found))

    st.pills(
        t("race.values", most=MOST),
        values,
        selection_mode="multi",
        **control(f"race-values-{task.name}-{kind}", known, take, values),
    )
    return tuple(varied(base, kind, value) for value in kept.get() if value in values)


def _earlier(task: Task) -> None:
    """Draw the choice among this owner's races of the task, where there are several."""
    kept = shown(task)
    labels = {}
    for race_id, runs in listed_races(task, kept.get()).items():
        names = ", ".join(variant_names([run.experiment for run in runs]))
        seed = t("race.seed", seed=runs[0].experiment.seed)
        labels[race_id] = " · ".join([names, seed, run_words.created(runs[0])])
    if labels and kept.get() not in labels:
        kept.set(next(iter(labels)))
    if len(labels) > 1:
        now = kept.get() or ""
        choice(st.selectbox, t("race.earlier"), labels, now, "race-choice", kept.set, width=520)
