"""Curves and lines against asking one row at a time, and against scikit-learn."""

import numpy as np
import pytest
from sklearn.linear_model import LinearRegression

from models.analysis.effects import PLACES, Line, curves
from models.experiment import Layer
from models.network.forward import predict
from models.tasks import built_in
from tests.models.network.test_attribution import made

BOSTON = built_in("boston").load()


@pytest.mark.parametrize("column", [0, 5, 12])
def test_curves_are_what_the_network_says_row_by_row(column: int) -> None:
    network, rows = made("boston", Layer(16), Layer(8, "tanh")), BOSTON.x_test[:20]
    found = curves(network, rows, column, 1.0, 9.0)
    assert found.places[0] == 1 and found.places[-1] == 9 and len(found.places) == PLACES
    for number, row in enumerate(rows):
        for place in (0, 17, PLACES - 1):
            asked = row.copy()
            asked[column] = found.places[place]
            answer = predict(network, asked[None])[0, 0]
            assert found.answers[number, place] == pytest.approx(answer, rel=1e-4)
    np.testing.assert_allclose(found.mean, found.answers.mean(axis=0), rtol=1e-5)


def test_a_line_is_that_of_scikit_learn_and_its_shares_add_up() -> None:
    line = Line.through(BOSTON.x_train, BOSTON.y_train)
    theirs = LinearRegression().fit(BOSTON.x_train.astype(float), BOSTON.y_train.astype(float))
    np.testing.assert_allclose(line.slopes, theirs.coef_, rtol=1e-6)
    for row in BOSTON.x_test[:10]:
        answer = theirs.predict(row[None].astype(float))[0]
        assert line.answer(row) == pytest.approx(answer)
        total = line.answer(line.means) + line.shares(row).sum()
        assert total == pytest.approx(answer)
    assert line.answer(line.means) == pytest.approx(BOSTON.y_train.mean(dtype=float))


def test_a_column_that_does_not_vary_has_no_share() -> None:
    rows = np.column_stack([np.arange(8.0), np.full(8, 3.0)])
    line = Line.through(rows, 2 * np.arange(8.0) + 1)
    assert line.shares(rows[7])[1] == 0 and line.answer(rows[7]) == pytest.approx(15)
