"""Class link: the address and the QR code that open the lab for a class."""

import streamlit as st

from app.session.i18n import t
from app.sharing.class_page import class_page

st.title(t("sharing.class"))
st.caption(t("sharing.class_note"))
class_page()
