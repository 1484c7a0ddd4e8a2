"""Figures of columns against SciPy and NumPy, on Boston and on awkward columns."""

from dataclasses import replace

import numpy as np
import pytest
from scipy.stats import ks_2samp

from data.dataset import Array, Dataset
from models.analysis.columns import at_the_most, columns, correlations, distance, within
from models.tasks import built_in
from tests.support.own_data import OWN_DATA

BOSTON = built_in("boston").load()


def table(train: Array, test: Array) -> Dataset:
    y_train, y_test = np.arange(len(train), dtype=np.float32), np.zeros(len(test), np.float32)
    return replace(
        OWN_DATA["apples"],
        x_train=train.astype(np.float32),
        y_train=y_train,
        x_test=test.astype(np.float32),
        y_test=y_test,
    )


@pytest.mark.parametrize("dataset", [BOSTON, OWN_DATA["apples"]], ids=["boston", "apples"])
def test_figures_are_those_of_numpy_and_scipy(dataset: Dataset) -> None:
    found = columns(dataset)
    assert len(found) == dataset.x_train.shape[1]
    for number, column in enumerate(found):
        train, test = dataset.x_train[:, number], dataset.x_test[:, number]
        every = np.concatenate([train, test])
        assert (column.low, column.high) == (every.min(), every.max())
        assert column.distinct == len(set(every.tolist())) and column.missing == 0
        assert column.mean == pytest.approx(train.mean(dtype=np.float64))
        assert column.deviation == pytest.approx(train.std(dtype=np.float64))
        assert column.shift == pytest.approx(ks_2samp(train, test).statistic)


@pytest.mark.parametrize("dataset", [BOSTON, OWN_DATA["apples"]], ids=["boston", "apples"])
def test_correlations_are_those_of_numpy(dataset: Dataset) -> None:
    both = np.column_stack([dataset.x_train, dataset.y_train]).astype(np.float64)
    np.testing.assert_allclose(correlations(dataset), np.corrcoef(both.T), atol=1e-9)


def test_gaps_and_constant_columns_are_told_and_do_no_harm() -> None:
    train = np.array([[1, 5, np.nan], [2, 5, np.nan], [np.nan, 5, np.nan], [4, 5, np.nan]])
    found = columns(table(train, np.array([[1, 5, np.nan], [9, 5, np.nan]])))
    assert [column.missing for column in found] == [1, 0, 6]
    assert [column.is_constant for column in found] == [False, True, True]
    assert found[0].shift == pytest.approx(ks_2samp([1, 2, 4], [1, 9]).statistic)
    assert found[1].shift == 0 and found[1].deviation == 0
    assert (found[2].low, found[2].mean, found[2].shift) == (None, None, None)


def test_a_column_that_does_not_vary_has_no_correlation() -> None:
    train = np.column_stack([np.arange(6), np.full(6, 0.1), -np.arange(6), np.arange(6) % 2])
    found = correlations(table(train, train[:1]))
    assert np.isnan(found[1]).all() and np.isnan(found[:, 1]).all()
    assert found[0, 2] == pytest.approx(-1) and found[0, 4] == pytest.approx(1)
    assert np.isnan(correlations(table(train[:1], train[:1]))).all()


@pytest.mark.parametrize("seed", range(20))
def test_the_distance_is_scipys_for_any_samples(seed: int) -> None:
    random = np.random.default_rng(seed)
    first = random.integers(0, 6, random.integers(1, 30)).astype(float)
    second = random.integers(2, 9, random.integers(1, 30)).astype(float)
    assert distance(first, second) == pytest.approx(ks_2samp(first, second).statistic)
    assert distance(first, second[:0]) is None


def test_the_districts_at_the_limit_are_found() -> None:
    rows = at_the_most(BOSTON)
    every = np.concatenate([BOSTON.y_train, BOSTON.y_test])
    assert set(BOSTON.y_train[rows]) == {50.0}
    assert len(rows) == (BOSTON.y_train == 50.0).sum() and (every == 50.0).sum() == 16
    single = table(np.arange(12).reshape(4, 3), np.zeros((1, 3)))
    assert len(at_the_most(single)) == 0


def test_rows_are_chosen_by_a_range() -> None:
    rows = within(BOSTON, 5, 6.0, 6.5)
    inside = [6.0 <= value <= 6.5 for value in BOSTON.x_train[:, 5].tolist()]
    assert rows.tolist() == [number for number, is_in in enumerate(inside) if is_in]
