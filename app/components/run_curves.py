"""The live curves of the run on show, or the empty chart that waits for one."""

import streamlit as st

from app.components.live_chart import LiveRun, live_chart
from app.components.run_tools import run_tools
from app.i18n import group, t
from app.services import services
from models.runs import Run
from models.tasks.base import Task

HEIGHT = 660


def run_curves(task: Task, run: Run | None) -> None:
    """Draw the chart; the page runs once more when the run on it ends or pauses."""
    st.markdown(f"#### {t('train.curves')}")
    run_tools(run)
    live_chart(
        _live(run) if run else None,
        labels=group("live"),
        metric=task.head.metric_name,
        height=HEIGHT,
        key=f"curves-{task.name}",
    )


def _live(run: Run) -> LiveRun:
    place = services().scheduler.position(run.id)
    url = f"/api/runs/{run.id}/events"
    return {
        "run": run.id,
        "url": url,
        "live": not run.is_over,
        "place": place,
        "events": run.events,
    }
