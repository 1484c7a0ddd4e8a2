"""What can be done with the run on show: pause it, go step by step, slow it down, train on."""

from collections.abc import Callable
from functools import partial

import streamlit as st

from app.form.choice import choice
from app.form.control import control
from app.form.typed_numbers import read_number, write_number
from app.session import lesson_progress, state
from app.session.i18n import t
from app.session.services import services, task_of
from app.training.optimizer_panel import rate_in_force
from app.training.starting import picked, start
from data.language import UserError
from models.events import State
from models.experiment import LEARNING_RATES, RANGES, Experiment, check_setting
from models.network.checkpoint import best_epoch
from models.runs.store import Run

TEMPOS = ("fastest", "epoch", "ten", "one")
"""As fast as possible, one epoch a second, ten updates a second, one update a second."""

MORE_EPOCHS = 10
_ANEW = "start over"


def run_tools(run: Run | None) -> None:
    """Draw the tools of a run that trains, or of one that has ended; nothing without a run."""
    with st.container(horizontal=True, vertical_alignment="bottom", key="run-tools"):
        if run is None:  # the place is kept: nothing below it is drawn anew
            return
        if run.is_over:
            _after_the_end(run)
        else:
            _on_the_way(run)
        _reset(run)


def rate_is_live(run: Run | None) -> bool:
    """Say whether the tools set the learning rate of a run now, in the place of the form."""
    return run is not None and not run.is_over and services().scheduler.has_worker(run.id)


def _on_the_way(run: Run) -> None:
    trains = services().scheduler.has_worker(run.id)
    is_paused = run.state is State.PAUSED
    if is_paused:
        _button("resume", ":material/play_arrow:", run, _resume)
    else:
        _button("pause", ":material/pause:", run, _pause, disabled=not trains)
    for name, step in (("step_update", _step_update), ("step_epoch", _step_epoch)):
        _button(name, ":material/skip_next:", run, step, disabled=not is_paused)
    if trains:
        _tempo(run)
    if rate_is_live(run):
        _learning_rate(run)


def _after_the_end(run: Run) -> None:
    if run.state is not State.DONE:
        _button("continue", ":material/play_arrow:", run, _resume)
    if run.checkpoint is not None:
        label = t("tools.train_on", epochs=MORE_EPOCHS)
        _button("train_on", ":material/add:", run, _train_on, label=label)
    best = best_epoch(services().store.folder(run.id)) if run.best_epoch else None
    if best is not None and best != run.epoch:
        label, rows = t("tools.rewind", epoch=best), run.experiment.validates_on_test
        help = t("tools.rewind_help_test" if rows else "tools.rewind_help")
        _button("rewind", ":material/history:", run, _rewind, label=label, help=help)


def _reset(run: Run) -> None:
    """Draw what starts a run anew: from the very same weights, or from others.

    It waits while a lesson that is at its end offers to start the lesson over.
    """
    waits = _lesson_starts_over(run.task)
    with st.popover(
        t("tools.reset"),
        icon=":material/replay:",
        help=t(f"tools.{'reset_in_lesson' if waits else 'reset_help'}", again=t("lesson.again")),
        disabled=waits,
    ):
        if not _form_shows(run):
            st.caption(t("tools.form_stays"))
        for name, experiment in (
            ("same_weights", run.experiment),
            ("new_weights", run.experiment.changed(seed=_next_seed(run.experiment.seed))),
        ):
            st.button(
                t(f"tools.{name}", seed=experiment.seed),
                key=f"tools-{name}",
                help=t(f"tools.{name}_help"),
                on_click=_politely,
                args=(lambda run, experiment=experiment: _begin_anew(run, experiment), run),
            )


def _lesson_starts_over(task_name: str) -> bool:
    lesson = lesson_progress.chosen(task_name)
    return lesson is not None and lesson_progress.progress(lesson).step + 1 == len(lesson.steps)


def _next_seed(seed: int) -> int:
    return (seed + 1) % (int(RANGES["seed"][1]) + 1)


def _begin_anew(run: Run, experiment: Experiment) -> None:
    """Train with the run's settings again; what somebody has changed in the form stays there."""
    if state.unseen(_ANEW):
        return
    state.check_locks(experiment)
    services().scheduler.stop(run.owner, run.id)
    start(experiment, _ANEW)
    if _form_shows(run):
        state.replace_draft(experiment)


def _form_shows(run: Run) -> bool:
    return state.draft(state.task(run.task)) == run.experiment


def _button(
    name: str,
    icon: str,
    run: Run,
    act: Callable[[Run], None],
    *,
    label: str | None = None,
    help: str | None = None,
    disabled: bool = False,
) -> None:
    st.button(
        label or t(f"tools.{name}"),
        key=f"tools-{name}",
        icon=icon,
        help=help or t(f"tools.{name}_help"),
        disabled=disabled,
        on_click=_politely,
        args=(act, run),
    )


def _politely(act: Callable[[Run], None], run: Run) -> None:
    """Do what a button says; what cannot be done now is said on the page."""
    try:
        act(services().store.find(run.id, state.owner()))
        services().scheduler.watch(run.owner, run.id, picked(task_of(run), run.experiment))
    except UserError as error:
        state.refuse(error.text)


def _pause(run: Run) -> None:
    services().scheduler.pause(run.owner, run.id)


def _resume(run: Run) -> None:
    services().scheduler.resume(run.owner, run.id)


def _step_update(run: Run) -> None:
    services().scheduler.step(run.owner, run.id, run.updates + 1)


def _step_epoch(run: Run) -> None:
    per_epoch = _updates_per_epoch(run)
    services().scheduler.step(run.owner, run.id, (run.updates // per_epoch + 1) * per_epoch)


def _train_on(run: Run) -> None:
    state.check_unlocked("epochs")
    services().scheduler.train_on(run.owner, run.id, MORE_EPOCHS)


def _rewind(run: Run) -> None:
    services().scheduler.rewind(run.owner, run.id)


def _tempo(run: Run) -> None:
    key = f"tempo-{run.id}-{run.stretch}"
    asked = services().scheduler.control_of(run.id).updates_per_second

    def change(name: str) -> None:
        tempo = _updates_per_second(name, run)
        _politely(lambda run: services().scheduler.set_tempo(run.owner, run.id, tempo), run)

    choice(
        st.selectbox,
        t("tools.tempo"),
        {name: t(f"tools.tempo_{name}") for name in TEMPOS},
        TEMPOS[_tempo_index(asked, run)],
        key,
        change,
        help=t("tools.tempo_help"),
        width=180,
    )


def _tempo_index(asked: float | None, run: Run) -> int:
    tempos = [_updates_per_second(name, run) for name in TEMPOS]
    return tempos.index(asked) if asked in tempos else 0


def _updates_per_second(name: str, run: Run) -> float | None:
    if name == "epoch":
        return float(_updates_per_epoch(run))
    return {"fastest": None, "ten": 10.0, "one": 1.0}[name]


def _updates_per_epoch(run: Run) -> int:
    started = services().store.history(run.id).started
    return started.updates_per_epoch if started else 1


def _learning_rate(run: Run) -> None:
    """Draw a list of usual rates in which any other can be typed; it shows the rate in force."""
    key, now = f"rate-{run.id}-{run.stretch}", rate_in_force(run)
    rates = sorted({*LEARNING_RATES, now})

    def change(entered: float | str) -> None:
        name = t("tools.learning_rate")
        rate = read_number(entered, name) if isinstance(entered, str) else entered
        _politely(partial(_set_learning_rate, rate=float(rate)), run)

    st.selectbox(
        t("tools.learning_rate"),
        rates,
        format_func=lambda rate: rate if isinstance(rate, str) else write_number(rate),
        help=t("tools.learning_rate_help"),
        accept_new_options=True,
        width=140,
        **control(key, now, change, tuple(rates)),
    )


def _set_learning_rate(run: Run, rate: float) -> None:
    state.check_unlocked("learning_rate")
    check_setting("learning_rate", rate)
    services().scheduler.set_learning_rate(run.owner, run.id, rate)
