"""How far a network's answers are from the numbers that it should have given."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array


@dataclass(frozen=True, slots=True)
class Residuals:
    """Answers and true numbers of some rows, (rows,) each, as the data stores them."""

    answers: Array
    y: Array

    @property
    def errors(self) -> Array:
        """What was answered less what is true, (rows,) float64."""
        found: Array = self.answers.astype(np.float64) - self.y
        return found

    @property
    def mae(self) -> float:
        return float(np.abs(self.errors).mean())

    @property
    def rmse(self) -> float:
        return float(np.sqrt((self.errors**2).mean()))

    @property
    def r2(self) -> float | None:
        """The share of the variance that is explained; None where the numbers do not vary."""
        variance = float(np.var(self.y.astype(np.float64)))
        return 1 - float((self.errors**2).mean()) / variance if variance else None

    def worst(self, count: int) -> Array:
        """Return the rows with the largest errors, the largest first."""
        order = np.lexsort((np.arange(len(self.y)), -np.abs(self.errors)))
        found: Array = order[:count]
        return found
