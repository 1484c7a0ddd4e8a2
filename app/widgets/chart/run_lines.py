"""The curves of several runs in one figure, drawn by the code that draws a run on Train.

A line is a run, or all seeds of one setting as their mean and what lies between the lowest and the
highest of them. The browser hears the runs itself, so that those that train go on being drawn.
"""

import re
from collections.abc import Sequence
from typing import TypedDict

from app.server.plotly_script import PLOTLY_URL
from app.widgets.chart.skeleton import CHART
from app.widgets.shared import assets
from app.widgets.shared.live_run import LiveRun

LABELS = (
    *("chart_error", "zoom", "reset_zoom", "show_to", "show_from", "show_close", "cut_above"),
    *("cut_below", "tools", "log", "log_help", "updates", "updates_help", "smooth", "smooth_help"),
    *("axis_epoch", "axis_update", "axis_second"),
)
FIGURE_LABELS = ("title", "axis", "lines_label")
"""Needed for the loss and for the metric: ``title_loss``, ``title_accuracy`` and so on."""

_LEGEND = re.compile(r'<ul class="fl-chart-legend">.*?</ul>', re.DOTALL)
_TRACK = re.compile(r'<div class="fl-chart-track".*?</div>\s*</div>', re.DOTALL)
_TABLES = re.compile(r"<details.*?</details>", re.DOTALL)


class LineOfRuns(TypedDict):
    """A line: its ``label``, and the run, or the runs of all seeds, that it is of."""

    label: str
    runs: list[LiveRun]


def _skeleton() -> str:
    """Return the skeleton of Train's chart without what tells of one run alone."""
    html = CHART.replace('"fl-chart"', '"fl-chart fl-chart-lines"')
    html = _LEGEND.sub('<ul class="fl-chart-legend"></ul>', html)
    return _TABLES.sub("", _TRACK.sub("", html))


STYLED_AS = "live_chart"
_HTML = _skeleton()

_mount = assets.component("run_lines", _HTML, isolate_styles=False, styled_as=STYLED_AS)


def run_lines(
    lines: Sequence[LineOfRuns],
    labels: dict[str, str],
    metric: str,
    unit: str,
    height: int,
    key: str,
    *,
    plotly: str = PLOTLY_URL,
) -> None:
    """Draw lines over "epoch", "update" or "second", ``height`` pixels high.

    ``metric`` is "accuracy" or "mae", or "" where the runs have none in common: the loss alone is
    drawn then. ``labels`` holds ``label_names`` of the metric.
    """
    data = {
        "lines": list(lines),
        "metric": metric,
        "unit": unit,
        "height": height,
        "plotly": plotly,
        "labels": assets.pick(labels, label_names(metric)),
    }
    _mount(key=key, data=data, height="content")


def label_names(metric: str) -> tuple[str, ...]:
    """Return every label that the figure reads."""
    names = ("loss", metric) if metric else ("loss",)
    return (*LABELS, *(f"{kind}_{name}" for name in names for kind in FIGURE_LABELS))
