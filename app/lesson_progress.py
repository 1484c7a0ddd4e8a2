"""How far a learner has come in each lesson: the step, the guesses, the runs, and what came out.

All of it outlives a reload of the page, but not the server. What really came out is never kept: it
is computed again from the experiment's arithmetic and from the runs.
"""

from dataclasses import dataclass, field, replace
from pathlib import Path

from app import run_words, starting, state
from app.owner_memory import OwnerMemory
from app.services import services
from data.home import home
from data.text import UserError
from models.lesson import Kind, Lesson, LessonRun, Question
from models.lesson_figures import RUN_FIGURES, SUMMARY_FIGURES, Value, winner
from models.lesson_mistakes import Problem
from models.lessons import load_lessons
from models.run import Run
from models.summary import summarize
from models.tasks import task_named

BUNDLED = Path(__file__).parent / "lessons"

_memory = OwnerMemory()

Shelf = tuple[tuple[Lesson, ...], tuple[Problem, ...]]


@dataclass(frozen=True, slots=True)
class Progress:
    """The number of the step, guesses by step, and run ids by the name of the lesson's run."""

    step: int = 0
    guesses: dict[int, Value] = field(default_factory=dict)
    runs: dict[str, str] = field(default_factory=dict)


def shelf(train_size: int | None = None) -> Shelf:
    """Return the lessons and what is wrong with other files, read once in a session.

    A teacher's own lessons lie in ``FNN_LAB_HOME/lessons``. ``train_size`` is for rehearsals, see
    ``load_lessons``.
    """
    found: Shelf | None = state.kept("lessons")
    if found is None:
        found = load_lessons((BUNDLED, home() / "lessons"), train_size)
        state.keep("lessons", found)
    return found


def chosen(task_name: str) -> Lesson | None:
    """Return the lesson that is under way on a task, None for none."""
    name = _memory.kept(state.owner(), _of(task_name))
    return next((lesson for lesson in shelf()[0] if lesson.name == name), None)


def choose(task_name: str, lesson: Lesson | None) -> None:
    """Take up a lesson, perhaps of another task than ``task_name``, or leave the one there."""
    if lesson is None:
        _memory.keep(state.owner(), _of(task_name), None)
        return
    _memory.keep(state.owner(), _of(lesson.task), lesson.name)
    state.replace_draft(lesson.runs[0].experiment)
    state.turn_to(lesson.task)


def progress(lesson: Lesson) -> Progress:
    """Return how far the learner is."""
    found: Progress = _memory.kept(state.owner(), _progress_of(lesson), Progress())
    return found


def move(lesson: Lesson, step: int) -> None:
    """Go to another step."""
    _keep(lesson, replace(progress(lesson), step=step))


def restart(lesson: Lesson) -> None:
    """Forget guesses and runs; the runs themselves stay."""
    _keep(lesson, Progress())


def guess(lesson: Lesson, value: Value) -> None:
    """Keep the guess of the step that the learner is at."""
    now = progress(lesson)
    _keep(lesson, replace(now, guesses={**now.guesses, now.step: value}))


def start(lesson: Lesson, run: LessonRun) -> None:
    """Put a run of the lesson into the form, train it and show it.

    Raises ``UserError`` when the scheduler refuses it.
    """
    state.replace_draft(run.experiment)
    submitted = starting.start(run.experiment)
    now = progress(lesson)
    _keep(lesson, replace(now, runs={**now.runs, run.name: submitted.id}))


def run_of(lesson: Lesson, name: str) -> Run | None:
    """Return the real run behind a run of the lesson, None before it and after its deletion."""
    run_id = progress(lesson).runs.get(name)
    try:
        return services().store.find(run_id, state.owner()) if run_id else None
    except UserError:
        return None


def is_done(lesson: Lesson) -> bool:
    """Say whether the learner may leave the present step for the next one."""
    now = progress(lesson)
    step = lesson.steps[now.step]
    if step.kind is Kind.GUESS:
        return now.step in now.guesses
    return all(run is not None and run.is_over for run in (run_of(lesson, n) for n in step.runs))


def answer(lesson: Lesson, question: Question) -> Value | None:
    """Return what is really so, None as long as it is not known.

    Raises ``UserError`` when the experiment's data is missing or does not fit it.
    """
    task = task_named(lesson.task)
    if question.answer in SUMMARY_FIGURES:
        experiment = lesson.run(question.run).experiment
        summary = summarize(task, experiment, task.load(experiment))
        return SUMMARY_FIGURES[question.answer](summary)
    if question.answer in RUN_FIGURES:
        return figure(lesson, question.run, question.answer)
    runs = {run.name: run_of(lesson, run.name) for run in lesson.trained}
    ended = {name: run for name, run in runs.items() if run is not None and run.is_over}
    return winner(task, ended) if len(ended) == len(runs) else None


def figure(lesson: Lesson, run_name: str, name: str) -> Value | None:
    """Return a figure of a run of the lesson, None before it has ended."""
    run = run_of(lesson, run_name)
    if run is None or not run.is_over:
        return None
    return RUN_FIGURES[name].read(run, run_words.outline(run))


def _keep(lesson: Lesson, now: Progress) -> None:
    _memory.keep(state.owner(), _progress_of(lesson), now)


def _of(task_name: str) -> str:
    return f"lesson of {task_name}"


def _progress_of(lesson: Lesson) -> str:
    return f"progress of {lesson.name}"
