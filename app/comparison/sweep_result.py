"""What a sweep has come to: a heat map of two settings, or lines through three of them."""

from collections.abc import Sequence
from html import escape

import streamlit as st

from app.comparison import words
from app.session import state
from app.session.i18n import t
from app.session.services import services
from app.widgets.figure.figure import Axes, Dot, Line, figure
from app.wording import setting_words
from models.comparison.spread import Spread, spread
from models.sweeps.plan import Axis, Value
from models.sweeps.sweep import Cell, Sweep, cells
from models.tasks.base import Task


def sweep_result(sweep: Sweep) -> None:
    """Draw mean and spread over the seeds of every combination, and lead to the runs."""
    task = services().store.catalogue.task(sweep.plan.base.task, sweep.owner)
    found = cells(sweep)
    st.caption(t("sweep.figures_note", metric=t(f"live.title_{task.head.metric_name}")))
    if len(sweep.plan.axes) == 3:
        _lines(sweep, task, found)
    else:
        st.html(_heat_map(sweep, task, found))
    _best(sweep, task, found)


def shades(means: Sequence[float], *, higher: bool) -> list[float]:
    """Return how good each mean is among all: 1 for the best, 0 for the worst."""
    low, high = min(means), max(means)
    length = high - low or 1.0
    shares = [(mean - low) / length for mean in means]
    return shares if higher else [1 - share for share in shares]


def _heat_map(sweep: Sweep, task: Task, found: Sequence[Cell]) -> str:
    """Return a table: the first setting downwards, the second, if there is one, across."""
    axes = sweep.plan.axes
    down, across = axes[0], axes[1] if len(axes) > 1 else None
    by_values = {cell.values: cell for cell in found}
    told = {cell.values: value for cell in found if (value := spread(cell.metrics))}
    good = dict(
        zip(
            told,
            shades([each.mean for each in told.values()], higher=task.head.is_classifier),
            strict=True,
        )
        if told
        else ()
    )
    tops = across.values if across else ("",)
    corner = axis_name(down) + (f" \\ {axis_name(across)}" if across else "")
    head = "".join(f"<th scope=col>{escape(_shown(top))}</th>" for top in tops)
    rows = ""
    for left in down.values:
        keys = [(left, top) if across else (left,) for top in tops]
        data = "".join(
            _cell(task, by_values.get(key), told.get(key), good.get(key)) for key in keys
        )
        rows += f"<tr><th scope=row>{escape(_shown(left))}</th>{data}</tr>"
    return (
        f'<div class="fl-figures" tabindex="0"><table class="fl-lesson fl-heat">'
        f"<caption>{escape(t('sweep.map'))}</caption><thead><tr><th scope=col>{escape(corner)}</th>"
        f"{head}</tr></thead><tbody>{rows}</tbody></table></div>"
    )


def _cell(task: Task, cell: Cell | None, told: Spread | None, good: float | None) -> str:
    if cell is None:
        return f"<td>{setting_words.NONE}</td>"
    early = sum(each.hopeless_at is not None for each in cell.outcomes)
    note = f"<small>{escape(t('sweep.early', count=early))}</small>" if early else ""
    shade = "" if good is None else f' style="--good: {100 * good:.0f}%"'
    return f"<td{shade}>{escape(reached(task, told))}{note}</td>"


def reached(task: Task, told: Spread | None) -> str:
    """Return the mean of a combination's seeds, with the lowest and the highest of several."""
    if told is None:
        return setting_words.NONE
    mean = words.metric(task, told.mean)
    if told.count == 1:
        return mean
    ends = "–".join((words.metric(task, told.low), words.metric(task, told.high)))
    return t("compare.spread", mean=mean, ends=ends, count=told.count)


def axis_name(axis: Axis) -> str:
    return t(f"sweep.axis_{axis.name}")


def _shown(value: Value) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)


def _lines(sweep: Sweep, task: Task, found: Sequence[Cell]) -> None:
    """Draw a line for each combination through its values to its figure; one can be picked."""
    told = [(cell, value) for cell in found if (value := spread(cell.metrics))]
    if not told:
        return
    kept = state.Kept(f"sweep-line-{sweep.id}", -1)
    good = shades([value.mean for _, value in told], higher=task.head.is_classifier)
    picked = kept.get()
    lines, dots = [], []
    for number, ((cell, value), height) in enumerate(zip(told, good, strict=True)):
        look = "other" if number == picked else "network"
        points = [*_places(sweep.plan.axes, cell), (3.0, height)]
        lines.append(Line(points, look if number == picked else f"{look} faint"))
        text = f"{_told(sweep, cell)}: {reached(task, value)}"
        dots += [Dot(x, y, look, text, number) for x, y in points]
    names = " → ".join([*map(axis_name, sweep.plan.axes), t("sweep.result")])
    axes = Axes(names, t("sweep.good"), (0.0, 3.0), (0.0, 1.0))
    figure(axes, t("sweep.lines"), lines=lines, dots=dots, height=320, on_pick=kept.set, key="fan")
    if 0 <= picked < len(told):
        cell, value = told[picked]
        st.markdown(f"{_told(sweep, cell)}: **{reached(task, value)}**")


def _places(axes: Sequence[Axis], cell: Cell) -> list[tuple[float, float]]:
    return [
        (float(number), axis.values.index(value) / (len(axis.values) - 1))
        for number, (axis, value) in enumerate(zip(axes, cell.values, strict=True))
    ]


def _told(sweep: Sweep, cell: Cell) -> str:
    pairs = zip(sweep.plan.axes, cell.values, strict=True)
    return " · ".join(f"{axis_name(axis)} {_shown(value)}" for axis, value in pairs)


def _best(sweep: Sweep, task: Task, found: Sequence[Cell]) -> None:
    """Say which combination is the best so far, and offer its runs to be compared."""
    told = [(cell, value) for cell in found if (value := spread(cell.metrics))]
    if not told:
        return
    sign = -1 if task.head.is_classifier else 1
    told.sort(key=lambda each: sign * each[1].mean)
    cell, value = told[0]
    st.markdown(t("sweep.best", values=_told(sweep, cell), figure=reached(task, value)))
    runs = [each.run for cell, _ in told[:8] for each in cell.outcomes[:1] if each.run]
    if len(runs) > 1:
        st.button(t("sweep.compare"), key="sweep-compare", on_click=_compare, args=(runs,))


def _compare(runs: list[str]) -> None:
    state.compare(runs)
    state.Kept("compare-part", "runs").set("runs")
