"""Compare: runs side by side."""

import streamlit as st

from app.comparison.comparison import comparison
from app.comparison.sweeps import sweeps
from app.form.choice import choice
from app.session import failures, state
from app.session.i18n import t
from app.training.cookie_notice import cookie_notice

st.title(t("compare.title"))
cookie_notice()
if refusal := state.take_refusal():
    failures.tell(refusal)
kept = state.Kept("compare-part", "runs")
parts = {part: t(f"compare.part_{part}") for part in ("runs", "sweep")}
choice(
    st.segmented_control,
    t("compare.part"),
    parts,
    kept.get(),
    "compare-part",
    kept.set,
    required=True,
    label_visibility="collapsed",
)
if kept.get() == "sweep":
    sweeps()
else:
    comparison()
