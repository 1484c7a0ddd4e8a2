"""A data set as the lecture uses it: training rows, test rows, and what the columns mean."""

from dataclasses import dataclass
from typing import Any

import numpy as np

from data.language import Text

Array = np.ndarray[Any, np.dtype[Any]]


@dataclass(frozen=True, slots=True)
class Feature:
    """One column of a table: its short name, its meaning, and its unit."""

    name: str
    meaning: Text
    unit: Text


@dataclass(frozen=True, slots=True)
class Dataset:
    """Arrays that are read-only, and perhaps memory-mapped.

    ``x_train`` is (rows, features) float32 for tables and (rows, 28, 28) uint8 for images;
    ``y_train`` is float32 for a price and uint8 for a class index. ``features`` is empty for
    images, ``classes`` is empty for regression. ``warning`` is shown wherever the data is shown.
    """

    name: str
    x_train: Array
    y_train: Array
    x_test: Array
    y_test: Array
    features: tuple[Feature, ...]
    classes: tuple[Text, ...]
    source: Text
    licence: str
    warning: Text | None = None
