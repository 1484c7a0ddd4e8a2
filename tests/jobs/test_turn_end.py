"""What the end of a turn means for its run."""

import pytest

from data.text import Text
from models.events import End, Paused, State
from models.jobs.turn_end import goes_on, last_word
from models.run import Run
from models.wish import Wish
from tests.jobs.lab import OWNER, SHORT

RUN = Run("id", OWNER, SHORT.task, SHORT, State.RUNNING, 0.0, updates=12)
LEFT = End(State.INTERRUPTED, checkpoint=10)
DIED = Text("죽음", "died")
PAUSED = End(State.PAUSED, checkpoint=10)


@pytest.mark.parametrize(
    ("end", "wish", "is_next", "told"),
    [
        (End(State.DONE), Wish(leave=True), False, End(State.DONE)),
        (LEFT, Wish(), True, LEFT),  # a trainer died
        (LEFT, Wish(leave=True), True, Paused(10, 10, parked=True)),
        (LEFT, Wish(leave=True, paused=True), False, Paused(10, 10, parked=True)),
        (LEFT, Wish(leave=True, paused=True, until=11), True, Paused(10, 10, parked=True)),
        (LEFT, Wish(stop=True), False, End(State.STOPPED, checkpoint=10)),  # a trainer died
        (LEFT, Wish(leave=True, stop=True), False, End(State.STOPPED, checkpoint=10)),
        (End(State.LOST, error=DIED), Wish(stop=True), False, End(State.STOPPED)),
        (End(State.LOST, error=DIED), Wish(), False, End(State.LOST, error=DIED)),
        (PAUSED, Wish(paused=True), False, Paused(10, 10, parked=True)),
        (PAUSED, Wish(), True, Paused(10, 10, parked=True)),
        (PAUSED, Wish(stop=True), False, End(State.STOPPED, checkpoint=10)),
        (End(State.PAUSED), Wish(paused=True), False, Paused(12, None, parked=True)),  # it hung
    ],
)
def test_who_leaves_is_paused_or_waits_for_the_next_turn(
    end: End, wish: Wish, is_next: bool, told: End | Paused
) -> None:
    assert goes_on(end, wish) is is_next
    assert last_word(RUN, end, wish, is_closing=False) == told


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_server_that_closes_interrupts_runs_and_leaves_pauses_as_they_are(
    is_paused: bool,
) -> None:
    told = last_word(RUN, LEFT, Wish(leave=True, paused=is_paused), is_closing=True)
    assert isinstance(told, Paused) is is_paused
