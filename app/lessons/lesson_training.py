"""The runs that a step of a lesson trains: their buttons, and where each of them stands."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator

from app.lessons import lesson_runs
from app.lessons.lesson_comparison import curves
from app.lessons.lesson_result import figure_title, spread
from app.session import failures, lesson_progress, state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.wording import run_words
from models.events import State
from models.lessons.lesson import Lesson, LessonRun, Step
from models.runs.run import Run
from models.tasks import built_in

SECONDS_BETWEEN_LOOKS = 1.0


def lesson_training(lesson: Lesson, step: Step) -> None:
    """Draw a step that trains; with several seeds it looks on by itself while runs are under way.

    Runs that wait for a place start as it looks. When nobody looks, those that have a place train
    on, and the rest starts when somebody is back.
    """
    is_series = lesson.seeds > 1 and lesson_runs.is_moving(lesson)
    every = SECONDS_BETWEEN_LOOKS if is_series else None
    st.fragment(_draw, run_every=every)(lesson, step, _gist(lesson))


def side_by_side(runs: list[LessonRun]) -> list[tuple[DeltaGenerator, LessonRun]]:
    """Return a column for every run."""
    return list(zip(st.columns(len(runs)), runs, strict=True)) if runs else []


def _gist(lesson: Lesson) -> tuple[object, ...]:
    """Return what the rest of the page depends on."""
    moving = lesson_runs.is_moving(lesson)
    return lesson_runs.is_done(lesson), moving, state.run_id(lesson.task)


def _draw(lesson: Lesson, step: Step, known: tuple[object, ...]) -> None:
    lesson_runs.follow(lesson)
    if _gist(lesson) != known:
        st.rerun()
    for column, run in side_by_side([lesson.run(name) for name in step.runs]):
        with column, st.container(gap="xsmall"):
            if run.code:
                st.code(run.code, language="python", wrap_lines=True)
            _run(lesson, run)
    if refusal := state.take_refusal(state.Place.LESSON_RUNS):
        failures.tell(refusal)
    if lesson.seeds > 1:
        _series(lesson, step)


def _run(lesson: Lesson, run: LessonRun) -> None:
    """Draw where a run stands, and its button while it can be trained."""
    found = lesson_runs.runs_of(lesson, run.name)
    wanted = run.name in lesson_progress.progress(lesson).wanted
    if wanted or any(each and not each.is_over for each in found):
        st.markdown(_live(run, found))
        return
    if any(found):
        st.markdown(_ended(lesson, run, found))
    left = sum(each is None or each.state is not State.DONE for each in found)
    if left:
        label = "lesson.train" if lesson.seeds == 1 else "lesson.train_seeds"
        st.button(
            t(label, **_of(run), seeds=left),
            key=f"lesson-run-{run.name}",
            icon=":material/play_arrow:",
            on_click=lesson_runs.train,
            args=(lesson, run.name),
        )


def _of(run: LessonRun) -> dict[str, str]:
    return {"run": plain(say(run.title))}


def _live(run: LessonRun, found: list[Run | None]) -> str:
    if len(found) > 1:
        over = sum(each is not None and each.is_over for each in found)
        return t("lesson.live_seeds", **_of(run), over=over, seeds=len(found))
    # No word for its state: the curves say it at every moment, this only when it is drawn.
    return t("lesson.live", **_of(run))


def _ended(lesson: Lesson, run: LessonRun, found: list[Run | None]) -> str:
    """Return how a run ended: its figure on the test rows, or why it has none."""
    name = "test_accuracy" if built_in(lesson.task).head.is_classifier else "test_mse"
    values = lesson_runs.values(lesson, run.name, name)
    last = next(each for each in reversed(found) if each)
    end = run_words.outline(last).end
    told = say(end.error) if end and end.error else ""
    if values:
        told = f"{figure_title(lesson, name)} {spread(lesson, name, values)}"
    return t("lesson.ended", **_of(run), state=t(f"state.{last.state}"), told=plain(told))


def _series(lesson: Lesson, step: Step) -> None:
    """Draw how far all runs of the step are, with their curves so far, and what stops them."""
    runs = [run for name in step.runs for run in lesson_runs.runs_of(lesson, name)]
    if lesson_runs.is_moving(lesson):
        over = sum(run is not None and run.is_over for run in runs)
        with st.container(horizontal=True, vertical_alignment="center", key="lesson-series"):
            told = t("lesson.series", over=over, runs=len(runs))
            st.progress(over / len(runs), text=told, width=320)
            st.button(
                t("lesson.stop"),
                key="lesson-stop",
                icon=":material/stop:",
                help=t("lesson.stop_help"),
                on_click=lesson_runs.stop,
                args=(lesson,),
            )
    curves(lesson)
