"""Dashes, pairs of marks and scribbles are told from their ink."""

import numpy as np
import pytest

from data.dataset import Array
from data.pictures.no_digit import Shape, certain_shape, likely_shape
from data.pictures.strokes import Stroke, rasterize
from tests.support.browser.handwriting import DIGITS


def moved(strokes: tuple[Stroke, ...], right: float) -> list[Stroke]:
    return [tuple((x / 2 + right, y) for x, y in stroke) for stroke in strokes]


def scribble() -> Array:
    points = np.random.default_rng(3).uniform(0.2, 0.8, (30, 2)).tolist()
    return rasterize([tuple((x, y) for x, y in points)])


def test_a_flat_line_is_a_dash_and_an_upright_one_is_not() -> None:
    assert certain_shape(rasterize([((0.2, 0.5), (0.8, 0.55))])) is Shape.DASH
    assert certain_shape(rasterize([((0.5, 0.2), (0.52, 0.8))])) is None


@pytest.mark.parametrize("digit", DIGITS)
def test_a_digit_is_no_other_shape(digit: int) -> None:
    picture = rasterize(DIGITS[digit])
    assert certain_shape(picture) is None and likely_shape(picture) is None


def test_two_digits_side_by_side_are_two() -> None:
    pair = [*moved(DIGITS[1], 0), *moved(DIGITS[7], 0.5)]
    assert certain_shape(rasterize(pair)) is Shape.TWO_DIGITS


def test_the_bar_of_a_five_and_what_stands_below_are_one_digit() -> None:
    bar = ((0.45, 0.2), (0.75, 0.2))
    belly = ((0.3, 0.3), (0.3, 0.5), (0.6, 0.5), (0.65, 0.65), (0.3, 0.8))
    assert certain_shape(rasterize([bar, belly])) is None


def test_much_ink_is_a_scribble_only_where_it_is_known_to_be_no_digit() -> None:
    assert certain_shape(scribble()) is None
    assert likely_shape(scribble()) is Shape.SCRIBBLE


def test_an_empty_picture_shows_nothing() -> None:
    empty = np.zeros((28, 28), np.uint8)
    assert certain_shape(empty) is None and likely_shape(empty) is None
    assert likely_shape(np.full((12, 20), 100, np.uint8)) is None
