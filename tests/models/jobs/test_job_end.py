"""What the end of a job means for its run."""

import pytest

from data.language import Text
from models.control import Control
from models.events import End, Paused, State
from models.jobs.job_end import goes_on, last_word
from models.runs.run import Run
from tests.support.lab import OWNER, SHORT

RUN = Run("id", OWNER, SHORT.task, SHORT, State.RUNNING, 0.0, updates=12)
LEFT = End(State.INTERRUPTED, checkpoint=10)
DIED = Text("죽음", "died")
PAUSED = End(State.PAUSED, checkpoint=10)


@pytest.mark.parametrize(
    ("end", "control", "is_next", "told"),
    [
        (End(State.DONE), Control(leave=True), False, End(State.DONE)),
        (LEFT, Control(), True, LEFT),  # a trainer died
        (LEFT, Control(leave=True), True, Paused(10, 10, parked=True)),
        (LEFT, Control(leave=True, paused=True), False, Paused(10, 10, parked=True)),
        (LEFT, Control(leave=True, paused=True, until=11), True, Paused(10, 10, parked=True)),
        (LEFT, Control(stop=True), False, End(State.STOPPED, checkpoint=10)),  # a trainer died
        (LEFT, Control(leave=True, stop=True), False, End(State.STOPPED, checkpoint=10)),
        (End(State.LOST, error=DIED), Control(stop=True), False, End(State.STOPPED)),
        (End(State.LOST, error=DIED), Control(), False, End(State.LOST, error=DIED)),
        (PAUSED, Control(paused=True), False, Paused(10, 10, parked=True)),
        (PAUSED, Control(), True, Paused(10, 10, parked=True)),
        (PAUSED, Control(stop=True), False, End(State.STOPPED, checkpoint=10)),
        (End(State.PAUSED), Control(paused=True), False, Paused(12, None, parked=True)),  # it hung
    ],
)
def test_who_leaves_is_paused_or_waits_for_the_next_turn(
    end: End, control: Control, is_next: bool, told: End | Paused
) -> None:
    assert goes_on(end, control) is is_next
    assert last_word(RUN, end, control, is_closing=False) == told


@pytest.mark.parametrize("is_paused", [False, True])
def test_a_server_that_closes_interrupts_runs_and_leaves_pauses_as_they_are(
    is_paused: bool,
) -> None:
    told = last_word(RUN, LEFT, Control(leave=True, paused=is_paused), is_closing=True)
    assert isinstance(told, Paused) is is_paused
