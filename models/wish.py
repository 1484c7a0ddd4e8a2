"""What is asked of a run under way, and how long it may take.

A wish is absolute: it says how things shall be, not what shall change. To say it twice is to say it
once, so a double click, a lost answer or a race does no harm.
"""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any


@dataclass(frozen=True, slots=True)
class Wish:
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

    def to_dict(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_dict(cls, values: Mapping[str, Any]) -> "Wish":
        """Return the wish that ``to_dict`` wrote."""
        watch = values.get("watch")
        return cls(**{**values, "watch": None if watch is None else tuple(watch)})


@dataclass(frozen=True, slots=True)
class Limits:
    """What one run may use; None means no limit.

    ``paused_seconds`` is how long a paused run keeps its worker, ``working_seconds`` how long it
    may train in one go, pauses aside, and ``megabytes`` the memory its worker may ask for beyond
    what it was born with.
    """

    paused_seconds: float | None = None
    working_seconds: float | None = None
    megabytes: int | None = None
