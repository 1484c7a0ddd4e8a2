"""A curve as small as a word says the right thing about any values."""

import math
import re
import xml.etree.ElementTree as ET

import pytest

from app.my_runs.sparkline import HEIGHT, MOST_POINTS, WIDTH, sparkline, sparkline_svg

SVG = "{http://www.w3.org/2000/svg}"


def curves(values: list[float]) -> list[list[tuple[float, float]]]:
    """Return the points of each unbroken part of the curve."""
    paths = ET.fromstring(sparkline_svg(values)).findall(f"{SVG}g/{SVG}path")
    return [
        [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.]+)", path.attrib["d"])]
        for path in paths
    ]


def test_a_falling_loss_falls_from_left_to_right() -> None:
    (points,) = curves([3.0, 2.0, 1.0])
    assert [x for x, _ in points] == sorted(x for x, _ in points)
    assert [y for _, y in points] == sorted(y for _, y in points)  # y grows downwards


def test_the_dot_stands_on_the_lowest_value() -> None:
    dot = ET.fromstring(sparkline_svg([3.0, 1.0, 2.0])).find(f"{SVG}circle")
    assert dot is not None and float(dot.attrib["cx"]) == WIDTH / 2


def test_a_loss_that_is_no_number_leaves_a_gap() -> None:
    assert [len(part) for part in curves([3.0, 2.0, math.nan, 1.5, 1.0, math.inf])] == [2, 2]


@pytest.mark.parametrize("values", [[], [math.nan]])
def test_without_a_value_there_is_no_curve_and_no_dot(values: list[float]) -> None:
    assert curves(values) == [] and "circle" not in sparkline_svg(values)


@pytest.mark.parametrize("values", [[1.0], [2.0, 2.0, 2.0], [-1e308, 1e308], [0.0] * 500])
def test_every_point_lies_inside_the_picture(values: list[float]) -> None:
    assert all(0 <= x <= WIDTH and 0 <= y <= HEIGHT for part in curves(values) for x, y in part)


def test_500_epochs_are_thinned_out_but_keep_both_ends() -> None:
    (points,) = curves([float(n) for n in range(500)])
    assert len(points) == MOST_POINTS
    assert points[0][1] == HEIGHT - 3 and points[-1][1] == 3


def test_its_label_cannot_leave_its_attribute() -> None:
    assert '"><script>' not in sparkline([1.0], '"><script>')
