"""The paths of a race on the loss surface, drawn from above and in three dimensions."""

from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]

from models.race.surface_path import PathOnPlane, SurfacePaths

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Of the variants, as their curves have them."""
_SCALE = "Greys_r"

Words = Mapping[str, str]


def contour(found: SurfacePaths, names: Sequence[str], words: Words) -> go.Figure:
    """Return the surface from above: contours of the logarithm of the loss, and the paths."""
    figure = go.Figure(
        go.Contour(
            x=found.a,
            y=found.b,
            z=_height(found.loss),
            colorscale=_SCALE,
            ncontours=24,
            showscale=False,
            customdata=found.loss,
            hovertemplate=f"{words['loss']} %{{customdata:.4g}}<extra></extra>",
        )
    )
    for path in found.paths:
        figure.add_scatter(
            x=[place.a for place in path.places],
            y=[place.b for place in path.places],
            **_line(path, names, words),
        )
    figure.update_layout(**_look())
    figure.update_yaxes(scaleanchor="x", scaleratio=1, title=words["b"])
    figure.update_xaxes(title=words["a"])
    return figure


def relief(found: SurfacePaths, names: Sequence[str], words: Words) -> go.Figure:
    """Return the surface in three dimensions; the paths run at their true loss."""
    figure = go.Figure(
        go.Surface(
            x=found.a,
            y=found.b,
            z=_height(found.loss),
            colorscale=_SCALE,
            opacity=0.85,
            showscale=False,
            customdata=found.loss,
            hovertemplate=f"{words['loss']} %{{customdata:.4g}}<extra></extra>",
        )
    )
    for path in found.paths:
        figure.add_scatter3d(
            x=[place.a for place in path.places],
            y=[place.b for place in path.places],
            z=_height(path.true),
            **_line(path, names, words),
        )
    titles = {"xaxis": words["a"], "yaxis": words["b"], "zaxis": words["log"]}
    scene = {axis: {"title": title} for axis, title in titles.items()}
    figure.update_layout(**_look(), scene=scene)
    return figure


def _line(path: PathOnPlane, names: Sequence[str], words: Words) -> dict[str, object]:
    colour = COLOURS[path.variant]
    away = [place.distance for place in path.places]
    return {
        "mode": "lines+markers",
        "name": names[path.variant],
        "line": {"color": colour, "width": 3},
        "marker": {"size": 5, "color": colour, "line": {"color": "white", "width": 1}},
        "customdata": np.column_stack([path.epochs, path.true, path.below, away]),
        "hovertemplate": words["hover"],
    }


def _height(loss: np.ndarray) -> np.ndarray:
    """Return losses as they are drawn: the logarithm, for they span powers of ten."""
    with np.errstate(invalid="ignore", divide="ignore"):
        height: np.ndarray = np.log10(np.where(np.isfinite(loss) & (loss > 0), loss, np.nan))
    return height


def _look() -> dict[str, object]:
    return {
        "height": 460,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "legend": {"orientation": "h", "y": -0.18},
    }
