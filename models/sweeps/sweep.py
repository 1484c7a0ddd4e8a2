"""A sweep as it stands: its plan, and what each of its runs has come to.

It holds the figures of its runs itself: they are told also after the store has made room and a run
of the sweep is gone.
"""

import json
import math
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from typing import Any

from data.language import UserError
from models.events import ENDED, State
from models.sweeps.plan import Plan, Trial, Value


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a run of a sweep has come to; ``run`` is None before it is submitted.

    ``hopeless_at`` is the epoch after which the sweep's rule ended it. A run ``is_gone`` whose
    owner, or the store for want of room, has deleted it; its last figures stay.
    """

    run: str | None = None
    state: str = ""
    epoch: int = 0
    val_loss: float | None = None
    val_metric: float | None = None
    hopeless_at: int | None = None
    is_gone: bool = False

    @property
    def is_over(self) -> bool:
        return self.is_gone or (self.state in ENDED and self.state != State.INTERRUPTED)


@dataclass(frozen=True, slots=True)
class Sweep:
    """One sweep of an owner; ``created`` is in seconds since 1970."""

    id: str
    owner: str
    created: float
    plan: Plan
    outcomes: tuple[Outcome, ...]
    is_stopped: bool = False

    @property
    def is_over(self) -> bool:
        """Whether nothing of it will train any more."""
        return all(each.is_over or (self.is_stopped and each.run is None) for each in self.outcomes)

    @property
    def ended(self) -> int:
        """How many of its runs have ended."""
        return sum(each.is_over for each in self.outcomes)

    def trials(self) -> list[tuple[Trial, Outcome]]:
        """Return every run with what it has come to."""
        return list(zip(self.plan.trials(), self.outcomes, strict=True))

    def with_outcome(self, number: int, outcome: Outcome) -> "Sweep":
        """Return the sweep with another outcome of the run with this number."""
        changed = (*self.outcomes[:number], outcome, *self.outcomes[number + 1 :])
        return replace(self, outcomes=changed)


@dataclass(frozen=True, slots=True)
class Cell:
    """A combination of values with the outcomes of its seeds."""

    values: tuple[Value, ...]
    outcomes: tuple[Outcome, ...]

    @property
    def metrics(self) -> list[float]:
        """The metric of every seed that trained to its end: one ended early says too little."""
        return [
            each.val_metric
            for each in self.outcomes
            if each.state == State.DONE
            and each.val_metric is not None
            and math.isfinite(each.val_metric)
        ]


def cells(sweep: Sweep) -> list[Cell]:
    """Return the combinations of a sweep in the order of its grid."""
    found: dict[tuple[Value, ...], list[Outcome]] = {}
    for trial, outcome in sweep.trials():
        found.setdefault(trial.values, []).append(outcome)
    return [Cell(values, tuple(outcomes)) for values, outcomes in found.items()]


def started(sweep_id: str, owner: str, created: float, plan: Plan) -> Sweep:
    """Return a sweep of which nothing has been submitted yet."""
    return Sweep(sweep_id, owner, created, plan, (Outcome(),) * plan.runs)


def to_record(sweep: Sweep) -> str:
    """Return a sweep as the JSON text that the store keeps."""
    return json.dumps(
        {
            "created": sweep.created,
            "plan": sweep.plan.to_dict(),
            "outcomes": [asdict(outcome) for outcome in sweep.outcomes],
            "is_stopped": sweep.is_stopped,
        }
    )


def from_record(sweep_id: str, owner: str, record: str) -> Sweep:
    """Return the sweep that ``to_record`` wrote; raises ``ValueError`` for anything else."""
    try:
        values: Mapping[str, Any] = json.loads(record)
        plan = Plan.from_dict(values["plan"])
        outcomes: Sequence[Any] = values["outcomes"]
        found = tuple(Outcome(**each) for each in outcomes)
        sweep = Sweep(
            sweep_id, owner, float(values["created"]), plan, found, bool(values["is_stopped"])
        )
        sweep.trials()
    except (ValueError, TypeError, KeyError, AttributeError, UserError) as error:
        raise ValueError(f"sweep: {error}") from error
    return sweep
