"""The scaling of inputs: fitted on the training rows, kept with the weights, used ever after.

A network trained on scaled numbers understands nothing else, so whoever predicts needs the very
same figures.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import numpy as np

from data.dataset import Array


@dataclass(frozen=True, slots=True)
class Scaling:
    """(x - offset) / divisor for each column; a single figure serves all columns.

    Raises ``ValueError`` when the two differ in length, are empty, or hold a figure that is not
    finite, or a divisor of 0, as float32.
    """

    offset: tuple[float, ...]
    divisor: tuple[float, ...]

    def __post_init__(self) -> None:
        if not self.offset or len(self.offset) != len(self.divisor):
            raise ValueError("offset and divisor need the same number of figures, at least one")
        if not all(map(_fits, self.offset + self.divisor)) or not _row(self.divisor).all():
            raise ValueError("offset and divisor must be finite in float32, divisors not 0")

    def apply(self, x: Array) -> Array:
        """Scale (rows, columns) numbers of any dtype to float32 of the same shape."""
        scaled: Array = (x.astype(np.float32) - _row(self.offset)) / _row(self.divisor)
        return scaled

    def to_dict(self) -> dict[str, Any]:
        """Return plain JSON values; ``from_dict`` gives the same scaling back."""
        return {"offset": list(self.offset), "divisor": list(self.divisor)}

    @classmethod
    def from_dict(cls, values: object) -> "Scaling":
        """Build a scaling from parsed JSON; raises ``ValueError`` for anything else."""
        if not isinstance(values, Mapping) or set(values) != {"offset", "divisor"}:
            raise ValueError("a scaling is an object with the fields offset and divisor")
        return cls(_figures(values["offset"]), _figures(values["divisor"]))


def standardization(x_train: Array) -> Scaling:
    """Return mean and standard deviation of each column of (rows, columns), in float64.

    A constant column gets the divisor 1, so that it becomes 0 instead of NaN.
    """
    x = x_train.astype(np.float64)
    deviation = np.where(np.ptp(x, axis=0) > 0, x.std(axis=0), 1)
    divisor = np.where(deviation.astype(np.float32) > 0, deviation, 1)
    return Scaling(tuple(x.mean(axis=0).tolist()), tuple(divisor.tolist()))


def pixel_scaling() -> Scaling:
    """Grey values from 0 to 255 become 0 to 1."""
    return Scaling((0.0,), (255.0,))


def identity() -> Scaling:
    """Numbers stay as they are."""
    return Scaling((0.0,), (1.0,))


def _row(figures: tuple[float, ...]) -> Array:
    return np.array(figures, dtype=np.float32)


def _fits(figure: float) -> bool:
    return abs(figure) <= float(np.finfo(np.float32).max)


def _figures(values: object) -> tuple[float, ...]:
    if not isinstance(values, list | tuple) or not all(map(_is_number, values)):
        raise ValueError("offset and divisor are lists of finite numbers")
    return tuple(float(value) for value in values)


def _is_number(value: object) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and _fits(value)
