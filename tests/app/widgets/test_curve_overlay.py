"""Several runs in one figure: on one scale, told apart by more than colour."""

import math
import re
import xml.etree.ElementTree as ET
from urllib.parse import unquote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from app.widgets.chart.curve_overlay import (
    HEIGHT,
    MOST_TICKS,
    WIDTH,
    Curves,
    curve_overlay,
    log_ticks,
)

SVG = "{http://www.w3.org/2000/svg}"


def drawn(*runs: Curves) -> list[ET.Element]:
    """Return the lines of the runs in the figure, those of the grid left out."""
    figure = curve_overlay(runs, "loss", "epoch", "losses")
    (source,) = re.findall(r"alt='losses' src='data:image/svg\+xml,([^']+)'", figure)
    return ET.fromstring(unquote(source)).findall(f"{SVG}g")[1].findall(f"{SVG}path")


def points(path: ET.Element) -> list[tuple[float, float]]:
    return [(float(x), float(y)) for x, y in re.findall(r"([\d.]+) ([\d.-]+)", path.attrib["d"])]


def test_all_seeds_of_all_runs_are_drawn_on_one_scale() -> None:
    lines = drawn(Curves("a", ((100.0, 10.0), (100.0, 20.0))), Curves("b", ((100.0, 30.0, 5.0),)))
    assert len(lines) == 3
    starts, (first, second, third) = {points(line)[0] for line in lines}, map(points, lines)
    assert len(starts) == 1 and first[1][0] == second[1][0] == third[1][0] == WIDTH / 2
    assert first[1][1] > second[1][1] > third[1][1]  # the lower the value, the larger y


def test_runs_differ_by_dash_as_well_as_by_colour_and_are_named() -> None:
    runs = (Curves("SGD <b>", ((2.0, 1.0),)), Curves("Adam", ((2.0, 1.5),)))
    looks = {(line.attrib["stroke"], line.attrib["stroke-dasharray"]) for line in drawn(*runs)}
    assert len({colour for colour, _ in looks}) == len({dash for _, dash in looks}) == 2
    figure = curve_overlay(runs, "loss", "epoch", "losses")
    assert "SGD &lt;b&gt;</li>" in figure and "Adam</li>" in figure


def test_what_is_no_number_leaves_a_gap_and_nothing_draws_nothing() -> None:
    (line,) = drawn(Curves("a", ((3.0, 2.0, math.nan, 1.5, 1.0),)))
    assert line.attrib["d"].count("M") == 2
    for values in ((), ((),), ((math.nan, math.inf, 0.0),)):
        assert curve_overlay([Curves("a", values)], "loss", "epoch", "losses") == ""


@settings(deadline=None)  # the machine may be busy
@given(st.lists(st.floats(1e-12, 1e12), min_size=1, max_size=8))
def test_every_value_lies_between_the_first_tick_and_the_last(values: list[float]) -> None:
    ticks = log_ticks(min(values), max(values))
    assert ticks[0] <= min(values) and max(values) <= ticks[-1] and len(ticks) >= 2
    (line,) = drawn(Curves("a", (tuple(values),)))
    assert all(-0.1 <= y <= HEIGHT + 0.1 and 0 <= x <= WIDTH for x, y in points(line))


@pytest.mark.parametrize(("low", "high"), [(9.8, 610), (0.42, 0.48), (0.07, 0.3), (11, 85), (1, 1)])
def test_usual_losses_have_a_few_round_ticks(low: float, high: float) -> None:
    assert 2 <= len(log_ticks(low, high)) <= MOST_TICKS
