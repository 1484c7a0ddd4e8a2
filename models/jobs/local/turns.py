"""Several runs in one process that train in turn, one chunk of batches at a time.

Every run has a thread of its own with the ordinary training loop in it. The loop asks before each
chunk how to go on, and there it waits until it is its turn again: only one of them ever computes,
so each trains exactly as it would alone.
"""

import threading
from collections.abc import Sequence

from models.control import Control
from models.events import Epoch, Event, Started
from models.training.pacing import Ask


class Turns:
    """Whose turn it is among runs 0, 1, ...: of those with the fewest epochs, who had none longest.

    In a pause, and on the way to an update that was asked for, they simply take their turns.

    All methods may be called by any thread.
    """

    def __init__(self, runs: int) -> None:
        self._changed = threading.Condition()
        self._epochs = dict.fromkeys(range(runs), 0)
        self._waited = list(range(runs))
        """The runs that are not over, the one that had its turn longest ago first."""
        self._turn = 0
        self._is_paused = False
        """Whether they train no further than they are asked to: each has to hear of it."""

    def begin(self, run: int) -> None:
        """Wait for the first turn of a run."""
        with self._changed:
            self._changed.wait_for(lambda: self._turn == run)

    def hear(self, run: int, event: Event) -> None:
        """Take in how many epochs a run has finished."""
        if isinstance(event, Epoch | Started):
            with self._changed:
                self._epochs[run] = event.epoch

    def pass_on(self, run: int) -> None:
        """Give the turn to the next run, and wait until it comes back."""
        with self._changed:
            self._waited.remove(run)
            self._waited.append(run)
            self._hand_over()
            self._changed.wait_for(lambda: self._turn == run)

    def leave(self, run: int) -> None:
        """Take part no more."""
        with self._changed:
            self._waited.remove(run)
            if self._waited:
                self._hand_over()

    def asking(self, run: int, ask: Ask) -> Ask:
        """Return what a run asks instead of ``ask``: it gives the others their turn first.

        Not before its first chunk: the points of one run show while the others are prepared.
        """
        has_asked = False

        def asked() -> Control:
            nonlocal has_asked
            if has_asked:
                self.pass_on(run)
            has_asked = True
            control = ask()
            self._is_paused = control.paused
            return control

        return asked

    def _hand_over(self) -> None:
        epochs = dict.fromkeys(self._waited, 0) if self._is_paused else self._epochs
        self._turn = next_turn(self._waited, epochs)
        self._changed.notify_all()


def next_turn(waiting: Sequence[int], epochs: dict[int, int]) -> int:
    """Return which of the ``waiting`` runs is next.

    >>> next_turn([2, 0, 1], {0: 1, 1: 0, 2: 1}), next_turn([2, 0, 1], {0: 0, 1: 0, 2: 0})
    (1, 2)
    """
    return min(waiting, key=lambda run: epochs[run])
