"""How much of a core a turn uses: what is wished of it, and what it has said, tell that.

A run that is paused, or trains in slow motion, mostly waits. Its worker process stays, so that it
obeys at once, but its core is free for others.
"""

from dataclasses import dataclass

from models.events import Event, Paused, Resumed, Started
from models.wish import MOST_AT_REST, Wish


@dataclass(slots=True)
class Load:
    """The load of one turn; it begins with the building of its network, at full speed."""

    wish: Wish
    has_started: bool = False
    paused_at: int | None = None
    """The update after which it said that it is paused."""

    def hear(self, event: Event) -> None:
        """Take in what the run says."""
        match event:
            case Started():
                self.has_started, self.paused_at = True, None
            case Paused():
                self.paused_at = event.update
            case Resumed():
                self.paused_at = None

    @property
    def is_paused(self) -> bool:
        """Whether it waits in a pause, and is not on its way to an update that was asked for."""
        return self.wish.paused and self.paused_at is not None and self.paused_at >= self.wish.until

    @property
    def share_of_core(self) -> float:
        """From 0 in a pause to 1 at full speed."""
        if self.is_paused:
            return 0.0
        if not self.has_started or self.wish.paused:
            return 1.0
        return self.wish.share_of_core

    @property
    def rests(self) -> bool:
        """Whether the run mostly waits."""
        return self.share_of_core <= MOST_AT_REST
