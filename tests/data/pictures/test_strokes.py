import itertools
import math
import os
import time
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.dataset import Array
from data.language import UserError
from data.pictures.mnist import load_mnist
from data.pictures.strokes import MAX_POINTS, MAX_STROKES, Stroke, parse_strokes, rasterize
from tests.bench.pen_digits import PenDigit, canvas_strokes, load

SEVEN: tuple[Stroke, ...] = (
    ((0.3, 0.2), (0.45, 0.21), (0.6, 0.2), (0.5, 0.45), (0.4, 0.7)),
    ((0.38, 0.45), (0.58, 0.45)),
)
THINNING = 16
"""Grey levels by which leaving out points a tenth of a pixel apart may change a picture."""
COORDINATES = st.floats(0, 1)
DRAWINGS = st.lists(
    st.lists(st.tuples(COORDINATES, COORDINATES), max_size=12).map(tuple), max_size=6
).map(tuple)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=3),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=2), inner),
    max_leaves=20,
)


def moved(strokes: tuple[Stroke, ...], scale: float, dx: float, dy: float) -> tuple[Stroke, ...]:
    return tuple(tuple((x * scale + dx, y * scale + dy) for x, y in line) for line in strokes)


def centre_of_mass(picture: Array) -> tuple[float, float]:
    total, index = picture.sum(dtype=float), np.arange(28)
    return picture.sum(axis=1) @ index / total, picture.sum(axis=0) @ index / total


@given(DRAWINGS)
def test_a_drawing_that_was_sent_as_json_is_the_same_drawing(drawing: tuple[Stroke, ...]) -> None:
    sent = [[[x, y] for x, y in stroke] for stroke in drawing]
    assert parse_strokes(sent) == tuple(stroke for stroke in drawing if stroke)


@given(JSON)
def test_whatever_a_browser_sends_becomes_strokes_or_a_sentence(value: Any) -> None:
    try:
        strokes = parse_strokes(value)
    except UserError as error:
        assert error.text.ko and error.text.en
    else:
        assert all(0 <= x <= 1 and 0 <= y <= 1 for line in strokes for x, y in line)


@pytest.mark.parametrize(
    "value",
    [
        None,
        "strokes",
        {},
        {"strokes": []},
        7,
        [7],
        ["ab"],
        [[7]],
        [["ab"]],
        [[[0.1]]],
        [[[0.1, 0.2, 0.3]]],
        [[["0.1", "0.2"]]],
        [[[True, False]]],
        [[[None, 0.2]]],
        [[[math.nan, 0.2]]],
        [[[0.1, math.inf]]],
    ],
    ids=repr,
)
def test_what_is_no_list_of_points_is_a_sentence(value: Any) -> None:
    with pytest.raises(UserError, match="cannot be read"):
        parse_strokes(value)


def test_points_outside_the_canvas_go_to_its_edge() -> None:
    assert parse_strokes([[[-3, 0.5], [10**400, 1.5]]]) == (((0.0, 0.5), (1.0, 1.0)),)


def test_the_largest_drawing_is_taken_and_one_more_is_not() -> None:
    point = [0.5, 0.5]
    assert len(parse_strokes([[point]] * MAX_STROKES)) == MAX_STROKES
    assert len(parse_strokes([[point] * MAX_POINTS])[0]) == MAX_POINTS
    for value in ([[point]] * (MAX_STROKES + 1), [[point] * MAX_POINTS, [point]]):
        with pytest.raises(UserError, match=r"at most 200 strokes and 20,000 points"):
            parse_strokes(value)


@given(DRAWINGS, st.booleans())
@settings(deadline=None)
def test_every_drawing_becomes_a_picture_or_a_sentence(
    drawing: tuple[Stroke, ...], centered: bool
) -> None:
    try:
        picture = rasterize(drawing, centered=centered)
    except UserError as error:
        assert "digit" in error.text.en
    else:
        assert picture.shape == (28, 28) and picture.dtype == np.uint8


@given(DRAWINGS)
@settings(deadline=None)
def test_the_larger_side_fills_the_box_however_lopsided_the_drawing(
    drawing: tuple[Stroke, ...],
) -> None:
    try:
        picture = rasterize(drawing)
    except UserError:
        return
    inked = picture > 64
    sides = [np.ptp(np.flatnonzero(inked.any(axis=axis))) + 1 for axis in (0, 1)]
    assert max(sides) >= 19


@given(st.floats(0.1, 1.3), COORDINATES, COORDINATES)
@settings(deadline=None)
def test_place_and_size_on_the_canvas_do_not_matter(scale: float, dx: float, dy: float) -> None:
    difference = rasterize(moved(SEVEN, scale, dx, dy)).astype(int) - rasterize(SEVEN)
    assert np.abs(difference).max() <= THINNING


def test_a_slow_pen_and_a_fast_pen_draw_the_same() -> None:
    slow = tuple(
        tuple(
            (float(x), float(y))
            for a, b in itertools.pairwise(line)
            for x, y in np.linspace(a, b, 300)
        )
        for line in SEVEN
    )
    difference = rasterize(slow).astype(int) - rasterize(SEVEN)
    assert np.abs(difference).max() <= THINNING


def test_a_digit_fills_mnists_box_with_its_centre_of_mass_in_the_centre() -> None:
    picture = rasterize(SEVEN)
    rows = np.flatnonzero((picture > 64).any(axis=1))
    assert np.ptp(rows) + 1 in (20, 21)
    assert np.allclose(centre_of_mass(picture), 14, atol=0.05)
    assert picture.max() == 255


def test_uncentred_strokes_stay_where_they_were_drawn() -> None:
    in_the_corner = moved(SEVEN, 0.4, 0, 0)
    picture = rasterize(in_the_corner, centered=False)
    assert picture[:14, :14].any()
    assert not picture[14:].any() and not picture[:, 14:].any()
    assert not np.array_equal(picture, rasterize(in_the_corner))


def test_a_larger_picture_shows_the_same_digit() -> None:
    large = rasterize(SEVEN, size=112)
    assert large.shape == (112, 112)
    shrunk = large.reshape(28, 4, 28, 4).mean(axis=(1, 3))
    assert np.corrcoef(shrunk.ravel(), rasterize(SEVEN).ravel())[0, 1] > 0.98


def test_a_wider_pen_leaves_more_ink() -> None:
    thin, wide = (int(rasterize(SEVEN, pen_width=width).sum()) for width in (1.6, 2.8))
    assert wide > 1.3 * thin


@pytest.mark.parametrize("strokes", [(), ((),)])
def test_an_empty_drawing_is_a_sentence(strokes: tuple[Stroke, ...]) -> None:
    with pytest.raises(UserError, match="The drawing is empty: write a digit"):
        rasterize(strokes)


@pytest.mark.parametrize("centered", [True, False])
@pytest.mark.parametrize("line", [((0.5, 0.5),), ((0.5, 0.5),) * 9, ((0.0, 1.0), (0.019, 1.0))])
def test_a_dot_is_a_sentence_that_says_to_write_larger(line: Stroke, centered: bool) -> None:
    with pytest.raises(UserError, match="too small to read: write the digit larger"):
        rasterize((line,), centered=centered)


def test_a_drawing_in_a_corner_and_a_straight_line_are_drawn() -> None:
    corner = rasterize(moved(SEVEN, 0.1, 0.95, 0.95))
    assert np.allclose(centre_of_mass(corner), 14, atol=0.05)
    assert rasterize((((0.1, 0.1), (0.1, 0.9)),)).any()


def _recorded() -> tuple[PenDigit, ...]:
    folder = os.environ.get("FNN_LAB_TEST_DATA")
    if not folder:
        pytest.skip("needs recorded digits: FNN_LAB_TEST_DATA names no folder that holds them")
    return load(Path(folder))


def test_a_digit_of_usual_size_takes_under_5_ms() -> None:
    line = [(0.5 + 0.3 * math.cos(a / 20), 0.5 + 0.4 * math.sin(a / 10)) for a in range(126)]
    rasterize((tuple(line),))
    times = []
    for _ in range(21):
        start = time.perf_counter()
        rasterize((tuple(line),))
        times.append(time.perf_counter() - start)
    assert min(times) < 0.005


def test_the_largest_drawing_takes_no_longer_than_a_blink() -> None:
    points = np.random.default_rng(0).uniform(0, 1, (MAX_POINTS, 2))
    start = time.perf_counter()
    rasterize((tuple((float(x), float(y)) for x, y in points),))
    assert time.perf_counter() - start < 5


@pytest.mark.parametrize("share", [0.35, 0.6])
def test_recorded_digits_are_most_like_mnist_digits_of_their_own_class(share: float) -> None:
    digits = _recorded()
    rng = np.random.default_rng(0)
    drawn = np.stack([rasterize(canvas_strokes(digit, share, rng)) for digit in digits])
    mnist = load_mnist()
    found = mnist.y_train[:20_000][_nearest(drawn, mnist.x_train[:20_000])]
    labels = np.array([digit.label for digit in digits])
    assert (found == labels).mean() >= 0.9


def _nearest(pictures: Array, examples: Array) -> Array:
    """Return for each picture the index of the example at the smallest angle."""
    a, b = (_unit_rows(x) for x in (pictures, examples))
    nearest: Array = (a @ b.T).argmax(axis=1)
    return nearest


def _unit_rows(pictures: Array) -> Array:
    rows = pictures.reshape(len(pictures), -1).astype(np.float32)
    unit: Array = rows / np.linalg.norm(rows, axis=1, keepdims=True)
    return unit
