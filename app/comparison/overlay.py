"""The chosen runs side by side: their curves in one figure, their figures, and what differs."""

from collections.abc import Sequence

import streamlit as st

from app.comparison import words
from app.comparison.all_runs import FIGURES, figures
from app.data_page.html_table import html_table
from app.form.choice import choice
from app.session import state
from app.session.i18n import group, t
from app.session.services import task_of
from app.session.shared_runs import is_own
from app.widgets.chart.run_lines import run_lines
from app.widgets.shared.live_run import LiveRun, live_run, told_run
from app.wording import data_words, run_words, setting_words
from models.comparison.fairness import bounds
from models.comparison.settings import SEED, Columns, columns, repeats, settings
from models.comparison.spread import spread
from models.runs.run import Run

UNITS = ("epoch", "update", "second")
HEIGHT = 640


def overlay(runs: Sequence[Run]) -> None:
    """Draw the curves of two to eight runs, and the tables below them."""
    found = columns([run.experiment for run in runs])
    limits = bounds([run.experiment for run in runs])
    st.markdown(t(f"compare.bounds_{limits}"))
    with st.container(horizontal=True, vertical_alignment="bottom", key="compare-choices"):
        unit = _unit()
        groups = _groups(runs)
    names = _legend_names(found, groups)
    _curves(groups, names, unit)
    _figures(groups, names)
    _differences(runs, found)


def _groups(runs: Sequence[Run]) -> list[list[Run]]:
    """Return the runs line by line: those that differ in their seeds alone are one."""
    places = repeats([run.experiment for run in runs])
    if _splits_seeds(places):
        return [[run] for run in runs]
    return [[runs[place] for place in group] for group in places]


def _splits_seeds(places: list[list[int]]) -> bool:
    """Return whether every run is a line of its own though some repeat each other."""
    if all(len(group) == 1 for group in places):
        return False
    kept = state.Kept("compare-seeds", "band")
    labels = {each: t(f"compare.seeds_{each}") for each in ("band", "each")}
    choice(
        st.segmented_control,
        t("compare.seeds_drawn"),
        labels,
        kept.get(),
        "compare-seeds",
        kept.set,
        required=True,
    )
    return kept.get() == "each"


def _legend_names(found: Columns, groups: Sequence[Sequence[Run]]) -> list[str]:
    """Return the settings that tell the lines apart: not the seed where a line has several."""
    single = all(len(group) == 1 for group in groups)
    return [name for name in found.differing if single or name != SEED]


def _unit() -> str:
    """Return by what the curves are drawn: "epoch", "update" or "second"."""
    kept = state.Kept("compare-unit", "epoch")
    labels = {unit: t(f"compare.by_{unit}") for unit in UNITS}
    choice(
        st.segmented_control,
        t("compare.by"),
        labels,
        kept.get(),
        "compare-unit",
        kept.set,
        required=True,
    )
    return kept.get()


def _curves(groups: Sequence[Sequence[Run]], names: Sequence[str], unit: str) -> None:
    if unit == "second":
        st.caption(t("compare.seconds_note"))
    tasks = [task_of(group[0]) for group in groups]
    metrics = {task.head.metric_name for task in tasks}
    run_lines(
        [
            {"label": words.label(number, group, names), "runs": list(map(_followed, group))}
            for number, group in enumerate(groups, 1)
        ],
        group_labels(groups[0][0]),
        metrics.pop() if len(metrics) == 1 else "",
        unit,
        HEIGHT,
        "compare-lines",
    )


def _followed(run: Run) -> LiveRun:
    """Return what the browser draws a run by: the events of a shared one it cannot ask for."""
    return live_run(run) if is_own(run) else told_run(run)


def group_labels(run: Run) -> dict[str, str]:
    """Return the words of the figure, with those of the data that a run works on."""
    return group("live", **data_words.words(task_of(run), run.experiment))


def _figures(groups: Sequence[Sequence[Run]], names: Sequence[str]) -> None:
    """Draw what the lines have come to: a run's figures, or those of its seeds from low to high."""
    heads = [t("compare.column_line"), *(t(f"compare.column_{name}") for name in FIGURES)]
    rows = [
        [words.label(number, runs, names), *_reached(runs)] for number, runs in enumerate(groups, 1)
    ]
    st.markdown(f"#### {t('compare.figures')}")
    st.html(html_table(heads, rows, t("compare.figures")))


def _reached(runs: Sequence[Run]) -> list[str]:
    if len(runs) == 1:
        return [cell["text"] for cell in figures(runs[0])]
    task = task_of(runs[0])
    name = task.head.metric_name
    tested = [run.test or {} for run in runs]
    return [
        _range([run.val_loss for run in runs], words.loss),
        _range([run.val_metric for run in runs], lambda value: words.metric(task, value)),
        _range([test.get("loss") for test in tested], words.loss),
        _range([test.get(name) for test in tested], lambda value: words.metric(task, value)),
        _range([float(run.epoch) for run in runs], lambda value: f"{value:.3g}"),
        _range([run_words.seconds(run) for run in runs], lambda value: f"{value:.1f}"),
    ]


def _range(values: Sequence[float | None], writes: words.Writes) -> str:
    found = spread(values)
    if found is None:
        return setting_words.NONE
    ends = list(dict.fromkeys((writes(found.low), writes(found.high))))
    if len(ends) == 1:
        return ends[0]
    return t("compare.spread", mean=writes(found.mean), ends="–".join(ends), count=found.count)


def _differences(runs: Sequence[Run], found: Columns) -> None:
    """Draw the settings that differ, a row each; the columns are the runs."""
    st.markdown(f"#### {t('compare.differences')}")
    if not found.differing:
        st.caption(t("compare.no_difference"))
        return
    values = [settings(run.experiment) for run in runs]
    heads = [t("compare.column_setting"), *map(run_words.name, runs)]
    rows = [
        [
            setting_words.setting_name(name),
            *(
                setting_words.setting(name, value[name], run)
                for run, value in zip(runs, values, strict=True)
            ),
        ]
        for name in found.differing
    ]
    st.html(html_table(heads, rows, t("compare.differences")))
