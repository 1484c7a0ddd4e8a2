"""The loss and the metric of a run, drawn while it trains.

The page's script hands over the address of the run's events and is not run again until the run
ends, pauses or goes on: the browser itself reads the events and appends to the curves.
"""

from app.server.plotly_script import PLOTLY_URL
from app.widgets.chart.skeleton import CHART
from app.widgets.shared import assets
from app.widgets.shared.live_run import LiveRun

LABELS = (
    "language",
    "empty",
    "queued",
    "wait",
    "starting",
    "preparing",
    "paused",
    "tuned",
    "reconnecting",
    "done",
    "stopped",
    "diverged",
    "failed",
    "lost",
    "interrupted",
    "timeout",
    "chart_error",
    "progress",
    "progress_ended",
    "progress_label",
    "zoom",
    "reset_zoom",
    "show_to",
    "show_from",
    "show_close",
    "cut_above",
    "cut_below",
    "trace_batch",
    "trace_train",
    "trace_val",
    "axis_epoch",
    "replay",
    "replay_open",
    "tools",
    "log",
    "log_help",
    "updates",
    "updates_help",
    "smooth",
    "smooth_help",
    "best_epoch",
    "baseline_mean",
    "baseline_linear_regression",
    "baseline_ridge",
    "baseline_lasso",
    "baseline_majority",
    "baseline_no_hidden",
    "baseline_line",
    "baseline_passed",
    "baseline_some",
    "baseline_pending",
    "baseline_never",
    "tables",
    "caption_epochs",
    "caption_baselines",
    "column_epoch",
    "column_loss",
    "column_val_loss",
    "column_name",
    "column_r2",
    "column_seconds",
    "column_passed",
)
FIGURE_LABELS = ("title", "sentence", "axis", "chart_label")
"""Needed for the loss and for the metric: ``title_loss``, ``title_accuracy`` and so on."""
METRIC_LABELS = ("announce", "column", "column_val", "column_baseline_loss")
"""Needed for the metric alone."""

_HTML = CHART

_mount = assets.component("live_chart", _HTML, isolate_styles=False)


def live_chart(
    run: LiveRun | None,
    labels: dict[str, str],
    metric: str,
    height: int,
    key: str,
    *,
    plotly: str = PLOTLY_URL,
) -> str | None:
    """Draw a run, or empty axes when there is none, ``height`` pixels high.

    Below them the numbers fold out as tables, and the component grows. ``metric`` is "accuracy"
    (shown in per cent) or "mae"; ``labels`` holds ``LABELS``, ``FIGURE_LABELS`` of "loss" and of
    the metric, and ``METRIC_LABELS`` of the metric. Returns the run's id in the one script run
    that follows its turn, its end, a pause or its going on, else None.
    """
    data = {
        "run": run,
        "metric": metric,
        "height": height,
        "plotly": plotly,
        "labels": assets.pick(labels, label_names(metric)),
    }
    result = _mount(key=key, data=data, height="content", on_turned_change=lambda: None)
    turned = result.turned
    return turned.partition("#")[0] if isinstance(turned, str) else None


def label_names(metric: str) -> tuple[str, ...]:
    """Return every label that a chart of this metric reads."""
    figures = tuple(f"{kind}_{name}" for name in ("loss", metric) for kind in FIGURE_LABELS)
    return (*LABELS, *figures, *(f"{kind}_{metric}" for kind in METRIC_LABELS))
