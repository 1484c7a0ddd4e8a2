"""The paths of a race on the loss surface, drawn from above and in three dimensions."""

import math
from collections.abc import Mapping, Sequence

import numpy as np
import plotly.graph_objects as go  # type: ignore[import-untyped]

from models.analysis.surface import Place
from models.race.surface_path import PathOnPlane, SurfacePaths

COLOURS = ("#0072B2", "#D55E00", "#009E73", "#CC79A7", "#E69F00", "#56B4E9")
"""Of the variants, as their curves have them."""
_SCALE = "Greys_r"
_WIDTH, _HEIGHT = 500, 560
"""Of the square from above with its scale, axes and legend, in pixels."""
_SCALE_ABOVE = {"orientation": "h", "y": 1.0, "yanchor": "bottom", "thickness": 12}
_LEGEND_ABOVE = {"orientation": "h", "y": 1.13, "yanchor": "bottom"}
_MOST_DECADES_IN_STEPS = 3
_LABEL = {
    "showarrow": False,
    "xshift": 10,
    "yshift": 12,
    "font": {"color": "black"},
    "bgcolor": "rgba(255, 255, 255, 0.8)",
}

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
            colorbar={**_SCALE_ABOVE, "title": words["loss"], **_ticks(found.loss)},
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
    figure.update_layout(**{**_look(), "legend": _LEGEND_ABOVE}, width=_WIDTH)
    figure.update_yaxes(scaleanchor="x", constrain="domain", constraintoward="top")
    figure.update_yaxes(title=words["b"])
    figure.update_xaxes(constrain="domain", title=words["a"])
    for name, place in _corners(found).items():
        figure.add_annotation(x=place.a, y=place.b, text=f"<b>{name}</b>", **_LABEL)
    return figure


def _corners(found: SurfacePaths) -> dict[str, Place]:
    """Return the three places that lie on the plane exactly, by name."""
    first, second = found.paths[:2]
    return {"w₀": first.places[0], "A": first.places[-1], "B": second.places[-1]}


def along(found: SurfacePaths, names: Sequence[str], words: Words) -> go.Figure:
    """Return the loss along every path: the true one, and that of the surface below, dotted."""
    figure = go.Figure()
    for path in found.paths:
        colour, name = COLOURS[path.variant], names[path.variant]
        figure.add_scatter(
            x=path.epochs, y=path.true, name=f"{name}, {words['true']}", line={"color": colour}
        )
        figure.add_scatter(
            x=path.epochs,
            y=path.below,
            name=f"{name}, {words['below']}",
            line={"color": colour, "dash": "dot"},
        )
    figure.update_layout(**{**_look(), "height": 320})
    figure.update_yaxes(type="log", title=words["loss"])
    figure.update_xaxes(title=words["epoch"])
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
    camera = {"eye": {"x": -1.75, "y": -1.75, "z": 1.15}}
    figure.update_layout(**_look(), scene={**scene, "aspectmode": "cube", "camera": camera})
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


def _ticks(loss: np.ndarray) -> dict[str, object]:
    """Return where the scale of drawn losses is marked, with the losses themselves."""
    height = _height(loss)
    if not np.isfinite(height).any():
        return {}
    low, high = float(np.nanmin(height)), float(np.nanmax(height))
    steps = (1,) if high - low > _MOST_DECADES_IN_STEPS else (1, 2, 5)
    powers = range(math.floor(low), math.ceil(high) + 1)
    marked = [step * 10.0**power for power in powers for step in steps]
    marked = [each for each in marked if low <= math.log10(each) <= high]
    if len(marked) < 2:
        marked = [10**low, 10**high]
    return {
        "tickvals": [math.log10(each) for each in marked],
        "ticktext": list(map(_short, marked)),
    }


def _short(loss: float) -> str:
    if not 1e-4 < loss < 1e5:
        return f"{loss:.0e}"
    return f"{loss:,.0f}" if loss >= 100 else f"{loss:.3g}"


def _look() -> dict[str, object]:
    return {
        "height": _HEIGHT,
        "margin": {"l": 10, "r": 10, "t": 10, "b": 10},
        "legend": {"orientation": "h", "y": -0.18},
    }
