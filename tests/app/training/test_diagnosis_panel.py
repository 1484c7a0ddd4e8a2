"""Whatever is wrong with a run is told with its figures, and every remedy has its words."""

import pytest
import streamlit as st

from app.session.i18n import LANGUAGES, t, texts
from app.training.diagnosis_panel import sentence
from models.events import Diagnosis
from models.training.diagnosis import REMEDIES

FIGURES: dict[str, dict[str, float | int | str | bool]] = {
    "exploded": {
        **{"update": 1_234, "batch": 7, "raw": True, "rate": 0.001},
        **{"gradient": 1.5e9, "has_gradient": True},
    },
    "blown_up": {
        **{"update": 1_234, "batch": 7, "raw": False, "rate": 10.0},
        **{"first": 2.3, "last": 1.2e7},
    },
    "dead": {"layer": 1, "share": 0.97, "units": 512, "activation": "relu"},
    "saturated": {"layer": 2, "share": 0.91, "units": 64, "activation": "tanh"},
    "chance": {"loss": 2.3026, "chance": 2.302585, "classes": 10},
    "constant": {"answer": 22.5},
    "standing_still": {"moved": 1e-6, "rate": 1e-8},
}


@pytest.fixture(params=LANGUAGES)
def language(request: pytest.FixtureRequest) -> str:
    st.session_state["lang"] = request.param
    request.addfinalizer(st.session_state.clear)
    return str(request.param)


def test_every_diagnosis_is_tried_here(language: str) -> None:
    said = [key for key in texts(language) if key.startswith("diagnosis.says_")]
    assert {key.removeprefix("diagnosis.says_") for key in said} == set(FIGURES)


@pytest.mark.parametrize("name", FIGURES)
def test_a_diagnosis_is_a_sentence_with_its_figures(name: str, language: str) -> None:
    told = sentence(Diagnosis(name, FIGURES[name]), (0.5, 711.0))
    start = texts(language)[f"diagnosis.says_{name}"].partition("{")[0]
    assert told.startswith(start) and "{" not in told and "}" not in told
    assert (t("diagnosis.raw", low=0.5, high=711.0) in told) == (FIGURES[name].get("raw") is True)


@pytest.mark.parametrize(("has_gradient", "key"), [(True, "gradient"), (False, "no_gradient")])
def test_a_gradient_that_was_no_number_is_told_as_such(
    has_gradient: bool, key: str, language: str
) -> None:
    found = Diagnosis("exploded", FIGURES["exploded"] | {"has_gradient": has_gradient})
    assert t(f"diagnosis.{key}", gradient=1.5e9) in sentence(found, None)


@pytest.mark.parametrize("name", REMEDIES)
def test_a_remedy_has_its_words(name: str, language: str) -> None:
    told = texts(language)[f"diagnosis.{name}"].format(rate=0.0001)
    assert told and "{" not in told
