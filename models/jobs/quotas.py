"""How many runs may train and wait, for one owner and for all together."""

import os
from dataclasses import dataclass, field

from data.cores import usable_cores
from data.language import Text, UserError, quoted
from models.control import Limits
from models.jobs.places import RESTING_PER_SLOT


@dataclass(frozen=True, slots=True)
class Quotas:
    """What one owner, and all together, may have; the defaults are those of a classroom.

    Beside the runs of an owner that use a core, ``resting_per_owner`` may be paused or slow without
    giving their workers back. They count as running: an owner has no more runs under way for them.
    """

    running_per_owner: int = 1
    waiting_per_owner: int = 3
    resting_per_owner: int = 1
    resting_per_slot: int = RESTING_PER_SLOT
    in_all: int = 100
    limits: Limits = field(default_factory=lambda: Limits(60, 600, 4096))

    @property
    def under_way_per_owner(self) -> int:
        """How many runs of an owner may train and wait together."""
        return self.running_per_owner + self.waiting_per_owner

    @property
    def workers_per_owner(self) -> int:
        """How many workers an owner's runs may have."""
        return self.running_per_owner + self.resting_per_owner


def slots_from_environment() -> int:
    """Return how many runs train at a time: ``FNN_LAB_SLOTS``, or one a core it may use.

    Raises ``UserError`` when the variable is not a whole number from 1 to 1,000.
    """
    given = os.environ.get("FNN_LAB_SLOTS", "").strip()
    if not given:
        return usable_cores()
    if given.isascii() and given.isdigit() and 1 <= int(given) <= 1_000:
        return int(given)
    raise UserError(
        Text(
            f"환경 변수 FNN_LAB_SLOTS가 {quoted(given)}입니다. "
            "동시에 학습할 실행 수를 1~1000의 정수로 적어 주세요.",
            f"The environment variable FNN_LAB_SLOTS is {quoted(given)}. Set it to the number of "
            "runs that may train at a time, a whole number from 1 to 1000.",
        )
    )
