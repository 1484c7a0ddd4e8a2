"""Between two chunks of batches: what counts as training, and what is a wait."""

import time

from models.control import Control, Limits
from models.events import State
from models.training.pacing import Pacing


class Still:
    """A run that does nothing when it is conducted."""

    def settle(self) -> None: ...

    def tune(self, learning_rate: float) -> None: ...

    def watch(self, weight: tuple[int, int, int] | None) -> None: ...


def test_the_waits_of_slow_motion_are_no_time_of_training() -> None:
    control, limits = Control(updates_per_second=20.0), Limits(working_seconds=0.4)
    pacing = Pacing(lambda: control, lambda event: None, Still(), limits)
    began = time.monotonic()
    for update in range(20):
        assert pacing.next(update, 100) == 2
    assert time.monotonic() - began > 2 * 0.4
    assert pacing.working_seconds < 0.4


def test_what_is_no_wait_is_time_of_training() -> None:
    pacing = Pacing(Control, lambda event: None, Still(), Limits(working_seconds=0.1))
    assert pacing.next(0, 7) == 7
    time.sleep(0.15)
    assert pacing.next(7, 7) is State.TIMEOUT
