"""Whether runs began with the same weights and trained on the same rows in the same order."""

from collections.abc import Sequence
from dataclasses import dataclass
from hashlib import sha256

from models.events import History


@dataclass(frozen=True, slots=True)
class Fingerprints:
    """Of each run, "" where it has not told yet: of its first weights, and of its order of rows.

    The order is that of the epochs which all have finished, ``epochs`` of them.
    """

    initial: tuple[str, ...]
    order: tuple[str, ...]
    epochs: int

    @property
    def same_weights(self) -> bool:
        return len(set(self.initial)) == 1

    @property
    def same_order(self) -> bool:
        return len(set(self.order)) == 1


def fingerprints(runs: Sequence[History]) -> Fingerprints:
    """Return what the workers have told of what they trained with."""
    told = [[epoch.order for epoch in run.epochs if epoch.order] for run in runs]
    epochs = min(map(len, told), default=0)
    order = tuple(_joined(each[:epochs]) if epochs else "" for each in told)
    return Fingerprints(
        tuple(run.started.initial if run.started else "" for run in runs), order, epochs
    )


def _joined(orders: Sequence[str]) -> str:
    """Return the fingerprint of several epochs, the only one's own."""
    return orders[0] if len(orders) == 1 else sha256("".join(orders).encode()).hexdigest()
