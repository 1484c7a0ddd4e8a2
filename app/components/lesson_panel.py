"""The lecture's notebooks as guided sequences at the top of the Train page.

One line while no lesson is under way. A step shows its text and, beside it, what there is to do:
a guess to keep, runs to train, or the results in a table.
"""

from html import escape

import streamlit as st

from app import lesson_progress, run_words, state
from app.components.choice import choice
from app.components.lesson_result import guesses, result, words
from app.components.number_field import number_input
from app.i18n import say, t
from app.typed_numbers import read_number
from data.text import Text, UserError
from models.events import State
from models.lesson import Kind, Lesson, LessonRun, Question, Step
from models.lesson_figures import RUN_FIGURES, SUMMARY_FIGURES, WINNER
from models.run import Run
from models.tasks import TASKS, task_named
from models.tasks.base import Task

OFF = ""
"""What the choice says when no lesson is under way; no file can have this name."""

REFUSAL = "lesson-refusal"
FRACTIONS = {"test_mse", "test_mae", "test_accuracy", "train_accuracy"}
"""Figures that are guessed with a digit after the point, as far as a guess goes."""


def lesson_panel(task: Task, train_size: int | None = None) -> None:
    """Draw the choice of lessons and the present step of the one under way on this task.

    ``train_size`` lets every run of every lesson train on so many rows only (a rehearsal); it
    counts when the session first draws the panel.
    """
    lessons, problems = lesson_progress.shelf(train_size)
    with st.container(key="lesson", gap="small"):
        for problem in problems:
            st.warning(say(problem.text))
        lesson = lesson_progress.chosen(task.name)
        with st.container(horizontal=True, vertical_alignment="center", key="lesson-head"):
            _choice(task, lessons, lesson)
            if lesson:
                _way(lesson)
            else:
                st.caption(t("lesson.off_note"))
        if lesson:
            _step(lesson)


def _choice(task: Task, lessons: tuple[Lesson, ...], lesson: Lesson | None) -> None:
    named = {each.name: each for each in lessons}
    titles = {name: f"{_task_title(each)} · {say(each.title)}" for name, each in named.items()}

    def choose(name: str) -> None:
        lesson_progress.choose(task.name, named.get(name))

    choice(
        st.selectbox,
        t("lesson.label"),
        {OFF: t("lesson.off"), **titles},
        lesson.name if lesson else OFF,
        f"lesson-choice-{task.name}",
        choose,
        label_visibility="collapsed",
        help=t("lesson.choice_help"),
        width=320,
    )


def _task_title(lesson: Lesson) -> str:
    return next(say(task.title) for task in TASKS if task.name == lesson.task)


def _way(lesson: Lesson) -> None:
    """Draw where in the lesson this is, and the ways back and on."""
    at, count = lesson_progress.progress(lesson).step, len(lesson.steps)
    title = say(lesson.steps[at].title)
    st.markdown(t("lesson.step", number=at + 1, count=count, title=title), width="stretch")
    with st.container(horizontal=True, width="content", key="lesson-way"):
        st.button(
            t("lesson.back"),
            key="lesson-back",
            icon=":material/arrow_back:",
            disabled=at == 0,
            on_click=lesson_progress.move,
            args=(lesson, at - 1),
        )
        if at + 1 == count:
            st.button(
                t("lesson.again"),
                key="lesson-again",
                icon=":material/replay:",
                help=t("lesson.again_help"),
                on_click=lesson_progress.restart,
                args=(lesson,),
            )
            return
        st.button(
            t("lesson.next"),
            key="lesson-next",
            icon=":material/arrow_forward:",
            help=t("lesson.next_help"),
            disabled=not lesson_progress.is_done(lesson),
            on_click=lesson_progress.move,
            args=(lesson, at + 1),
        )


def _step(lesson: Lesson) -> None:
    step = lesson.steps[lesson_progress.progress(lesson).step]
    with st.container(key="lesson-step"):
        if step.kind is Kind.LOOK:
            st.markdown(say(step.text))
            return
        has_code = any(run.code for run in lesson.runs) and not step.figures
        text, action = st.columns([1, 2] if has_code else [2, 3], gap="medium")
        with text, st.container(gap="xsmall"):
            st.markdown(say(step.text))
            if step.figures:
                guesses(lesson)
        with action, st.container(gap="xsmall"):
            try:
                _action(lesson, step)
            except UserError as error:
                st.error(say(error.text))


def _action(lesson: Lesson, step: Step) -> None:
    if step.question:
        _guess(lesson, step.question)
    elif step.runs:
        _runs(lesson, step)
    else:
        st.html(_table(lesson, step.figures))


# Guess ---------------------------------------------------------------------------------------


def _guess(lesson: Lesson, question: Question) -> None:
    if question.answer == WINNER:
        for column, run in _side_by_side([run for run in lesson.trained if run.code]):
            column.code(run.code, language="python", wrap_lines=True)
    now = lesson_progress.progress(lesson)
    if now.step in now.guesses:
        st.markdown(f"{say(question.text)} {result(lesson, question, now.guesses[now.step])}")
        return
    key = f"lesson-guess-{lesson.name}-{now.step}-{state.language()}"
    veils = question.answer in SUMMARY_FIGURES  # style.css hides the page's own arithmetic
    with st.container(key="lesson-veil" if veils else "lesson-open"), st.form(key, border=False):
        with st.container(horizontal=True, vertical_alignment="center"):
            _answer(lesson, question, f"{key}-value")
            asked = st.form_submit_button(
                t("lesson.guess"), on_click=_keep, args=(lesson, question, f"{key}-value")
            )
        if refusal := state.kept(REFUSAL):
            _tell(refusal)
        elif asked:  # and yet nothing was kept
            st.caption(t("lesson.guess_first"))
        elif veils:
            st.caption(t("lesson.hidden"))


def _answer(lesson: Lesson, question: Question, key: str) -> None:
    """Draw the choices, or else a field for a number; the key is another in another language."""
    choices = question.choices or _choices(lesson, question)
    if choices:
        st.radio(
            say(question.text),
            choices,
            index=None,
            format_func=lambda choice: words(lesson, question.answer, choice),
            horizontal=True,
            key=key,
        )
        return
    number_input(say(question.text), is_whole=question.answer not in FRACTIONS, key=key)


def _choices(lesson: Lesson, question: Question) -> tuple[str, ...]:
    if question.answer == WINNER:
        return tuple(run.name for run in lesson.trained)
    return RUN_FIGURES[question.answer].choices if question.answer in RUN_FIGURES else ()


def _keep(lesson: Lesson, question: Question, key: str) -> None:
    value = state.chosen(key)
    if not value:
        return
    try:
        is_name = bool(question.choices or _choices(lesson, question))
        guess = value if is_name else read_number(value, say(question.text))
        lesson_progress.guess(lesson, guess)
    except UserError as error:
        state.keep(REFUSAL, error.text)


def _tell(refusal: Text) -> None:
    """Say once why something could not be."""
    st.error(say(refusal))
    state.keep(REFUSAL, None)


# Run -----------------------------------------------------------------------------------------


def _runs(lesson: Lesson, step: Step) -> None:
    for column, run in _side_by_side([lesson.run(name) for name in step.runs]):
        with column, st.container(gap="xsmall"):
            if run.code:
                st.code(run.code, language="python", wrap_lines=True)
            _run(lesson, run)
    if refusal := state.kept(REFUSAL):
        _tell(refusal)


def _run(lesson: Lesson, run: LessonRun) -> None:
    """Draw the button of a run, or where the run stands."""
    found = lesson_progress.run_of(lesson, run.name)
    if found and not found.is_over:
        # No word for its state: the curves say it at every moment, this only when it is drawn.
        st.markdown(t("lesson.live", run=say(run.title)))
        return
    if found:
        st.markdown(_ended(lesson, run, found))
    if found is None or found.state is not State.DONE:
        st.button(
            t("lesson.train", run=say(run.title)),
            key=f"lesson-run-{run.name}",
            icon=":material/play_arrow:",
            on_click=_start,
            args=(lesson, run),
        )


def _ended(lesson: Lesson, run: LessonRun, found: Run) -> str:
    """Return how a run ended: its figure on the test rows, or why it has none."""
    name = "test_accuracy" if task_named(lesson.task).head.is_classifier else "test_mse"
    value = lesson_progress.figure(lesson, run.name, name)
    end = run_words.outline(found).end
    told = say(end.error) if end and end.error else ""
    if value is not None:
        told = f"{t(f'lesson.figure_{name}')} {words(lesson, name, value)}"
    return t("lesson.ended", run=say(run.title), state=t(f"state.{found.state}"), told=told)


def _start(lesson: Lesson, run: LessonRun) -> None:
    try:
        lesson_progress.start(lesson, run)
    except UserError as error:
        state.keep(REFUSAL, error.text)


def _side_by_side(
    runs: list[LessonRun],
) -> list[tuple[st.delta_generator.DeltaGenerator, LessonRun]]:
    return list(zip(st.columns(len(runs)), runs, strict=True)) if runs else []


# Compare -------------------------------------------------------------------------------------


def _table(lesson: Lesson, figures: tuple[str, ...]) -> str:
    head = [t("lesson.column_run"), *(t(f"lesson.figure_{name}") for name in figures)]
    cells = "".join(f"<th scope=col>{escape(word)}</th>" for word in head)
    rows = "".join(_row(lesson, run, figures) for run in lesson.trained)
    return (
        f"<table class=fl-lesson><caption>{escape(t('lesson.table'))}</caption>"
        f"<thead><tr>{cells}</tr></thead><tbody>{rows}</tbody></table>"
    )


def _row(lesson: Lesson, run: LessonRun, figures: tuple[str, ...]) -> str:
    values = [lesson_progress.figure(lesson, run.name, name) for name in figures]
    cells = [words(lesson, name, value) for name, value in zip(figures, values, strict=True)]
    data = "".join(f"<td>{escape(cell)}</td>" for cell in cells)
    found = lesson_progress.run_of(lesson, run.name)
    called = f"<small>{escape(run_words.name(found))}</small>" if found else ""
    return f"<tr><th scope=row>{escape(say(run.title))}{called}</th>{data}</tr>"
