"""What a learner guessed beside what is really so, in words."""

from collections.abc import Sequence

import streamlit as st

from app.lessons import lesson_runs
from app.session import lesson_progress
from app.session.i18n import say, t
from app.session.markdown import formatted, plain
from app.wording import data_words
from models.lessons.figures import LOSSES, SUMMARY_FIGURES, TIE, WINNER, Value, middle
from models.lessons.lesson import Lesson, Question
from models.tasks import built_in


def guesses(lesson: Lesson) -> None:
    """Draw every guess that only training could answer."""
    kept = lesson_progress.progress(lesson).guesses
    with st.container(gap=None, key="lesson-guesses"):
        for number, step in enumerate(lesson.steps):
            question = step.question
            if question and number in kept and question.answer not in SUMMARY_FIGURES:
                told = result(lesson, question, kept[number])
                st.markdown(f"{formatted(say(step.title))} — {told}")


def guess_rows(lesson: Lesson) -> list[tuple[str, str, str]]:
    """Return each guess that was made: its step, what was guessed, and what it really was."""
    rows = []
    for number, value in sorted(lesson_progress.progress(lesson).guesses.items()):
        if question := lesson.steps[number].question:
            real = lesson_runs.answer(lesson, question)
            told = t("report.open") if real is None else words(lesson, question.answer, real)
            guessed = words(lesson, question.answer, value)
            rows.append((say(lesson.steps[number].title), guessed, told))
    return rows


def result(lesson: Lesson, question: Question, guess: Value) -> str:
    """Return a guess and the real value as Markdown; a real value may have to wait."""
    real = lesson_runs.answer(lesson, question)
    guessed = words(lesson, question.answer, guess)
    if real is None:
        return t("lesson.later", guess=plain(guessed))
    told = words(lesson, question.answer, real)
    line = t("lesson.result", guess=plain(guessed), real=plain(told))
    return f"{line} · {t('lesson.right')}" if guessed == told else line


def figure_title(lesson: Lesson, figure: str) -> str:
    """Return what a figure of the lesson is called, with the unit of its data."""
    return t(f"lesson.figure_{figure}", **data_words.words(built_in(lesson.task)))


def words(lesson: Lesson, figure: str, value: Value | None) -> str:
    """Return a value of a figure as a person reads it; it is plain text."""
    if value is None:
        return t("lesson.nothing")
    if figure == WINNER:
        return t("lesson.tie") if value == TIE else say(lesson.run(str(value)).title)
    if value in LOSSES:
        return t(f"lesson.loss_{value}")
    return t(f"lesson.value_{figure}", value=value)


def spread(lesson: Lesson, figure: str, values: Sequence[Value]) -> str:
    """Return a figure of every seed in words: the one in the middle, and the range of numbers."""
    if not values:
        return words(lesson, figure, None)
    low, told, high = (
        words(lesson, figure, each) for each in (min(values), middle(values), max(values))
    )
    if len(values) == 1 or isinstance(values[0], str):
        return told
    return t("lesson.spread", middle=told, low=low, high=high)
