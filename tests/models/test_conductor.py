"""Between two chunks of batches: what counts as training, and what is a wait."""

import time

from models.conductor import Conductor
from models.events import State
from models.wish import Limits, Wish


class Still:
    """A run that does nothing when it is conducted."""

    def settle(self) -> None: ...

    def tune(self, learning_rate: float) -> None: ...

    def watch(self, weight: tuple[int, int, int] | None) -> None: ...


def test_the_waits_of_slow_motion_are_no_time_of_training() -> None:
    wish, limits = Wish(updates_per_second=20.0), Limits(working_seconds=0.4)
    conductor = Conductor(lambda: wish, lambda event: None, Still(), limits)
    began = time.monotonic()
    for update in range(20):
        assert conductor.next(update, 100) == 2
    assert time.monotonic() - began > 2 * 0.4
    assert conductor.working_seconds < 0.4


def test_what_is_no_wait_is_time_of_training() -> None:
    conductor = Conductor(Wish, lambda event: None, Still(), Limits(working_seconds=0.1))
    assert conductor.next(0, 7) == 7
    time.sleep(0.15)
    assert conductor.next(7, 7) is State.TIMEOUT
