"""The scatter of a card: every row a dot, round numbers at the axes, words as text."""

import doctest
import math
import re
from html import unescape
from urllib.parse import unquote

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from app.home import scatter as module
from app.home.scatter import HEIGHT, WIDTH, scatter, scatter_svg, ticks
from models.inputs.kind import Scatter
from models.inputs.kinds import input_of
from models.tasks import built_in


def dots(svg: str) -> list[tuple[float, float]]:
    found = re.findall(r"<circle cx='([\d.]+)' cy='([\d.]+)'", svg)
    return [(float(x), float(y)) for x, y in found]


def test_every_district_is_a_dot_in_its_place() -> None:
    boston = built_in("boston")
    found = input_of(boston).picture(boston, boston.load())
    assert isinstance(found, Scatter)
    rooms, prices = found.x, found.y
    x_ticks, y_ticks = [3.0, 9.0], [0.0, 50.0]
    drawn = dots(scatter_svg(rooms, prices, x_ticks, y_ticks))
    assert len(drawn) == len(rooms) == 506
    x = [WIDTH * (value - 3) / 6 for value in rooms]
    y = [HEIGHT * (1 - value / 50) for value in prices]
    assert np.allclose(drawn, list(zip(x, y, strict=True)), atol=0.06)


def test_words_are_text_and_whatever_they_are_stay_text() -> None:
    x, y = np.array([1.0, 2.0]), np.array([3.0, 5.0])
    html = scatter(x, y, "<b>x", "y", 'a "label"')
    assert "<b>" not in html and "&lt;b&gt;x" in html
    assert 'a "label"' in unescape(html) and 'aria-label="a &quot;label' in html
    (source,) = re.findall(r'src="data:image/svg\+xml,([^"]*)"', html)
    assert len(dots(unquote(source))) == 2 and not set(source) & set('<>#"')


def test_the_examples_are_true() -> None:
    assert doctest.testmod(module).failed == 0


@given(st.floats(-1e6, 1e6), st.floats(1e-3, 1e6))
def test_ticks_are_few_round_and_around_everything(low: float, span: float) -> None:
    found = ticks(low, low + span)
    assert 2 <= len(found) <= 8
    assert found[0] <= low + 1e-6 * span and found[-1] >= low + span - 1e-6 * span
    step = (found[-1] - found[0]) / (len(found) - 1)
    assert round(step / 10 ** math.floor(math.log10(step) + 1e-9), 6) in (1, 2, 5, 10)
