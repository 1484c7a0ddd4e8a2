"""The surface from above: its axes have one measure, and its scale tells losses."""

import numpy as np
import pytest

from app.race.charts import contour
from models.race.surface_path import SurfacePaths
from tests.models.race.test_surface_path import found_of_two

WORDS = {"loss": "the loss", "a": "a", "b": "b", "hover": ""}


def scale(loss: list[float]) -> dict[str, list[object]]:
    """Return the scale of a surface with these losses."""
    found = found_of_two()
    grid = np.resize(np.array(loss), found.loss.shape)
    drawn = contour(SurfacePaths(found.a, found.b, grid, found.paths, found.rows), "AB", WORDS)
    return drawn.data[0].colorbar.to_plotly_json()


def test_the_scale_has_the_loss_as_its_title() -> None:
    assert scale([1.0, 2.0])["title"] == {"text": "the loss"}


@pytest.mark.parametrize(
    ("loss", "marks"),
    [
        ([0.5, 30.0], ["0.5", "1", "2", "5", "10", "20"]),
        ([0.5, 20_000.0], ["1", "10", "100", "1,000", "10,000"]),
        ([3.0, 4.0], ["3", "4"]),
        ([2.0, 900.0, np.nan, np.inf], ["2", "5", "10", "20", "50", "100", "200", "500"]),
    ],
)
def test_the_scale_is_marked_with_losses_where_they_are_drawn(
    loss: list[float], marks: list[str]
) -> None:
    found = scale(loss)
    assert list(found["ticktext"]) == marks
    values = [float(mark.replace(",", "")) for mark in marks]
    assert np.allclose(found["tickvals"], np.log10(values))


def test_a_surface_without_any_number_has_no_marks() -> None:
    assert "tickvals" not in scale([np.nan])


def test_one_length_is_one_length_on_both_axes() -> None:
    drawn = contour(found_of_two(), "AB", WORDS)
    assert drawn.layout.yaxis.scaleanchor == "x"
    assert {drawn.layout[f"{axis}axis"].constrain for axis in "xy"} == {"domain"}
