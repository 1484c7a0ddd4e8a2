"""Which runs are kept, and which go when there are too many or the disk is full of them.

Only runs that have ended ever go: first those without a name, the oldest first; those that their
owner has named only when no other is left. Their numbers say which is older, for clocks jump. Runs
that cannot be read never go, and count for nobody.
Everything here is a pure function of what the store knows, so a page can say what would go before
it does.
"""

import os
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from data.language import Text, UserError, quoted
from models.events import ENDED, State
from models.runs.run import Run

VARIABLE = "FNN_LAB_DISK_MB"
MEGABYTE = 1_000_000
SHARE_TO_WARN_FROM = 0.9


@dataclass(frozen=True, slots=True)
class Retention:
    """How many runs an owner may keep, and how many bytes all run folders together may take."""

    runs_per_owner: int = 50
    disk_bytes: int = 5_000 * MEGABYTE


@dataclass(frozen=True, slots=True)
class Kept:
    """What decides whether a run may go; ``number`` counts all runs of the store."""

    id: str
    owner: str
    state: State
    number: int
    named: bool


@dataclass(frozen=True, slots=True)
class RetentionStatus:
    """How many runs an owner has, and which go next.

    Once ``limit`` is near, ``next_by_count`` go after ``starts`` more starts. Those of
    ``next_by_disk`` may go with anybody's start: all run folders together have ``used`` of
    ``allowed`` bytes.
    """

    runs: int
    limit: int
    next_by_count: tuple[Run, ...]
    used: int
    allowed: int
    next_by_disk: tuple[Run, ...]

    @property
    def starts(self) -> int:
        return max(1, self.limit - self.runs + 1)


def in_order_of_going(runs: Sequence[Kept]) -> list[Kept]:
    """Return the runs that may go, the first one first."""
    ended = (run for run in runs if run.state in ENDED)
    return sorted(ended, key=lambda run: (run.named, run.number))


def too_many(runs: Sequence[Kept], allowed: int) -> list[Kept]:
    """Return the runs of one owner that go so that ``allowed`` are left, if they can."""
    return in_order_of_going(runs)[: max(0, len(runs) - allowed)]


def too_large(
    runs: Sequence[Kept],
    sizes: Mapping[str, int],
    allowed: float,
    may_go: Callable[[Kept], bool] = lambda run: True,
) -> list[Kept]:
    """Return the runs that go so that all take at most ``allowed`` bytes, if they can.

    Only of those that would go next it is asked whether they ``may_go``.
    """
    excess, going = sum(sizes.values()) - allowed, []
    for run in in_order_of_going(runs):
        if excess <= 0:
            break
        if sizes.get(run.id) and may_go(run):
            going.append(run)
            excess -= sizes[run.id]
    return going


def next_to_go(runs: Sequence[Kept], retention: Retention) -> list[Kept]:
    """Return the runs of one owner that go first, once the limit is near (45 runs of 50)."""
    limit = retention.runs_per_owner
    if len(runs) < SHARE_TO_WARN_FROM * limit:
        return []
    return too_many(runs, min(limit, len(runs)) - 1)


def retention_from_environment() -> Retention:
    """Return the lab's retention, with the disk budget of ``FNN_LAB_DISK_MB``.

    Raises ``UserError`` when the variable is not a whole number from 1 to 100,000,000.
    """
    given = os.environ.get(VARIABLE, "").strip()
    if not given:
        return Retention()
    if given.isascii() and given.isdigit() and 1 <= int(given[:12]) <= 100_000_000:
        return Retention(disk_bytes=int(given) * MEGABYTE)
    raise UserError(
        Text(
            f"환경 변수 {VARIABLE}이(가) {quoted(given)}입니다. 실행 기록이 차지해도 되는 디스크 "
            "크기를 1~100000000의 정수(MB)로 적어 주세요.",
            f"The environment variable {VARIABLE} is {quoted(given)}. Set it to the disk space "
            "that runs may take in megabytes, a whole number from 1 to 100000000.",
        )
    )
