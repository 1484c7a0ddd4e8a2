"""What a learner guessed beside what is really so, in words."""

import streamlit as st

from app import lesson_progress
from app.i18n import say, t
from models.lesson import Lesson, Question
from models.lesson_figures import LOSSES, SUMMARY_FIGURES, WINNER, Value


def guesses(lesson: Lesson) -> None:
    """Draw every guess that only training could answer."""
    kept = lesson_progress.progress(lesson).guesses
    with st.container(gap=None, key="lesson-guesses"):
        for number, step in enumerate(lesson.steps):
            question = step.question
            if question and number in kept and question.answer not in SUMMARY_FIGURES:
                st.markdown(f"{say(step.title)} — {result(lesson, question, kept[number])}")


def result(lesson: Lesson, question: Question, guess: Value) -> str:
    """Return a guess and the real value as Markdown; a real value may have to wait."""
    real = lesson_progress.answer(lesson, question)
    guessed = words(lesson, question.answer, guess)
    if real is None:
        return t("lesson.later", guess=guessed)
    told = words(lesson, question.answer, real)
    line = t("lesson.result", guess=guessed, real=told)
    return f"{line} · {t('lesson.right')}" if guessed == told else line


def words(lesson: Lesson, figure: str, value: Value | None) -> str:
    """Return a value of a figure as a person reads it."""
    if value is None:
        return t("lesson.nothing")
    if figure == WINNER:
        return say(lesson.run(str(value)).title)
    if value in LOSSES:
        return t(f"lesson.loss_{value}")
    return t(f"lesson.value_{figure}", value=value)
