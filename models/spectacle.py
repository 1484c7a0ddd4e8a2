"""What is shown of a run while somebody watches it: the network, and one weight of it.

Both are off until a weight is chosen, so that a run that nobody watches pays nothing.
"""

from collections.abc import Callable

from models.batches import Trained, Watch
from models.camera import Camera, Emit, Lens
from models.events import Snapshot


class Spectacle:
    """Emits pictures of the network, which ``take`` takes, and what happens to the weight."""

    def __init__(self, emit: Emit, take: Callable[[], Snapshot]) -> None:
        self._emit, self._take = emit, take
        self._camera: Camera | None = None
        self._lens: Lens | None = None

    def watch(self, weight: tuple[int, int, int] | None) -> None:
        """Show the network and this weight of it from now on, or nothing."""
        self._camera = Camera(self._emit, self._take) if weight else None
        self._lens = Lens(self._emit, *weight) if weight else None

    @property
    def watched(self) -> Watch | None:
        """Where the weight lies that the batches have to record."""
        return self._lens.watch if self._lens else None

    def add(self, trained: Trained, update: int, rate: float) -> None:
        """Take what some batches have recorded, the first of which was update ``update``."""
        if self._lens:
            self._lens.add(trained, update, rate)

    def show(self, *, now: bool = False) -> None:
        """Emit what it is time for, or everything ``now``."""
        if self._camera and self._lens:
            self._camera.look(now=now)
            self._lens.report(now=now)
