"""The live curves of the run on show, or the empty chart that waits for one."""

from html import escape

import streamlit as st

from app.session.i18n import group, t
from app.training.run_tools import run_tools
from app.widgets.chart.live_chart import live_chart
from app.widgets.shared.live_run import end_show, leave_show, live_run
from app.wording import data_words, run_words
from models.network.penalties import LASSO_SHARE, RIDGE_ALPHA
from models.runs.store import Run
from models.tasks.base import Task

HEIGHT = 660


def run_curves(task: Task, run: Run | None) -> None:
    """Draw the chart; the page runs once more when the run on it gets its turn, ends or pauses."""
    with st.container(horizontal=True, vertical_alignment="center", key="curves-head"):
        st.markdown(f"#### {t('train.curves')}", width="content")
        if run:
            st.html(f'<p class="fl-run-name">{escape(run_words.name(run))}</p>')
    run_tools(run)
    if run is None:
        leave_show()
    turned = live_chart(
        live_run(run) if run else None,
        labels=_labels(task, run),
        metric=task.head.metric_name,
        height=HEIGHT,
        key=f"curves-{task.name}",
    )
    if turned and not (run and run.is_under_way):
        end_show(turned)


def _labels(task: Task, run: Run | None) -> dict[str, str]:
    """Return the chart's words, with those of the data that the run on show works on."""
    words = data_words.words(task, run.experiment if run else None)
    penalties = {"ridge": f"{RIDGE_ALPHA:g}", "lasso": f"{100 * LASSO_SHARE:g}"}
    labels = group("live", **words, **penalties)
    if not task.head.is_classifier:
        labels["caption_baselines"] = labels["caption_baselines_mae"]
    return labels
