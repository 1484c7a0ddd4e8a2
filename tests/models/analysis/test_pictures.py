"""Counts, means and nearest pairs of pictures against a loop and scikit-learn."""

import numpy as np
import pytest
from sklearn.metrics import pairwise_distances

from data.dataset import Array
from models.analysis.pictures import class_counts, class_means, nearest_pair, rows_of
from models.tasks import built_in


def pictures(rows: int, classes: int) -> tuple[Array, Array]:
    random = np.random.default_rng(rows)
    x = random.integers(0, 256, (rows, 5, 4)).astype(np.uint8)
    return x, random.integers(0, classes, rows).astype(np.uint8)


def test_counts_and_means_of_digits_are_those_of_a_loop() -> None:
    digits = built_in("mnist").load()
    x, y = digits.x_train[:5_000], digits.y_train[:5_000]
    means = class_means(x, y, 10)
    assert class_counts(y, 10) == tuple(int((y == number).sum()) for number in range(10))
    for number, mean in enumerate(means):
        assert mean is not None
        np.testing.assert_allclose(mean, np.mean(x[y == number], axis=0))


@pytest.mark.parametrize(("rows", "classes"), [(700, 3), (1_200, 10)])
def test_the_nearest_pair_is_the_nearest_of_all_pairs(rows: int, classes: int) -> None:
    x, y = pictures(rows, classes)
    found = nearest_pair(x, y)
    distances = pairwise_distances(x.reshape(rows, -1).astype(float))
    distances[y[:, None] == y] = np.inf
    assert found is not None and y[found.first] != y[found.second]
    assert found.distance == pytest.approx(distances.min())
    assert found.distance == pytest.approx(distances[found.first, found.second])


def test_equal_pictures_of_two_classes_have_the_distance_0() -> None:
    x = np.full((2, 3, 3), 255, np.uint8)
    found = nearest_pair(x, np.array([0, 1]))
    assert found is not None and found.distance == 0


def test_a_class_without_rows_and_a_single_class_are_no_mistake() -> None:
    x, _ = pictures(6, 2)
    y = np.zeros(6, np.uint8)
    assert class_counts(y, 2) == (6, 0)
    assert class_means(x, y, 2)[1] is None
    assert nearest_pair(x, y) is None and nearest_pair(x[:0], y[:0]) is None
    assert rows_of(y, 1, 8).tolist() == [] and rows_of(y, 0, 2).tolist() == [0, 1]
