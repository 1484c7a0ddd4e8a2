"""What is asked of a run under way, and how long it may take.

A control is absolute: it says how things shall be, not what shall change. To say it twice is to say
it once, so a double click, a lost answer or a race does no harm.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any

SECONDS_PER_UPDATE = 0.05
"""Of a core, for an update that is shown by itself: 22 to 60 ms for the lecture's networks. Above
ten a second several run in one call and cost less each; they are counted as if they did not, for
the next network may be a large one."""
MOST_AT_REST = 0.5
"""Up to this share of a core a run mostly waits: ten single updates a second."""


@dataclass(frozen=True, slots=True)
class Control:
    """How a run shall go on.

    A run with ``paused`` trains up to the update ``until`` and waits there. ``stop`` ends it for
    good, ``leave`` ends it for now: it writes a checkpoint and gives its place back.
    ``updates_per_second`` None means as fast as possible; ``learning_rate`` None means the one it
    has. ``watch`` names the weight to be watched: Dense layer, input (-1 is the bias), unit.
    """

    stop: bool = False
    leave: bool = False
    paused: bool = False
    until: int = 0
    updates_per_second: float | None = None
    learning_rate: float | None = None
    watch: tuple[int, int, int] | None = None

    @property
    def share_of_core(self) -> float:
        """How much of a core a run needs that trains at this tempo, from 0 to 1.

        >>> [Control(updates_per_second=pace).share_of_core for pace in (1, 10, 100, None)]
        [0.05, 0.5, 1.0, 1.0]
        """
        pace = self.updates_per_second
        return 1.0 if pace is None else min(1.0, pace * SECONDS_PER_UPDATE)

    @property
    def wants_core(self) -> bool:
        """Whether a run that goes on like this needs more of a core than a run at rest."""
        return not self.paused and self.share_of_core > MOST_AT_REST

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Control":
        """Return the control that ``to_dict`` wrote."""
        watch = values.get("watch")
        return cls(**{**values, "watch": None if watch is None else tuple(watch)})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use; None means no limit.

    ``paused_seconds`` is how long a paused run keeps its worker, ``working_seconds`` how long it
    may train in one go, pauses and the waits of slow motion aside, and ``megabytes`` the memory its
    worker may ask for beyond what it was born with.
    """

    paused_seconds: float | None = None
    working_seconds: float | None = None
    megabytes: int | None = None
