"""What is said of test rows now and after an epoch, and when the answer to a row flipped."""

import numpy as np
import pytest
from sklearn.linear_model import Lasso, LinearRegression, Ridge
from sklearn.metrics import mean_absolute_error, r2_score, root_mean_squared_error

from data.text.vocabulary import Encoded
from models.analysis.judged import Flip, flips, judged_now, judged_then, rows_of_test
from models.analysis.straight import straight_lines
from models.network.epoch_record import Answers, EpochRecord
from models.network.evaluation import rows_at
from models.network.forward import predict
from models.network.weights import TrainedNetwork
from models.tasks import BUILT_IN, built_in
from models.trained.shipped import shipped


def ready(name: str) -> TrainedNetwork:
    found = shipped(built_in(name))
    assert found
    return found.read()


@pytest.mark.parametrize("name", [task.name for task in BUILT_IN])
def test_all_test_rows_are_judged_exactly(name: str) -> None:
    network = ready(name)
    dataset = network.task.load(network.experiment)
    rows = rows_of_test(network, dataset)
    found = judged_now(network, rows, dataset.y_test)
    assert len(found.rows) == len(dataset.y_test)
    figures = shipped(network.task)
    assert figures
    if network.task.head.is_classifier:
        assert found.judgement.accuracy == pytest.approx(figures.test["accuracy"], abs=1e-9)
    else:
        assert found.residuals.mae == pytest.approx(figures.test["mae"], rel=1e-6)
    chosen = np.array([5, 0, 99])
    some = predict(network, rows_at(rows, chosen))
    both = found.judgement.probabilities if network.task.head.is_classifier else None
    expected = found.residuals.answers[chosen, None] if both is None else both[chosen]
    np.testing.assert_allclose(some, expected, rtol=1e-4, atol=1e-5)


def test_rows_of_texts_are_taken_in_any_order() -> None:
    texts = Encoded(np.array([1, 2, 3, 4], np.int32), np.array([0, 2, 2, 3, 4], np.int64))
    found = rows_at(texts, np.array([3, 0, 1, 0]))
    assert isinstance(found, Encoded)
    assert [found.row(i).tolist() for i in range(4)] == [[4], [1, 2], [], [1, 2]]


def said(*classes: int) -> Answers:
    return Answers(np.array(classes, np.uint16), np.full(len(classes), 0.5, np.float32))


def test_a_row_flips_where_its_answer_last_changed() -> None:
    record = EpochRecord()
    for epoch, answers in enumerate([(0, 1, 1, 0), (0, 1, 0, 1), (1, 1, 0, 0)], 1):
        record = record.with_answers(epoch, said(*answers))
    y = np.array([0, 1, 0, 1], np.uint8)
    assert flips(record, y, 3) == {
        0: Flip(False, 3, 2),
        1: Flip(True, 1, None),
        2: Flip(True, 2, 1),
        3: Flip(False, 3, 2),
    }
    assert flips(record, y, 1)[3] == Flip(False, 1, None)
    assert flips(EpochRecord(), y, 3) == {}


def test_what_was_recorded_is_judged_on_the_recorded_rows() -> None:
    y = np.arange(3000) % 10
    answers = Answers(np.zeros(2000, np.uint16), np.ones(2000, np.float32))
    found = judged_then(built_in("mnist"), answers, y)
    assert np.array_equal(found.judgement.y, y[found.rows])
    assert found.judgement.accuracy == pytest.approx(float((y[found.rows] == 0).mean()))


@pytest.mark.parametrize("constant", [False, True])
def test_straight_lines_are_those_of_scikit_learn(constant: bool) -> None:
    network = ready("boston")
    dataset = network.task.load(network.experiment)
    x, x_test = (network.scaling.apply(each) for each in (dataset.x_train, dataset.x_test))
    if constant:
        x[:, 3], x_test[:, 3] = 0, 0
    y, y_test = dataset.y_train, dataset.y_test
    found = straight_lines(x, y, x_test, y_test, 1.0, 0.09)
    rivals = {"linear_regression": LinearRegression(), "ridge": Ridge(1.0)}
    rivals["lasso"] = Lasso(0.09, max_iter=10_000, tol=1e-8)
    for name, rival in rivals.items():
        answers = rival.fit(x.astype(np.float64), y).predict(x_test.astype(np.float64))
        np.testing.assert_allclose(found[name].answers, answers, rtol=1e-4)
        assert found[name].rmse == pytest.approx(root_mean_squared_error(y_test, answers), rel=1e-4)
        assert found[name].mae == pytest.approx(mean_absolute_error(y_test, answers), rel=1e-4)
        assert found[name].r2 == pytest.approx(r2_score(y_test, answers), rel=1e-4)
