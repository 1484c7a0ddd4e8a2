"""Compare: runs side by side."""

import streamlit as st

from app.comparison.comparison import comparison
from app.session import failures, state
from app.session.i18n import t
from app.training.cookie_notice import cookie_notice

st.title(t("compare.title"))
cookie_notice()
if refusal := state.take_refusal():
    failures.tell(refusal)
comparison()
