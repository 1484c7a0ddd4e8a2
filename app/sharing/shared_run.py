"""A run that somebody has shared: its figures, its curves and its settings, to look at."""

from html import escape

import streamlit as st

from app.session import state
from app.session.i18n import say, t
from app.session.markdown import plain
from app.session.navigation import ANALYZE, PREDICT, TRAIN
from app.session.services import task_of
from app.session.shared_runs import open_share, opened_with_weights
from app.widgets.chart.curve_overlay import Curves, curve_overlay
from app.wording import run_words, setting_words
from models.comparison.settings import settings
from models.runs.run import Run


def shared_run() -> None:
    """Draw the run of the address; raises ``UserError`` where the link opens none."""
    token = state.from_address(state.SHARE) or ""
    run = open_share(token)
    st.title(plain(run_words.name(run)))
    st.caption(t("sharing.read_only", task=plain(say(task_of(run).title))))
    st.markdown(plain(" · ".join(filter(None, [run_words.figure(run), run_words.progress(run)]))))
    _ways(run, token)
    curves, chosen = st.columns([3, 2], gap="large")
    with curves:
        _curves(run)
    with chosen:
        st.html(_settings(run))


def _ways(run: Run, token: str) -> None:
    with st.container(horizontal=True, key="shared-ways"):
        if st.button(t("sharing.copy"), key="copy-settings", type="primary"):
            state.replace_draft(run.experiment)
            st.switch_page(TRAIN, query_params=state.address(run.task))
        if run.id not in {each.id for each in opened_with_weights(run.task)}:
            return
        named = {**state.address(run.task), state.RUN: run.id, state.SHARE: token}
        for page, label in ((PREDICT, "nav.predict"), (ANALYZE, "nav.analyze")):
            icon = ":material/arrow_forward:"
            st.page_link(page, label=t(label), icon=icon, query_params=named)


def _curves(run: Run) -> None:
    epochs = run_words.outline(run).epochs
    drawn = [
        Curves(t("sharing.loss"), (tuple(epoch.loss for epoch in epochs),)),
        Curves(t("sharing.val_loss"), (tuple(epoch.val_loss for epoch in epochs),)),
    ]
    label = t("sharing.curves_label", run=run_words.name(run))
    figure = curve_overlay(drawn, t("sharing.curves"), t("live.axis_epoch"), label)
    st.html(figure or f"<p>{escape(t('sharing.no_curves'))}</p>")


def _settings(run: Run) -> str:
    values = settings(run.experiment)
    rows = "".join(
        f"<tr><th scope=row>{escape(setting_words.setting_name(name))}</th>"
        f"<td translate=no>{escape(setting_words.setting(name, value, run))}</td></tr>"
        for name, value in values.items()
        if value is not None
    )
    title = escape(t("sharing.settings"))
    return f"<table class=fl-lesson><caption>{title}</caption><tbody>{rows}</tbody></table>"
