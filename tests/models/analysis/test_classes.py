"""Figures of a classifier against those of scikit-learn, and against counting."""

import numpy as np
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, precision_recall_fscore_support

from models.analysis.classes import BINS, Count, Judgement


def judged(classes: int, rows: int = 400, seed: int = 0, missing: int | None = None) -> Judgement:
    random = np.random.default_rng(seed)
    y = random.integers(0, classes, rows).astype(np.uint8)
    if missing is not None:
        y[y == missing] = (missing + 1) % classes
    sums = random.normal(0, 1, (rows, classes))
    sums[np.arange(rows), y] += random.normal(1.2, 1, rows)
    if missing is not None:
        sums[:, missing] = -100
    shares = np.exp(sums)
    return Judgement.of((shares / shares.sum(axis=1, keepdims=True)).astype(np.float32), y)


CASES = [judged(10), judged(2), judged(4, missing=2), judged(10, rows=1), judged(3, rows=5)]
every_case = pytest.mark.parametrize("case", CASES, ids=range(len(CASES)))


@every_case
def test_the_matrix_is_that_of_scikit_learn(case: Judgement) -> None:
    labels = range(case.classes)
    expected = confusion_matrix(case.y, case.answers, labels=labels)
    assert np.array_equal(case.matrix(), expected)
    assert case.accuracy == accuracy_score(case.y, case.answers)
    shares = case.matrix(Count.SHARE)
    true = np.unique(case.y)
    np.testing.assert_allclose(
        shares[true], confusion_matrix(case.y, case.answers, labels=labels, normalize="true")[true]
    )


@every_case
def test_probabilities_are_added_up_by_true_class(case: Judgement) -> None:
    for true in range(case.classes):
        expected = case.probabilities[case.y == true].astype(np.float64).sum(axis=0)
        np.testing.assert_allclose(case.matrix(Count.PROBABILITY)[true], expected)


@every_case
def test_figures_are_those_of_scikit_learn(case: Judgement) -> None:
    labels = list(range(case.classes))
    expected = precision_recall_fscore_support(
        case.y, case.answers, labels=labels, zero_division=np.nan
    )
    for found, precision, recall, f1, rows in zip(case.figures(), *expected, strict=True):
        for ours, theirs in ((found.precision, precision), (found.recall, recall)):
            assert (ours is None and np.isnan(theirs)) or ours == pytest.approx(theirs)
        assert found.f1 is None or found.f1 == pytest.approx(f1)
        assert found.rows == rows


@every_case
def test_the_calibration_error_is_what_counting_gives(case: Judgement) -> None:
    total = 0.0
    for number in range(BINS):
        inside = [
            row
            for row, sure in enumerate(case.confidence.tolist())
            if number / BINS < sure <= (number + 1) / BINS
        ]
        if inside:
            sure = np.mean([float(case.confidence[row]) for row in inside])
            right = np.mean([case.answers[row] == case.y[row] for row in inside])
            total += abs(sure - right) * len(inside) / len(case.y)
    assert case.calibration_error() == pytest.approx(total, abs=1e-6)
    assert sum(each.rows for each in case.bins()) == len(case.y)


@every_case
def test_rows_of_a_cell_are_all_and_only_its_own_wrong_and_sure_ones_first(case: Judgement) -> None:
    for true in (None, *range(case.classes)):
        for given in (None, *range(case.classes)):
            rows = case.rows_in(true, given).tolist()
            expected = {
                row
                for row in range(len(case.y))
                if true in (None, case.y[row]) and given in (None, case.answers[row])
            }
            assert set(rows) == expected and len(rows) == len(expected)
            keys = [(case.answers[r] == case.y[r], -float(case.confidence[r])) for r in rows]
            assert keys == sorted(keys)


def test_a_sure_and_right_network_is_calibrated() -> None:
    y = np.array([0, 1, 1], np.uint8)
    assert Judgement.of(np.eye(2, dtype=np.float32)[y], y).calibration_error() == 0
