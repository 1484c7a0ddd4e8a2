"""The real runs behind a lesson: trained as places get free, counted wherever they were started.

What came out is never kept: it is computed again from the experiment's arithmetic and the runs.
"""

from collections.abc import Iterator
from dataclasses import replace

from app.session import lesson_progress, state
from app.session.services import services
from app.training import starting
from app.wording import run_words
from data.language import UserError
from models.events import State
from models.experiment import Experiment
from models.inputs.summary import summarize
from models.lessons.figures import RUN_FIGURES, SUMMARY_FIGURES, Value, middle, winner
from models.lessons.lesson import Kind, Lesson, Question
from models.runs.run import Run
from models.tasks import built_in

AT_A_TIME = 3
"""Runs of a lesson that train or wait: one place less than an owner has, which is for the form."""

LOOKED_THROUGH = 50
"""The newest runs of a task, among which those of a lesson are looked for."""

Place = tuple[str, int]
"""A run of the lesson, and the number of its seed."""


def run_at(lesson: Lesson, place: Place) -> Run | None:
    """Return the real run of a place, None before it and after its deletion."""
    run_id = lesson_progress.progress(lesson).runs.get(place)
    try:
        return services().store.find(run_id, state.owner()) if run_id else None
    except UserError:
        return None


def runs_of(lesson: Lesson, name: str) -> list[Run | None]:
    """Return the real runs of a run of the lesson, in the order of its seeds."""
    return [run_at(lesson, (name, number)) for number in range(lesson.seeds)]


def is_done(lesson: Lesson) -> bool:
    """Say whether the learner may leave the present step for the next one."""
    step = lesson_progress.present(lesson)
    if step.kind is Kind.GUESS:
        return not lesson_progress.is_guessing(lesson)
    return all(_have_ended(lesson, name) for name in step.runs)


def is_moving(lesson: Lesson) -> bool:
    """Say whether runs of the present step train, wait, or are yet to be started."""
    return bool(lesson_progress.progress(lesson).wanted or _under_way(lesson))


# Training ------------------------------------------------------------------------------------


def train(lesson: Lesson, name: str) -> None:
    """Put a run of the lesson into the form and train it with every seed that has not ended well.

    The first one that starts is shown. Why none can is said at ``Place.LESSON_RUNS``.
    """
    state.replace_draft(lesson.run(name).experiment)
    now = lesson_progress.progress(lesson)
    seeds = enumerate(runs_of(lesson, name))
    again = {(name, number) for number, run in seeds if run and _ended_badly(run)}
    runs = {place: run_id for place, run_id in now.runs.items() if place not in again}
    lesson_progress.keep(lesson, replace(now, runs=runs, wanted=(*now.wanted, name)))
    _start_wanted(lesson, show=True)


def follow(lesson: Lesson) -> None:
    """Count what the form has trained of the present step, and start what has a place now."""
    if lesson_progress.present(lesson).kind is Kind.RUN:
        _count_others(lesson)
        _start_wanted(lesson)


def stop(lesson: Lesson) -> None:
    """Start no more runs of the lesson and stop those of the present step that are under way."""
    lesson_progress.keep(lesson, replace(lesson_progress.progress(lesson), wanted=()))
    for run in _under_way(lesson):
        services().scheduler.stop(state.owner(), run.id)


def _start_wanted(lesson: Lesson, *, show: bool = False) -> None:
    """Start wanted runs while there is room; give up where none is under way and none can start."""
    for place, experiment in _wanted(lesson):
        if len(_under_way(lesson)) >= AT_A_TIME:
            return
        try:
            run = starting.start(experiment) if show else starting.submit(experiment)
        except UserError as error:
            if not _under_way(lesson):
                state.refuse(error.text, state.Place.LESSON_RUNS)
                break
            return
        show = False
        _remember(lesson, place, run)
    lesson_progress.keep(lesson, replace(lesson_progress.progress(lesson), wanted=()))


def _wanted(lesson: Lesson) -> Iterator[tuple[Place, Experiment]]:
    names = lesson_progress.progress(lesson).wanted
    return (each for each in _places(lesson, names) if run_at(lesson, each[0]) is None)


def _count_others(lesson: Lesson) -> None:
    """Let a run that was started elsewhere count, if it is exactly what a place asks for."""
    places = list(_places(lesson, lesson_progress.present(lesson).runs))
    missing = {
        experiment: place
        for place, experiment in places
        if (run := run_at(lesson, place)) is None or _ended_badly(run)
    }
    if not missing:
        return
    since = lesson_progress.progress(lesson).since
    for run in services().store.runs(state.owner(), lesson.task, limit=LOOKED_THROUGH):
        if run.created >= since and run.experiment in missing and not _ended_badly(run):
            _remember(lesson, missing.pop(run.experiment), run)


def _remember(lesson: Lesson, place: Place, run: Run) -> None:
    now = lesson_progress.progress(lesson)
    lesson_progress.keep(lesson, replace(now, runs={**now.runs, place: run.id}))


def _places(lesson: Lesson, names: tuple[str, ...]) -> Iterator[tuple[Place, Experiment]]:
    for name in names:
        for number, experiment in enumerate(lesson.experiments(name)):
            yield (name, number), experiment


def _under_way(lesson: Lesson) -> list[Run]:
    names = lesson_progress.present(lesson).runs
    runs = [run for name in names for run in runs_of(lesson, name)]
    return [run for run in runs if run is not None and not run.is_over]


def _ended_badly(run: Run) -> bool:
    return run.is_over and run.state is not State.DONE


# What came out -------------------------------------------------------------------------------


def values(lesson: Lesson, name: str, figure: str) -> list[Value]:
    """Return a figure of a run of the lesson for every seed that has come to it."""
    ended = [run for run in runs_of(lesson, name) if run is not None and run.is_over]
    found = [RUN_FIGURES[figure].read(run, run_words.outline(run)) for run in ended]
    return [value for value in found if value is not None]


def answer(lesson: Lesson, question: Question) -> Value | None:
    """Return what is really so, of several seeds the one in the middle; None if it is not known.

    Raises ``UserError`` when the experiment's data is missing or does not fit it.
    """
    task = built_in(lesson.task)
    if question.answer in SUMMARY_FIGURES:
        experiment = lesson.run(question.run).experiment
        summary = summarize(task, experiment, task.load(experiment))
        return SUMMARY_FIGURES[question.answer](summary)
    if question.answer in RUN_FIGURES:
        found = values(lesson, question.run, question.answer)
        return middle(found) if found and _have_ended(lesson, question.run) else None
    return best_run(lesson)


def best_run(lesson: Lesson) -> str | None:
    """Return the winner among the lesson's runs, None before all of them have ended."""
    names = [run.name for run in lesson.trained]
    if not all(_have_ended(lesson, name) for name in names):
        return None
    runs = {name: [run for run in runs_of(lesson, name) if run] for name in names}
    return winner(built_in(lesson.task), runs)


def _have_ended(lesson: Lesson, name: str) -> bool:
    return all(run and run.is_over for run in runs_of(lesson, name))
