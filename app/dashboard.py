"""The Streamlit script: language, style and navigation, then the chosen page."""

from pathlib import Path

import streamlit as st

from app.form.choice import choice
from app.session import class_mode, failures, shared_runs, state
from app.session.i18n import LANGUAGES, group, t
from app.session.navigation import (
    ANALYZE,
    CLASS_LINK,
    COMPARE,
    DATA,
    HOME,
    PREDICT,
    RACE,
    RUNS,
    SHARED,
    TRAIN,
)
from app.sharing.opened_link import open_link
from app.widgets.page.browser_parts import address_history, number_keys
from app.widgets.page.connection import connection
from app.widgets.page.gestures import gestures
from app.widgets.page.language_mark import language_mark
from app.widgets.page.paper import paper
from app.widgets.page.saving import saving
from app.widgets.shared import live_run
from data.language import UserError
from models.sharing.class_link import stylesheet

HERE = Path(__file__).parent

lost = state.adopt_tab()
state.adopt_address()
class_mode.adopt_class_link()
open_link()
shared_runs.adopt_share()
st.set_page_config(
    page_title="FNN Lab", page_icon="📈", layout="wide", menu_items={"About": t("nav.about")}
)
st.html(f"<style>{(HERE / 'style.css').read_text(encoding='utf-8')}</style>")

page = st.navigation(
    [
        st.Page(HERE / HOME, title=t("nav.home"), default=True),
        st.Page(HERE / DATA, title=t("nav.data"), url_path="data"),
        st.Page(HERE / TRAIN, title=t("nav.train"), url_path="train"),
        st.Page(HERE / PREDICT, title=t("nav.predict"), url_path="predict"),
        st.Page(HERE / ANALYZE, title=t("nav.analyze"), url_path="analyze"),
        st.Page(HERE / COMPARE, title=t("nav.compare"), url_path="compare"),
        st.Page(HERE / RACE, title=t("nav.race"), url_path="race"),
        st.Page(HERE / RUNS, title=t("nav.runs"), url_path="runs"),
        st.Page(HERE / SHARED, title=t("sharing.title"), url_path="shared", visibility="hidden"),
        st.Page(
            HERE / CLASS_LINK, title=t("sharing.class"), url_path="class-link", visibility="hidden"
        ),
    ],
    position="top",
)
if page.url_path != "train":
    live_run.leave_show()
with st.container(key="language"):
    choice(
        st.segmented_control,
        t("nav.language"),
        LANGUAGES,
        state.language(),
        "language-switch",
        state.change_language,
        required=True,
        label_visibility="collapsed",
    )
    connection(group("connection"), lost=lost, key="connection")
with st.container(key="browser-parts"):
    number_keys()
    address_history()
    gestures()
    paper()
    language_mark(state.language())
if hidden := stylesheet(class_mode.hidden()):
    st.html(f"<style>{hidden}</style>")
if unknown := state.take_refusal(state.Place.LINK):
    failures.tell(unknown)
try:
    page.run()
except UserError as error:  # everything else is a bug and is told by the server
    failures.show(error)
with st.container(key="saving-place"):
    saving(group("saving"), key="saving")
state.number_page()
