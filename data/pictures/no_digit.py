"""What a picture shows where it is no single digit, as far as its ink alone tells.

A network answers with one of its digits whatever it is given. A flat line and two marks side by
side are told from a digit without asking it.
"""

from collections.abc import Iterator
from enum import StrEnum
from itertools import pairwise

import numpy as np

from data.dataset import Array

_INK = 150
"""Grey values from which on a pixel is part of a mark: fainter ones join what stands close."""
_FLATTEST_DIGIT = 0.4
"""Times as high as wide. Of MNIST's 10,000 test digits the flattest has 0.5."""
_SMALLEST_MARK = 0.6
"""Times the height of the whole: the bar of a 5 is lower."""
_SHARED_COLUMNS = 0.25
"""Of the narrower mark's: parts of one digit stand above each other."""
_WIDE = 0.75
"""Times as high as wide: two digits that touch, unless it is a broad single one."""
_MUCH_INK = 160.0
"""White pixels. A digit of the pen has 167 at most, 96 in the middle."""


class Shape(StrEnum):
    """What a picture shows instead of a single digit."""

    DASH = "dash"
    TWO_DIGITS = "two_digits"
    SCRIBBLE = "scribble"


def certain_shape(picture: Array) -> Shape | None:
    """Return what a picture, (height, width) uint8, shows where hardly any digit looks like it."""
    ink = picture > _INK
    if not ink.any():
        return None
    height, width = _extent(ink)
    if height < _FLATTEST_DIGIT * width:
        return Shape.DASH
    return Shape.TWO_DIGITS if _stand_side_by_side(ink, height) else None


def likely_shape(picture: Array) -> Shape | None:
    """Return what a picture most likely shows that is already known to be no digit."""
    if found := certain_shape(picture):
        return found
    height, width = _extent(picture > _INK)
    if height < _WIDE * width:
        return Shape.TWO_DIGITS
    return Shape.SCRIBBLE if picture.sum() / 255 > _MUCH_INK else None


def _extent(ink: Array) -> tuple[int, int]:
    """Return the height and width of the box around ink; (0, 0) where there is none."""
    rows, columns = (np.flatnonzero(ink.any(axis=axis)) for axis in (1, 0))
    if not len(rows):
        return 0, 0
    return int(np.ptp(rows)) + 1, int(np.ptp(columns)) + 1


def _stand_side_by_side(ink: Array, height: int) -> bool:
    """Say whether two large marks have hardly any column in common."""
    large = sorted(
        (int(columns[0]), int(columns[-1]) + 1)
        for mark in _marks(ink)
        if _extent(mark)[0] >= _SMALLEST_MARK * height
        for columns in [np.flatnonzero(mark.any(axis=0))]
    )
    return any(
        left[1] - right[0] <= _SHARED_COLUMNS * min(left[1] - left[0], right[1] - right[0])
        for left, right in pairwise(large)
    )


def _marks(ink: Array) -> Iterator[Array]:
    """Yield the pieces of ink whose pixels touch each other with a side, each as large as ink."""
    left = ink.copy()
    while left.any():
        mark = np.zeros_like(ink)
        mark.flat[left.argmax()] = True
        while (grown := _grown(mark) & ink).sum() > mark.sum():
            mark = grown
        yield mark
        left &= ~mark


def _grown(mark: Array) -> Array:
    """Return a mark with the pixels above, below, left and right of it."""
    grown = mark.copy()
    grown[1:] |= mark[:-1]
    grown[:-1] |= mark[1:]
    grown[:, 1:] |= mark[:, :-1]
    grown[:, :-1] |= mark[:, 1:]
    return grown
