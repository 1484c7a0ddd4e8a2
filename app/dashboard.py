"""The Streamlit script: language, style and navigation, then the chosen page."""

from pathlib import Path

import streamlit as st

from app import failures, state
from app.components.language_mark import language_mark
from app.i18n import LANGUAGES, t
from app.navigation import HOME, PREDICT, RUNS, TRAIN
from data.text import UserError

HERE = Path(__file__).parent

state.adopt_address()
st.set_page_config(
    page_title="FNN Lab", page_icon="📈", layout="wide", menu_items={"About": t("nav.about")}
)
st.html(f"<style>{(HERE / 'style.css').read_text(encoding='utf-8')}</style>")

page = st.navigation(
    [
        st.Page(HERE / HOME, title=t("nav.home"), default=True),
        st.Page(HERE / TRAIN, title=t("nav.train"), url_path="train"),
        st.Page(HERE / PREDICT, title=t("nav.predict"), url_path="predict"),
        st.Page(HERE / RUNS, title=t("nav.runs"), url_path="runs"),
    ],
    position="top",
)
with st.container(key="language"):
    st.segmented_control(
        t("nav.language"),
        list(LANGUAGES),
        required=True,
        format_func=LANGUAGES.__getitem__,
        label_visibility="collapsed",
        **state.switch(state.LANGUAGE),
    )
    language_mark(state.language())
try:
    page.run()
except UserError as error:  # everything else is a bug and is told by the server
    failures.show(error)
