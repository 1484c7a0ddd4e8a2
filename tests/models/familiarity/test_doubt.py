"""What is no digit is told as such, and digits hardly ever: shares, which are printed (-s)."""

import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest
from threadpoolctl import threadpool_limits

from data.dataset import Array
from data.pictures.no_digit import Shape
from data.pictures.strokes import rasterize
from models.familiarity.comparison import TrainingRows
from models.familiarity.doubt import doubted_shape, is_doubtful
from models.familiarity.nearest import last_hidden
from models.familiarity.strangeness import mean_distances
from models.tasks import built_in
from models.trained.shipped import shipped
from tests.bench.pen_digits import FILE, canvas_strokes, load
from tests.support import odd_strokes
from tests.support.browser.handwriting import DIGITS

MNIST = built_in("mnist")
DRAWINGS = 60


@pytest.fixture(scope="module")
def rows() -> Iterator[TrainingRows]:
    """Return the training rows of the network that comes with the lab."""
    found = shipped(MNIST)
    assert found is not None
    with threadpool_limits(1):  # as in the server
        yield TrainingRows.of(found.read(), MNIST.load())


def told(rows: TrainingRows, pictures: Array) -> tuple[list[bool], list[Shape | None]]:
    """Return of each picture whether it is told to be no digit, and what it is called."""
    outputs = last_hidden(rows.network, pictures.reshape(len(pictures), -1))
    distances = mean_distances(rows.familiarity.hidden, outputs)
    known = rows.familiarity.distances
    strange = np.searchsorted(known, distances) / len(known)
    shapes = [doubted_shape(MNIST, *each) for each in zip(pictures, strange.tolist(), strict=True)]
    return [is_doubtful(*each) for each in zip(shapes, strange.tolist(), strict=True)], shapes


def share(rows: TrainingRows, what: str, pictures: list[Array] | Array) -> float:
    found = float(np.mean(told(rows, np.stack(pictures))[0]))
    print(f"{what:24} told as none of the ten digits: {found:.3f}")
    return found


def drawn(draw: object) -> list[Array]:
    random = np.random.default_rng(5)
    return [rasterize(draw(random)) for _ in range(DRAWINGS)]  # type: ignore[operator]


def test_what_is_no_digit_is_told(rows: TrainingRows) -> None:
    letters = [rasterize(each) for seed in range(5) for each in odd_strokes.letters(seed)]
    assert share(rows, "letters and signs", letters) >= 0.8
    assert share(rows, "dashes", drawn(odd_strokes.dash)) == 1
    assert share(rows, "scribbles", drawn(odd_strokes.scribble)) >= 0.9


def test_two_digits_are_told_as_two(rows: TrainingRows) -> None:
    random = np.random.default_rng(6)
    pairs = random.integers(0, 10, (DRAWINGS, 2)).tolist()
    pictures = [
        rasterize(odd_strokes.side_by_side(DIGITS[left], DIGITS[right], random))
        for left, right in pairs
    ]
    assert share(rows, "two digits side by side", pictures) >= 0.95
    shapes = told(rows, np.stack(pictures))[1]
    assert shapes.count(Shape.TWO_DIGITS) >= 0.8 * DRAWINGS


def test_few_test_digits_are_told_to_be_none(rows: TrainingRows) -> None:
    assert share(rows, "MNIST's test digits", MNIST.load().x_test[::5]) <= 0.06


def test_few_digits_of_other_pens_are_told_to_be_none(rows: TrainingRows) -> None:
    folder = os.environ.get("FNN_LAB_TEST_DATA")
    if not folder:
        pytest.skip(f"FNN_LAB_TEST_DATA names no folder with {FILE}")
    for size in (0.35, 0.6):
        random = np.random.default_rng(0)
        digits = [rasterize(canvas_strokes(each, size, random)) for each in load(Path(folder))]
        assert share(rows, f"pen digits at {size:.0%}", digits) <= 0.06


def test_other_pictures_have_no_shapes_of_digits() -> None:
    shoes = np.zeros((28, 28), np.uint8)
    shoes[10:14, 2:26] = 255
    assert doubted_shape(MNIST, shoes, None) is Shape.DASH
    assert doubted_shape(built_in("fashion_mnist"), shoes, 0.99) is None
    assert is_doubtful(None, 0.99) and not is_doubtful(None, 0.5) and not is_doubtful(None, None)
