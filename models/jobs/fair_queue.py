"""Who is next: runs that wait, by owner, one owner after the other.

Whoever waits with ten runs waits no shorter than who waits with one: after each run that starts,
its owner goes to the end of the round.
"""

from collections import OrderedDict, deque
from collections.abc import Callable
from itertools import zip_longest


class FairQueue:
    """Run ids that wait, by owner. Not safe for threads by itself."""

    def __init__(self) -> None:
        self._owners: OrderedDict[str, deque[str]] = OrderedDict()

    def __len__(self) -> int:
        return sum(map(len, self._owners.values()))

    def __contains__(self, run_id: str) -> bool:
        return any(run_id in waiting for waiting in self._owners.values())

    def of(self, owner: str) -> int:
        """Return how many runs of an owner wait."""
        return len(self._owners.get(owner, ()))

    def add(self, owner: str, run_id: str, *, first: bool = False) -> None:
        """Let a run wait behind the owner's others, or before them."""
        waiting = self._owners.setdefault(owner, deque())
        (waiting.appendleft if first else waiting.append)(run_id)

    def go_last(self, owner: str) -> None:
        """Let an owner who waits be the last in this round."""
        self._owners.move_to_end(owner)

    def remove(self, run_id: str) -> bool:
        """Take a run out of the queue; False if it does not wait."""
        for owner, waiting in self._owners.items():
            if run_id in waiting:
                waiting.remove(run_id)
                if not waiting:
                    del self._owners[owner]
                return True
        return False

    def take(self, may_start: Callable[[str], bool]) -> tuple[str, str] | None:
        """Take out the next (owner, run id) whose owner may start one; None if there is none."""
        owner = next(filter(may_start, self._owners), None)
        if owner is None:
            return None
        waiting = self._owners.pop(owner)
        run_id = waiting.popleft()
        if waiting:
            self._owners[owner] = waiting
        return owner, run_id

    def owners(self) -> list[str]:
        """Return everybody who waits, in the order of this round."""
        return list(self._owners)

    def in_order(self) -> list[tuple[str, str]]:
        """Return (owner, run id) of every waiting run in the order of its turn."""
        waiting = ([(owner, run_id) for run_id in runs] for owner, runs in self._owners.items())
        return [turn for each in zip_longest(*waiting) for turn in each if turn is not None]

    def order(self) -> list[str]:
        """Return every waiting run in the order of its turn."""
        return [run_id for _, run_id in self.in_order()]
