"""Apples: three measures of each, and what it weighs."""

import numpy as np

from data.dataset import Dataset, Feature, Noun, Target
from data.language import Text

ROWS = 240


def load() -> Dataset:
    """Return 200 + 40 rows: x (rows, 3) and weight in grams, float32."""
    random = np.random.default_rng(1)
    width, height = random.normal(7, 0.6, ROWS), random.normal(6.5, 0.5, ROWS)
    days = random.integers(0, 30, ROWS)
    weight = 0.5 * width**2 * height - days + random.normal(0, 3, ROWS)
    x, y = np.stack([width, height, days], axis=1).astype(np.float32), weight.astype(np.float32)
    return Dataset(
        name="apples",
        x_train=x[:200],
        y_train=y[:200],
        x_test=x[200:],
        y_test=y[200:],
        features=(
            Feature("WIDTH", Text("너비", "width"), Text("cm", "cm")),
            Feature("HEIGHT", Text("높이", "height"), Text("cm", "cm")),
            Feature("DAYS", Text("딴 뒤 지난 날", "days since picking"), Text("일", "days")),
        ),
        classes=(),
        source=Text("만들어 낸 수", "made up"),
        licence="CC0",
        target=Target(Text("무게", "weight"), Text("그램", "grams")),
        row=Noun(Text("사과", "apple"), Text("사과", "apples")),
    )
