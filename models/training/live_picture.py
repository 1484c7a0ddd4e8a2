"""What is shown of a run while somebody watches it: the network, and one weight of it.

Both are off until a weight is chosen, so that a run that nobody watches pays nothing.
"""

from collections.abc import Callable

from models.events import Snapshot
from models.training.batches import Trained, Watch
from models.training.live_view import Emit, NetworkView, WeightView


class LiveView:
    """Emits pictures of the network, which ``take`` takes, and what happens to the weight."""

    def __init__(self, emit: Emit, take: Callable[[], Snapshot]) -> None:
        self._emit, self._take = emit, take
        self._network: NetworkView | None = None
        self._weight: WeightView | None = None

    def watch(self, weight: tuple[int, int, int] | None) -> None:
        """Show the network and this weight of it from now on, or nothing."""
        self._network = NetworkView(self._emit, self._take) if weight else None
        self._weight = WeightView(self._emit, *weight) if weight else None

    @property
    def watched(self) -> Watch | None:
        """Where the weight lies that the batches have to record."""
        return self._weight.watch if self._weight else None

    def add(self, trained: Trained, update: int, rate: float) -> None:
        """Take what some batches have recorded, the first of which was update ``update``."""
        if self._weight:
            self._weight.add(trained, update, rate)

    def show(self, *, now: bool = False) -> None:
        """Emit what it is time for, or everything ``now``."""
        if self._network and self._weight:
            self._network.look(now=now)
            self._weight.report(now=now)
