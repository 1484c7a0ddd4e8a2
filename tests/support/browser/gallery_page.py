"""What a gallery's script begins with."""

import streamlit as st
from streamlit.delta_generator import DeltaGenerator


def visit_place() -> DeltaGenerator:
    """Return the place that a visit has for itself; the state of the one before is forgotten."""
    number = visit()
    if st.session_state.get("visit") != number:
        st.session_state.clear()
        st.session_state["visit"] = number
    return st.container(key=f"visit-{number}")


def visit() -> str:
    """Return the number of the visit, which the keys of what is shown end in."""
    return st.query_params.get("visit", "0")
