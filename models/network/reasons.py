"""Why an answer, in a form that can be checked: shares that add up, and asking again without them.

The shares are integrated gradients. What they are worth shows when the inputs with the largest ones
are taken away: the answer falls faster than without as many inputs chosen at random.
"""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from models.network.attribution import Attribution, integrated_gradients, taken_away
from models.network.weights import TrainedNetwork

MOST_TAKEN = 100
RANDOM_ORDERS = 10
SEED = 0
"""Of the random orders: the same example gives the same curves."""


@dataclass(frozen=True, slots=True)
class Reasons:
    """Why a network answers what it answers, for the output ``unit``.

    ``order`` holds the inputs that differ from the baseline, those that speak most for the answer
    first, at most ``MOST_TAKEN``. ``without_largest`` and ``without_random`` are
    (len(order) + 1,): the answer when the first 0, 1, 2, ... of them are taken away, and its mean
    over ``RANDOM_ORDERS`` random choices among all that differ.
    """

    unit: int
    attribution: Attribution
    order: Array
    without_largest: Array
    without_random: Array


def reasons(network: TrainedNetwork, row: Array, baseline: Array, unit: int) -> Reasons:
    """Ask why; ``row`` and ``baseline`` are (inputs,) as the network sees them."""
    attribution = integrated_gradients(network, row, baseline, unit)
    differs = np.nonzero(row != baseline)[0]
    shares = attribution.shares[differs]
    is_for = shares if network.task.head.is_classifier else np.abs(shares)
    order = differs[np.argsort(-is_for, kind="stable")][:MOST_TAKEN]
    random = np.random.default_rng(SEED)
    orders = [random.permutation(differs)[: len(order)] for _ in range(RANDOM_ORDERS)]
    asked = [taken_away(network, row, baseline, each)[:, unit] for each in (order, *orders)]
    return Reasons(unit, attribution, order, asked[0], np.mean(asked[1:], axis=0))
