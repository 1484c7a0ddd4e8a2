"""The table of all runs, with the simpler models of their data as rows between them."""

from collections.abc import Sequence

import streamlit as st

from app.comparison import words
from app.form.choice import choice
from app.session import state
from app.session.i18n import group, say, t
from app.session.services import services, task_of
from app.session.shared_runs import is_own
from app.widgets.comparison.run_table import Cell, Row, run_table
from app.wording import run_words, setting_words
from data.language import UserError
from models.comparison.settings import columns, settings
from models.events import Baseline
from models.runs.remarks import LONGEST_NOTE, LONGEST_TAG, Remark
from models.runs.run import Run

FEWEST, MOST = 2, 8
"""How many runs can be compared."""
FIGURES = ("val_loss", "val_metric", "test_loss", "test_metric", "epoch", "seconds")
_EVERY = "every"
_NONE: Cell = {"text": setting_words.NONE, "by": None}


def all_runs(runs: Sequence[Run], chosen: Sequence[str]) -> None:
    """Draw the table, from which runs are chosen, and what can be written on each of them."""
    shown = _of_task(runs)
    found = columns([run.experiment for run in shown])
    remarks = services().store.remarks.of(state.owner())
    heads = [
        *map(setting_words.setting_name, found.differing),
        *(t(f"compare.column_{name}") for name in FIGURES),
        *map(setting_words.setting_name, found.alike),
    ]
    rows = [_row(run, found.differing, found.alike, remarks.get(run.id, Remark())) for run in shown]
    run_table(
        [*rows, *_baselines(shown, found.differing, found.alike)],
        heads,
        remarks_at=len(found.differing) + len(FIGURES),
        chosen=chosen,
        most=MOST,
        lengths=(LONGEST_TAG, LONGEST_NOTE),
        labels=group("run_table"),
        on_choose=state.compare,
        on_write=_write,
        key="compare-table",
    )


def _of_task(runs: Sequence[Run]) -> list[Run]:
    """Return the runs of the task that is asked for; there is a choice where there are several."""
    kept: state.Kept[str] = state.Kept("compare-task", _EVERY)
    titles = {run.task: say(task_of(run).title) for run in runs}
    if len(titles) < 2 or kept.get() not in (_EVERY, *titles):
        kept.set(_EVERY)
    if len(titles) > 1:
        labels = {_EVERY: t("compare.every_task"), **titles}
        choice(st.selectbox, t("compare.task"), labels, kept.get(), "compare-task", kept.set)
    return [run for run in runs if kept.get() in (_EVERY, run.task)]


def _write(run_id: str, tag: str, note: str) -> None:
    try:
        services().store.remarks.write(run_id, state.owner(), tag, note)
    except UserError as error:
        state.refuse(error.text)


def _row(run: Run, differing: Sequence[str], alike: Sequence[str], remark: Remark) -> Row:
    return {
        "run": run.id,
        "name": run_words.name(run),
        "about": _about(run),
        "cells": [*_settings(run, differing), *figures(run), *_settings(run, alike)],
        "tag": remark.tag,
        "note": remark.note,
        "read_only": not is_own(run),
    }


def _about(run: Run) -> str:
    told = t(f"state.{run.state}")
    return told if is_own(run) else f"{told} · {t('compare.shared')}"


def _settings(run: Run, names: Sequence[str]) -> list[Cell]:
    values = settings(run.experiment)
    return [
        {"text": setting_words.setting(name, values[name], run), "by": _order(values[name])}
        for name in names
    ]


def _order(value: object) -> float | str | None:
    if isinstance(value, bool):
        return float(value)
    return value if isinstance(value, int | float | str) else None


def figures(run: Run) -> list[Cell]:
    """Return what a run has come to, in the order of ``FIGURES``."""
    task, test = task_of(run), run.test or {}
    seconds = run_words.seconds(run)
    tested = test.get(task.head.metric_name)
    return [
        {"text": words.loss(run.val_loss), "by": run.val_loss},
        {"text": words.metric(task, run.val_metric), "by": run.val_metric},
        {"text": words.loss(test.get("loss")), "by": test.get("loss")},
        {"text": words.metric(task, tested), "by": tested},
        {"text": str(run.epoch), "by": run.epoch},
        _NONE if seconds is None else {"text": f"{seconds:.1f}", "by": seconds},
    ]


def _baselines(runs: Sequence[Run], differing: Sequence[str], alike: Sequence[str]) -> list[Row]:
    """Return a row for each simpler model that was fitted beside one of the runs, once each."""
    found: dict[tuple[str, str, float], tuple[Run, Baseline]] = {}
    for run in runs:
        for baseline in _fitted(run):
            key = (run.task, baseline.name, round(baseline.loss, 6))
            found.setdefault(key, (run, baseline))
    return [_baseline(run, each, differing, alike) for run, each in found.values()]


def _fitted(run: Run) -> tuple[Baseline, ...]:
    try:
        return run_words.outline(run).baselines
    except UserError:  # a damaged run; the page says it where it is opened
        return ()


def _baseline(run: Run, fitted: Baseline, differing: Sequence[str], alike: Sequence[str]) -> Row:
    task = task_of(run)
    return {
        "run": "",
        "name": t(f"live.baseline_{fitted.name}"),
        "about": t("compare.baseline", task=say(task.title)),
        "cells": [
            *[_NONE] * len(differing),
            {"text": words.loss(fitted.loss), "by": fitted.loss},
            {"text": words.metric(task, fitted.metric), "by": fitted.metric},
            *[_NONE] * 3,
            {"text": f"{fitted.seconds:.3f}", "by": fitted.seconds},
            *[_NONE] * len(alike),
        ],
        "tag": "",
        "note": "",
        "read_only": True,
    }
