"""After which epoch a network is looked at: a slider over those that were recorded."""

import streamlit as st

from app.analysis.analysed import Analysed
from app.form.choice import choice
from app.session import state
from app.session.i18n import t

NOW = "now"


def epoch_choice(one: Analysed) -> int | None:
    """Draw the slider; return the epoch, or None for the weights that there are now."""
    epochs = list(one.record.answers)
    if not epochs:
        st.caption(t("analyze.no_epochs"))
        return None
    kept = state.Kept(f"analysis-epoch-{one.id}", NOW)
    labels = {str(epoch): str(epoch) for epoch in epochs} | {NOW: t("analyze.now")}
    wanted = kept.get() if kept.get() in labels else NOW
    key = f"analysis-epoch-{one.id}"
    choice(st.select_slider, t("analyze.epoch"), labels, wanted, key, kept.set)
    return None if wanted == NOW else int(wanted)
