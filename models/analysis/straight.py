"""Linear models on the rows that a network was trained on, in NumPy: what a straight line reaches.

The three are those of the baselines: least squares, Ridge and Lasso (Tibshirani 1996) as in
scikit-learn, which takes 60 MB that a server does without.
"""

import numpy as np

from data.dataset import Array
from models.analysis.numbers import Residuals

_MOST_PASSES = 10_000
_TOLERANCE = 1e-8


def least_squares(x: Array, y: Array, penalty: float = 0.0) -> tuple[Array, float]:
    """Return slopes, (inputs,), and bias; with a penalty on the squared slopes it is Ridge."""
    means, centre = x.mean(axis=0), float(y.mean())
    apart = x - means
    if penalty:
        square = apart.T @ apart + penalty * np.eye(x.shape[1])
        slopes: Array = np.linalg.solve(square, apart.T @ (y - centre))
    else:
        slopes = np.linalg.lstsq(apart, y - centre, rcond=None)[0]
    return slopes, centre - float(means @ slopes)


def lasso(x: Array, y: Array, alpha: float) -> tuple[Array, float]:
    """Return slopes and bias that minimise half the mean squared error + alpha x |slopes|.

    By coordinate descent: one slope after the other, until none moves any more.
    """
    means, centre = x.mean(axis=0), float(y.mean())
    apart = x - means
    sizes, slopes = (apart**2).mean(axis=0), np.zeros(x.shape[1])
    left = y - centre
    for _ in range(_MOST_PASSES):
        moved = 0.0
        for column in np.nonzero(sizes)[0]:
            before = slopes[column]
            pull = apart[:, column] @ left / len(y) + sizes[column] * before
            slopes[column] = np.sign(pull) * max(abs(pull) - alpha, 0) / sizes[column]
            change = slopes[column] - before
            if change:
                left = left - change * apart[:, column]
                moved = max(moved, abs(change) * float(np.sqrt(sizes[column])))
        if moved <= _TOLERANCE * max(float(y.std()), 1e-12):
            break
    return slopes, centre - float(means @ slopes)


def straight_lines(
    x_train: Array, y_train: Array, x_test: Array, y_test: Array, ridge: float, alpha: float
) -> dict[str, Residuals]:
    """Return what linear models say of the test rows; rows are as the network sees them.

    ``ridge`` and ``alpha`` are the penalties of Ridge and Lasso.
    """
    x, y, asked = (each.astype(np.float64) for each in (x_train, y_train, x_test))
    fitted = {
        "linear_regression": least_squares(x, y),
        "ridge": least_squares(x, y, ridge),
        "lasso": lasso(x, y, alpha),
    }
    return {
        name: Residuals(asked @ slopes + bias, y_test) for name, (slopes, bias) in fitted.items()
    }
