"""A race on show: its tools and tables, drawn anew while it trains, and its curves beside them."""

from typing import NamedTuple

import streamlit as st

from app.form.choice import choice
from app.race.race_curves import race_curves
from app.race.race_figures import conclusion, ranking, replay_of, sameness
from app.race.race_surface import race_surface
from app.race.race_tools import race_tools
from app.race.races import Race, read_race, repeats
from app.session import failures, state
from app.session.i18n import t
from app.session.services import services
from models.race.variants import SEEDS
from models.tasks.base import Task

UNITS = ("epoch", "update", "second")
SECONDS_BETWEEN_LOOKS = 0.5


def race_view(task: Task, race_id: str) -> None:
    """Draw a race of this owner; raises ``UserError`` where a run of it is gone."""
    race = read_race(race_id)
    unit = state.Kept("race-unit", UNITS[0])
    tables, curves = st.columns([2, 3], gap="large")
    with tables:
        every = SECONDS_BETWEEN_LOOKS if _stage(task, race).moves else None
        st.fragment(_tables, run_every=every)(task, race_id, unit, _stage(task, race))
    with curves:
        choice(
            st.segmented_control,
            t("race.unit"),
            {each: t(f"race.unit_{each}") for each in UNITS},
            unit.get(),
            "race-unit",
            unit.set,
            required=True,
        )
        race_curves(task, race, unit.get(), replay_of(race).get())
    if race.is_over:
        race_surface(race)


class _Stage(NamedTuple):
    """What the whole page depends on: ``moves`` where the race or a repeat of it is under way."""

    is_over: bool
    moves: bool
    replays: int


def _stage(task: Task, race: Race) -> _Stage:
    again = repeats(task, race, SEEDS) if race.is_over else []
    moves = not race.is_over or any(not each.is_over for each in again)
    return _Stage(race.is_over, moves, replay_of(race).get())


def _tables(task: Task, race_id: str, unit: state.Kept[str], was: _Stage) -> None:
    """Draw what changes while a race trains; its end lets the whole page run once more."""
    race = read_race(race_id)
    if _stage(task, race) != was:
        st.rerun()
    if refusal := state.take_refusal():
        failures.tell(refusal)
    race_tools(race, replay_of(race))
    _waiting(race)
    ranking(race, unit.get())
    if race.is_over:
        conclusion(task, race)
    sameness(race)


def _waiting(race: Race) -> None:
    place = services().scheduler.position(race.runs[0].id)
    if place is not None:
        st.caption(t("race.queued", place=place))
