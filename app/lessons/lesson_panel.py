"""The lecture's notebooks as guided sequences at the top of the Train page.

One line while no lesson is under way. A step shows its text and, beside it, what there is to do:
a guess to keep, runs to train, or the results in a table.
"""

import streamlit as st

from app.form.choice import choice
from app.form.number_field import number_input
from app.form.typed_numbers import read_number
from app.lessons import lesson_runs
from app.lessons.lesson_comparison import lesson_comparison
from app.lessons.lesson_download import lesson_download
from app.lessons.lesson_result import guesses, result, words
from app.lessons.lesson_training import lesson_training, side_by_side
from app.session import failures, lesson_progress, state
from app.session.i18n import say, t
from app.session.markdown import formatted, plain
from data.language import UserError
from models.experiment import Experiment
from models.lessons.figures import RUN_FIGURES, TIE, WINNER
from models.lessons.lesson import Kind, Lesson, Question, Step
from models.tasks import BUILT_IN
from models.tasks.base import Task

OFF = ""
"""What the choice says when no lesson is under way; no file can have this name."""

FRACTIONS = {"test_mse", "test_mae", "test_accuracy", "train_accuracy"}
"""Figures that are guessed with a digit after the point, as far as a guess goes."""


def lesson_panel(task: Task, form: Experiment, train_size: int | None = None) -> bool:
    """Draw the choice of lessons and the present step of the one under way on this task.

    ``form`` is what the page's form says. Returns whether a guess is open: the page then hides what
    gives its answer away. ``train_size`` lets every run of every lesson train on so many rows only
    (a rehearsal); it counts when the session first draws the panel.
    """
    lessons, problems = lesson_progress.shelf(train_size)
    lesson = lesson_progress.chosen(task.name)
    if lesson:
        lesson_runs.follow(lesson)
    with st.container(key="lesson", gap="small"):
        for problem in problems:
            st.warning(plain(say(problem.text)))
        with st.container(horizontal=True, vertical_alignment="center", key="lesson-head"):
            _choice(task, lessons, lesson)
            if lesson:
                _way(lesson)
                lesson_download(task, lesson)
            else:
                st.caption(t("lesson.off_note"))
        if lesson:
            _step(lesson, form)
    return lesson is not None and lesson_progress.is_guessing(lesson)


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
    return next(say(task.title) for task in BUILT_IN if task.name == lesson.task)


def _way(lesson: Lesson) -> None:
    """Draw where in the lesson this is, and the ways back and on."""
    at, count = lesson_progress.progress(lesson).step, len(lesson.steps)
    title = formatted(say(lesson.steps[at].title))
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
            disabled=not lesson_runs.is_done(lesson),
            on_click=lesson_progress.move,
            args=(lesson, at + 1),
        )


def _step(lesson: Lesson, form: Experiment) -> None:
    step = lesson_progress.present(lesson)
    with st.container(key="lesson-step"):
        if step.kind is Kind.LOOK:
            _text(lesson, step, form)
            return
        has_code = any(run.code for run in lesson.runs) and not step.figures
        text, action = st.columns([1, 2] if has_code else [2, 3], gap="medium")
        with text, st.container(gap="xsmall"):
            _text(lesson, step, form)
            if step.figures:
                guesses(lesson)
        with action, st.container(gap="xsmall"):
            try:
                _action(lesson, step)
            except UserError as error:
                failures.tell(error.text)


def _text(lesson: Lesson, step: Step, form: Experiment) -> None:
    """Draw what a step says, and the way back to its settings where the form has others."""
    st.markdown(formatted(say(step.text)))
    settings = lesson_progress.settings(lesson)
    if form in settings:
        return
    with st.container(gap="xsmall", key="lesson-changed"):
        st.caption(t("lesson.changed"))
        st.button(
            t("lesson.restore"),
            key="lesson-restore",
            icon=":material/undo:",
            help=t("lesson.restore_help"),
            on_click=state.give_draft,
            args=(settings[0],),
        )


def _action(lesson: Lesson, step: Step) -> None:
    if step.question:
        _guess(lesson, step.question)
    elif step.runs:
        lesson_training(lesson, step)
    else:
        lesson_comparison(lesson, step.figures)


# Guess ---------------------------------------------------------------------------------------


def _guess(lesson: Lesson, question: Question) -> None:
    if question.answer == WINNER:
        for column, run in side_by_side([run for run in lesson.trained if run.code]):
            column.code(run.code, language="python", wrap_lines=True)
    now = lesson_progress.progress(lesson)
    asked = formatted(say(question.text))
    if now.step in now.guesses:
        st.markdown(f"{asked} {result(lesson, question, now.guesses[now.step])}")
        return
    key = f"lesson-guess-{lesson.name}-{now.step}-{state.language()}"
    with st.form(key, border=False):
        st.markdown(asked)
        with st.container(horizontal=True, vertical_alignment="center"):
            _answer(lesson, question, f"{key}-value")
            tried = st.form_submit_button(
                t("lesson.guess"), on_click=_keep, args=(lesson, question, f"{key}-value")
            )
        if refusal := state.take_refusal(state.Place.LESSON_GUESS):
            failures.tell(refusal)
        else:
            st.caption(t("lesson.guess_first" if tried else "lesson.hidden"))


def _answer(lesson: Lesson, question: Question, key: str) -> None:
    """Draw the choices, or else a field for a number; the question is its name for who hears it.

    The key is another one in another language.
    """
    choices = question.choices or _choices(lesson, question)
    if choices:
        st.radio(
            say(question.text),
            choices,
            index=None,
            format_func=lambda choice: plain(words(lesson, question.answer, choice)),
            horizontal=True,
            label_visibility="collapsed",
            key=key,
        )
        return
    number_input(
        say(question.text),
        is_whole=question.answer not in FRACTIONS,
        label_visibility="collapsed",
        key=key,
    )


def _choices(lesson: Lesson, question: Question) -> tuple[str, ...]:
    if question.answer == WINNER:
        return (*(run.name for run in lesson.trained), TIE)
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
        state.refuse(error.text, state.Place.LESSON_GUESS)
