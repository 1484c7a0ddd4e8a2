"""How far a learner has come in each lesson: the step, the guesses, which runs were trained.

All of it outlives a reload of the page, but not the server.
"""

import time
from dataclasses import dataclass, field, replace
from pathlib import Path

from app.session import state
from app.session.services import memory
from data.home import home
from models.experiment import Experiment
from models.lessons.catalogue import load_lessons
from models.lessons.figures import SUMMARY_FIGURES, Value
from models.lessons.lesson import Kind, Lesson, Step
from models.lessons.mistakes import Problem

BUNDLED = Path(__file__).parents[1] / "lessons"

Shelf = tuple[tuple[Lesson, ...], tuple[Problem, ...]]
_SHELF: state.Kept[Shelf | None] = state.Kept("lessons", None)


@dataclass(frozen=True, slots=True)
class Progress:
    """The number of the step, guesses by step, run ids by the lesson's run and seed number.

    ``wanted`` are the lesson's runs that are to be trained with all seeds, as places get free;
    ``since`` is when the lesson was taken up (seconds since 1970): runs from before do not count.
    """

    step: int = 0
    guesses: dict[int, Value] = field(default_factory=dict)
    runs: dict[tuple[str, int], str] = field(default_factory=dict)
    wanted: tuple[str, ...] = ()
    since: float = field(default_factory=time.time)


def shelf(train_size: int | None = None) -> Shelf:
    """Return the lessons and what is wrong with other files, read once in a session.

    A teacher's own lessons lie in ``FNN_LAB_HOME/lessons``. ``train_size`` is for rehearsals, see
    ``load_lessons``.
    """
    found = _SHELF.get()
    if found is None:
        found = load_lessons((BUNDLED, home() / "lessons"), train_size)
        _SHELF.set(found)
    return found


def chosen(task_name: str) -> Lesson | None:
    """Return the lesson that is under way on a task, None for none."""
    name = memory().lessons.kept(state.owner(), _of(task_name))
    return next((lesson for lesson in shelf()[0] if lesson.name == name), None)


def choose(task_name: str, lesson: Lesson | None) -> None:
    """Take up a lesson, perhaps of another task than ``task_name``, or leave the one there."""
    if lesson is None:
        memory().lessons.keep(state.owner(), _of(task_name), None)
        return
    memory().lessons.keep(state.owner(), _of(lesson.task), lesson.name)
    keep(lesson, progress(lesson))
    state.give_draft(lesson.runs[0].experiment)
    state.change_task(lesson.task)


def progress(lesson: Lesson) -> Progress:
    """Return how far the learner is."""
    found: Progress | None = memory().lessons.kept(state.owner(), _progress_of(lesson))
    return found or Progress()


def keep(lesson: Lesson, now: Progress) -> None:
    """Remember how far the learner is."""
    memory().lessons.keep(state.owner(), _progress_of(lesson), now)


def present(lesson: Lesson) -> Step:
    """Return the step that the learner is at."""
    return lesson.steps[progress(lesson).step]


def move(lesson: Lesson, step: int) -> None:
    """Go to another step."""
    keep(lesson, replace(progress(lesson), step=step))


def restart(lesson: Lesson) -> None:
    """Forget guesses and runs; the runs themselves stay."""
    keep(lesson, Progress())


def guess(lesson: Lesson, value: Value) -> None:
    """Keep the guess of the step that the learner is at."""
    now = progress(lesson)
    keep(lesson, replace(now, guesses={**now.guesses, now.step: value}))


def is_guessing(lesson: Lesson) -> bool:
    """Say whether the present step asks for a guess that is yet to be made."""
    now = progress(lesson)
    return lesson.steps[now.step].kind is Kind.GUESS and now.step not in now.guesses


def settings(lesson: Lesson) -> tuple[Experiment, ...]:
    """Return what the form says as long as it fits the present step.

    For a question about the arithmetic of a run that is this run, else any run of the lesson.
    """
    question = present(lesson).question
    is_counted = question is not None and question.answer in SUMMARY_FIGURES
    names = [question.run] if question and is_counted else [run.name for run in lesson.runs]
    return tuple(each for name in names for each in lesson.experiments(name))


def _of(task_name: str) -> str:
    return f"lesson of {task_name}"


def _progress_of(lesson: Lesson) -> str:
    return f"progress of {lesson.name}"
