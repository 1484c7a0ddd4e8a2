"""Fruit: two measures of each, and which fruit it is."""

import numpy as np

from data.dataset import Dataset, Feature, Noun
from data.language import Text

ROWS = 200


def load() -> Dataset:
    """Return 160 + 40 rows: x (rows, 2) float32 and 0 for an apple, 1 for a pear."""
    random = np.random.default_rng(4)
    kinds = random.integers(0, 2, ROWS).astype(np.uint8)
    width = random.normal(7, 0.5, ROWS)
    height = width * np.where(kinds, 1.5, 0.9) + random.normal(0, 0.3, ROWS)
    x = np.stack([width, height], axis=1).astype(np.float32)
    return Dataset(
        name="fruit",
        x_train=x[:160],
        y_train=kinds[:160],
        x_test=x[160:],
        y_test=kinds[160:],
        features=(
            Feature("WIDTH", Text("너비", "width"), Text("cm", "cm")),
            Feature("HEIGHT", Text("높이", "height"), Text("cm", "cm")),
        ),
        classes=(Text("사과", "apple"), Text("배", "pear")),
        source=Text("만들어 낸 수", "made up"),
        licence="CC0",
        row=Noun(Text("과일", "fruit"), Text("과일", "fruits")),
    )
