"""An example is compared with what a network has learnt from, of every kind of input."""

from dataclasses import replace

import numpy as np
import pytest
from sklearn.neighbors import NearestNeighbors

from data.dataset import Array
from data.language import UserError
from data.text.vocabulary import Vocabulary
from models.experiment import Layer
from models.familiarity import comparison
from models.familiarity.comparison import Compared, TrainingRows
from models.familiarity.nearest import Nearest, last_hidden
from models.familiarity.strangeness import NEAREST
from models.inputs.preparation import dense, prepare
from models.network.evaluation import rows_at
from models.network.weights import TrainedNetwork
from models.tasks import built_in
from models.trained.shipped import shipped
from tests.models.network.test_attribution import made


def network(name: str) -> TrainedNetwork:
    found = shipped(built_in(name))
    assert found
    return found.read()


def assert_nearest(found: Nearest | None, rows: Array, row: Array) -> None:
    """Hold what was found against scikit-learn's search through all rows."""
    assert found is not None
    known = NearestNeighbors(n_neighbors=NEAREST, algorithm="brute").fit(rows.astype(np.float64))
    distances, _ = known.kneighbors(row.reshape(1, -1).astype(np.float64))
    apart = rows[found.rows].astype(np.float64) - row.reshape(1, -1)
    for by_hand in (distances[0], np.linalg.norm(apart, axis=1)):
        np.testing.assert_allclose(found.distances, by_hand, rtol=1e-4, atol=1e-4)
    assert len(set(found.rows.tolist())) == NEAREST


def test_districts_are_compared_by_standardised_variables_and_by_the_layer() -> None:
    boston = network("boston")
    dataset = boston.task.load(boston.experiment)
    rows = TrainingRows.of(boston, dataset)
    for row in dataset.x_test[:5]:
        found = rows.compare(row[None])
        train = dataset.x_train[: found.rows]
        assert_nearest(found.by_inputs, boston.scaling.apply(train), boston.scaling.apply(row))
        hidden = last_hidden(boston, train), last_hidden(boston, row[None])
        assert_nearest(found.by_layer, *hidden)
        assert found.strangeness is not None and 0 <= found.strangeness <= 1
    far = rows.compare(1e4 * np.ones((1, 13), np.float32))
    assert far.strangeness == 1


def test_reviews_are_compared_by_the_layer_only() -> None:
    reviews = network("reviews")
    dataset = reviews.task.load(reviews.experiment)
    rows = TrainingRows.of(reviews, dataset)
    prepared = prepare(reviews.task, reviews.experiment, dataset)
    example = rows_at(prepared.x_test, np.array([7]))
    found = rows.compare(example)
    assert found.by_inputs is None and found.rows == len(prepared.x_train)
    hidden = dense(reviews.scaling, prepared.x_train, len(reviews.kernels[0]))
    for kernel, bias in zip(reviews.kernels[:-1], reviews.biases[:-1], strict=True):
        hidden = np.maximum(hidden @ kernel + bias, 0)
    assert_nearest(found.by_layer, hidden, last_hidden(reviews, example))


def of_pictures(*layers: Layer) -> Compared:
    """Compare a test picture with MNIST's first rows."""
    digits = built_in("mnist").load()
    x, y, asked = digits.x_train[:300], digits.y_train[:300], digits.x_test[3]
    dataset = replace(digits, x_train=x, y_train=y, x_test=digits.x_test[:40])
    network = made("mnist", *layers)
    found = TrainingRows.of(network, dataset).compare(asked.reshape(1, -1))
    assert_nearest(found.by_inputs, x[: found.rows].reshape(found.rows, -1), asked)
    return found


def test_pictures_are_compared_by_their_pixels() -> None:
    found = of_pictures(Layer(16))
    assert found.by_layer is not None and found.strangeness is not None


def test_a_network_without_a_hidden_layer_compares_nothing_else() -> None:
    assert of_pictures().by_layer is None


def test_of_large_data_the_first_rows_are_compared(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(comparison, "MOST_BYTES", 64 * 50)
    boston = network("boston")
    rows = TrainingRows.of(boston, boston.task.load(boston.experiment))
    found = rows.compare(boston.task.load().x_test[:1])
    assert found.rows == 50 and rows.nbytes == 64 * 50
    assert found.by_layer is not None and found.by_layer.rows.max() < 50


def test_a_network_that_diverged_is_a_sentence() -> None:
    boston = network("boston")
    kernels = (np.full_like(boston.kernels[0], np.nan), *boston.kernels[1:])
    with pytest.raises(UserError, match=r"diverged|발산"):
        TrainingRows.of(replace(boston, kernels=kernels), boston.task.load())


def test_data_that_has_changed_since_is_a_sentence() -> None:
    reviews = network("reviews")
    other = replace(reviews, vocabulary=Vocabulary(("다른", "단어")))
    with pytest.raises(UserError, match=r"no longer|달라서"):
        TrainingRows.of(other, reviews.task.load(reviews.experiment))
