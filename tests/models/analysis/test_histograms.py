"""Histograms of columns against NumPy's and a count by hand."""

import itertools

import numpy as np
import pytest

from models.analysis.histograms import histogram, histograms
from models.tasks import built_in

BOSTON = built_in("boston").load()


def test_every_row_of_housing_is_in_one_bin() -> None:
    for number, found in enumerate(histograms(BOSTON)):
        assert sum(found.train) == 404 and sum(found.test) == 102
        values, edges = BOSTON.x_test[:, number].astype(np.float64), found.edges
        last = len(found.test) - 1
        by_hand = [
            sum(low <= v < high or (i == last and v == high) for v in values)
            for i, (low, high) in enumerate(itertools.pairwise(edges))
        ]
        assert list(found.test) == by_hand


def test_both_parts_share_their_edges_and_gaps_are_left_out() -> None:
    found = histogram(np.array([0, 1, np.nan]), np.array([9, np.inf, 10]), bins=2)
    assert found.edges == pytest.approx((0, 5, 10))
    assert (found.train, found.test) == ((2, 0), (0, 2))


def test_a_constant_and_an_empty_column_have_one_too() -> None:
    same = histogram(np.full(4, 5.0), np.full(2, 5.0))
    assert sum(same.train) == 4 and sum(same.test) == 2
    assert histogram(np.full(3, np.nan), np.zeros(0)).edges == ()
