"""What can be done with a race on show: pause it, go step by step, stop it, see it once more."""

from collections.abc import Callable

import streamlit as st

from app.race.races import Race
from app.session import state
from app.session.i18n import t
from app.session.services import services
from data.language import UserError
from models.events import State


def race_tools(race: Race, replay: state.Kept[int]) -> None:
    """Draw the buttons of a race."""
    is_paused = any(run.state is State.PAUSED for run in race.runs)
    with st.container(horizontal=True, vertical_alignment="bottom", key="race-tools"):
        if race.is_over:
            _button(race, "replay", ":material/replay:", lambda race: replay.set(replay.get() + 1))
            return
        if is_paused:
            _button(race, "resume", ":material/play_arrow:", _resume)
        else:
            _button(race, "pause", ":material/pause:", _pause)
        _button(race, "step", ":material/skip_next:", _step, disabled=not is_paused)
        _button(race, "step_epoch", ":material/skip_next:", _step_epoch, disabled=not is_paused)
        _button(race, "stop", ":material/stop:", _stop)


def _button(
    race: Race, name: str, icon: str, act: Callable[[Race], None], *, disabled: bool = False
) -> None:
    def politely() -> None:
        try:
            act(race)
        except UserError as error:
            state.refuse(error.text)

    st.button(
        t(f"race.{name}"),
        key=f"race-{name}",
        icon=icon,
        help=t(f"race.{name}_help"),
        disabled=disabled,
        on_click=politely,
    )


def _pause(race: Race) -> None:
    for run in race.under_way:
        services().scheduler.pause(run.owner, run.id)


def _resume(race: Race) -> None:
    for run in race.under_way:
        services().scheduler.resume(run.owner, run.id)


def _stop(race: Race) -> None:
    for run in race.under_way:
        services().scheduler.stop(run.owner, run.id)


def _step(race: Race) -> None:
    _step_until(race, max(run.updates for run in race.under_way) + 1)


def _step_epoch(race: Race) -> None:
    """Go on to the end of the epoch that the variant furthest behind is in."""
    per = [h.started.updates_per_epoch for h in race.histories if h.started]
    longest = max(per, default=1)
    least = min(run.updates for run in race.under_way)
    _step_until(race, (least // longest + 1) * longest)


def _step_until(race: Race, update: int) -> None:
    for run in race.under_way:
        services().scheduler.step(run.owner, run.id, update)
