"""Figures of a regression against scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from models.analysis.numbers import Residuals


@pytest.mark.parametrize("seed", range(5))
def test_figures_are_those_of_scikit_learn(seed: int) -> None:
    random = np.random.default_rng(seed)
    y = random.normal(20, 8, 102).astype(np.float32)
    found = Residuals((y + random.normal(0, 3, 102)).astype(np.float32), y)
    assert found.mae == pytest.approx(mean_absolute_error(y, found.answers), rel=1e-5)
    assert found.rmse == pytest.approx(root_mean_squared_error(y, found.answers), rel=1e-5)
    assert found.r2 == pytest.approx(r2_score(y, found.answers), rel=1e-5)


def test_the_worst_rows_come_first_and_equal_ones_in_their_order() -> None:
    found = Residuals(np.array([1.0, 5.0, -3.0, 1.0]), np.array([1.0, 2.0, 0.0, 4.0]))
    assert found.worst(3).tolist() == [1, 2, 3]
    assert found.errors.tolist() == [0, 3, -3, -3]


def test_numbers_that_do_not_vary_have_no_share_explained() -> None:
    assert Residuals(np.array([1.0, 2.0]), np.array([3.0, 3.0])).r2 is None
