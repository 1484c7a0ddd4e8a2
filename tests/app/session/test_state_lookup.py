"""What Streamlit looks up in a session one by one is what it would have copied of it."""

import time
from typing import Any

import pytest
from streamlit.runtime.state import SafeSessionState
from streamlit.testing.v1 import AppTest

from app.session.state_lookup import StateLookup, install


@pytest.fixture(autouse=True)
def looked_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(SafeSessionState, "filtered_state", SafeSessionState.filtered_state)
    install()


def page() -> None:
    import streamlit as st
    from streamlit.runtime.scriptrunner_utils.script_run_context import get_script_run_ctx

    from app.session.state_lookup import StateLookup

    st.session_state.setdefault("plain", {"a": [1, 2]})
    st.session_state.setdefault("none", None)
    st.text_input("name", key="name", value="Ada")
    st.text_input("empty", key="none")
    st.slider("rate", 0, 10, 3, key="rate")
    st.selectbox("choice", ["a", "b"], key="choice")
    st.number_input("number", key="number", value=None)
    st.text_input("without a key")
    st.button("press", key="press")
    context = get_script_run_ctx()
    assert context is not None
    found = StateLookup(context.session_state)
    whole, missing = found.whole(), ("", "nothing", "$$ID-x", "$$STREAMLIT_INTERNAL_KEY_x")
    seen = st.session_state.to_dict()
    assert {key: found[key] for key in whole} == whole == dict(found) == dict(seen)
    assert len(found) == len(whole) == len(st.session_state)
    assert not any(key in found for key in missing)
    assert list(st.session_state) == list(whole)
    st.session_state["told"] = sorted(whole)


def test_every_key_has_the_value_of_streamlits_own_copy() -> None:
    app = AppTest.from_function(page).run()
    assert not app.exception
    app.text_input(key="name").set_value("Grace").run()
    app.slider(key="rate").set_value(7).run()
    app.selectbox(key="choice").set_value("b").run()
    app.button(key="press").click().run()
    assert not app.exception
    assert app.session_state["name"] == "Grace" and app.text_input(key="name").value == "Grace"
    names = ["choice", "name", "none", "number", "plain", "press", "rate"]
    assert set(names) <= set(app.session_state["told"])


def many_fields() -> None:
    import streamlit as st

    for number in range(150):
        st.text_input("field", key=f"field-{number}")


def test_a_page_of_many_fields_costs_by_their_number_and_not_by_its_square(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    copies: list[Any] = []
    whole = StateLookup.whole
    monkeypatch.setattr(StateLookup, "whole", lambda self: copies.append(self) or whole(self))
    began = time.perf_counter()
    app = AppTest.from_function(many_fields).run()
    app.run()
    assert not app.exception and copies == []
    assert time.perf_counter() - began < 5
