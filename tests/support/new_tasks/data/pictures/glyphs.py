"""Glyphs: four marks, drawn into grey pictures that are wider than high."""

import numpy as np

from data.dataset import Dataset
from data.language import Text

ROWS, HEIGHT, WIDTH = 400, 12, 20


def load() -> Dataset:
    """Return 320 + 80 rows: x (rows, 12, 20) uint8 and the number of the mark."""
    random = np.random.default_rng(2)
    marks = random.integers(0, 4, ROWS).astype(np.uint8)
    pictures = random.integers(0, 40, (ROWS, HEIGHT, WIDTH)).astype(np.uint8)
    for picture, mark in zip(pictures, marks, strict=True):
        top, left = random.integers(1, 4), random.integers(1, 8)
        cells = picture[top : top + 8, left : left + 12]
        (cells[3:5], cells[:, 5:7], cells[::3], cells[:, ::4])[mark][:] = 230
    return Dataset(
        name="glyphs",
        x_train=pictures[:320],
        y_train=marks[:320],
        x_test=pictures[320:],
        y_test=marks[320:],
        features=(),
        classes=(
            Text("가로줄", "a row"),
            Text("세로줄", "a column"),
            Text("가로줄 셋", "three rows"),
            Text("세로줄 셋", "three columns"),
        ),
        source=Text("만들어 낸 그림", "made up"),
        licence="CC0",
    )
