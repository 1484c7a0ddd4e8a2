"""What the runs of a lesson came to, side by side: a table, their curves, and who is ahead."""

from html import escape

import streamlit as st

from app.lessons import lesson_runs
from app.lessons.lesson_result import figure_title, spread, words
from app.session.i18n import say, t
from app.session.markdown import plain
from app.widgets.chart.curve_overlay import Curves, curve_overlay
from app.wording import run_words
from models.lessons.figures import TIE, WINNER, tested_figures
from models.lessons.lesson import Lesson
from models.tasks import built_in


def lesson_comparison(lesson: Lesson, figures: tuple[str, ...]) -> None:
    """Draw the figures of every run, with the range of its seeds, and the curves of all."""
    st.html(_table(lesson, figures))
    _winner(lesson)
    curves(lesson)


def curves(lesson: Lesson) -> None:
    """Draw the validation losses of all runs of the lesson, as far as there are any."""
    found = [
        Curves(
            say(run.title),
            tuple(
                tuple(epoch.val_loss for epoch in run_words.outline(each).epochs)
                for each in lesson_runs.runs_of(lesson, run.name)
                if each is not None
            ),
        )
        for run in lesson.trained
    ]
    label = t("lesson.curves_label", runs=", ".join(run.name for run in found))
    figure = curve_overlay(found, t("lesson.curves"), t("live.axis_epoch"), label)
    if figure:
        st.html(figure)


def _winner(lesson: Lesson) -> None:
    """Say which run wins, if the seeds allow it."""
    best = lesson_runs.best_run(lesson)
    if best is None or len(lesson.trained) < 2:
        return
    name = "tie" if best == TIE else "single" if lesson.seeds == 1 else "wins"
    run = plain(words(lesson, WINNER, best))
    st.markdown(t(f"lesson.verdict_{name}", run=run, seeds=lesson.seeds, ranges=_ranges(lesson)))


def _ranges(lesson: Lesson) -> str:
    """Return the test figures of every run, from its lowest seed to its highest."""
    task = built_in(lesson.task)
    figure = "test_accuracy" if task.head.is_classifier else "test_mse"
    told = []
    for run in lesson.trained:
        runs = [each for each in lesson_runs.runs_of(lesson, run.name) if each]
        values = tested_figures(task, runs)
        ends = dict.fromkeys((min(values), max(values))) if values else [None]
        told.append(f"{say(run.title)} {'–'.join(words(lesson, figure, end) for end in ends)}")
    return plain(" · ".join(told))


def _table(lesson: Lesson, figures: tuple[str, ...]) -> str:
    head = [t("lesson.column_run"), *(figure_title(lesson, name) for name in figures)]
    cells = "".join(f"<th scope=col>{escape(word)}</th>" for word in head)
    rows = "".join(_row(lesson, run.name, figures) for run in lesson.trained)
    return (
        f"<table class=fl-lesson><caption>{escape(t('lesson.table'))}</caption>"
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(lesson: Lesson, name: str, figures: tuple[str, ...]) -> str:
    found = {figure: lesson_runs.values(lesson, name, figure) for figure in figures}
    cells = [spread(lesson, figure, values) for figure, values in found.items()]
    data = "".join(f"<td translate=no>{escape(cell)}</td>" for cell in cells)
    runs = [run for run in lesson_runs.runs_of(lesson, name) if run] if lesson.seeds == 1 else []
    called = "".join(f"<small>{escape(run_words.name(run))}</small>" for run in runs)
    return f"<tr><th scope=row>{escape(say(lesson.run(name).title))}{called}</th>{data}</tr>"
