"""How much of a core a job uses: what is asked of it, and what it has said, tell that.

A run that is paused, or trains in slow motion, mostly waits. Its worker process stays, so that it
obeys at once, but its core is free for others.
"""

from dataclasses import dataclass

from models.control import MOST_AT_REST, Control
from models.events import Event, Paused, Resumed, Started


@dataclass(slots=True)
class Load:
    """The load of one job; it begins with the building of its network, at full speed."""

    control: Control
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
        return (
            self.control.paused
            and self.paused_at is not None
            and self.paused_at >= self.control.until
        )

    @property
    def share_of_core(self) -> float:
        """From 0 in a pause to 1 at full speed."""
        if self.is_paused:
            return 0.0
        if not self.has_started or self.control.paused:
            return 1.0
        return self.control.share_of_core

    @property
    def rests(self) -> bool:
        """Whether the run mostly waits."""
        return self.share_of_core <= MOST_AT_REST
