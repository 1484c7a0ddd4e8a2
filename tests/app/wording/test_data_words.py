"""What fills the texts about a task's data, in both languages and in every unit."""

import doctest
from collections.abc import Iterator
from dataclasses import replace

import numpy as np
import pytest
import streamlit as st

from app.session.i18n import group, t
from app.wording import data_words
from data.dataset import Dataset, Noun, Target
from data.language import Text
from models.tasks import built_in

BOSTON = built_in("boston")
BOTH = pytest.mark.parametrize("language", ["ko", "en"], indirect=True)


@pytest.fixture
def language(request: pytest.FixtureRequest) -> Iterator[str]:
    st.session_state["lang"] = request.param
    yield str(request.param)
    st.session_state.clear()


def weighed(unit: str, spread: float, scale: float = 1.0) -> Dataset:
    data = BOSTON.load()
    y = (spread * (data.y_train / np.ptp(data.y_train))).astype(np.float32)
    target = Target(Text("무게", "weight"), Text(unit, unit), scale=scale)
    return replace(data, y_train=y, target=target, row=Noun(Text("알", "egg"), Text("알", "eggs")))


@BOTH
def test_prices_are_told_as_the_lecture_tells_them(language: str) -> None:
    words = data_words.words(BOSTON)
    told = data_words.told(21.3456, BOSTON.load())
    expected = {"ko": "예측 가격 21,346달러", "en": "Predicted price 21,346 dollars"}
    assert t("predict.value", value=told, **words) == expected[language]
    expected = {"ko": "MAE 2.35천 달러", "en": "MAE 2.35 thousand dollars"}
    assert t("train.result_mae", value="2.35", **words) == expected[language]


@BOTH
def test_another_table_is_told_in_its_own_words(language: str) -> None:
    words = data_words.words_of(weighed("g", 30))
    told = t("predict.value_truth", value="51", **words)
    expected = {"ko": "가져온 알의 실제 무게는 51g입니다.", "en": "The real weight of the egg"}
    assert told.startswith(expected[language]) and "{" not in told
    expected = {"ko": "한 알을 나타내는", "en": "describe an egg"}
    assert expected[language] in t("network.why_input_table", inputs=3, **words)


@BOTH
def test_labels_of_a_component_keep_what_it_fills_itself(language: str) -> None:
    labels = group("live", **data_words.words_of(weighed("g", 30)))
    assert "{value}" in labels["sentence_mae"] and "{unit}" not in labels["sentence_mae"]
    assert labels["axis_mae"] == "MAE (g)"
    expected = {"ko": "알을 형태소로", "en": "Cutting the eggs"}
    assert labels["preparing"].startswith(expected[language])


@pytest.mark.parametrize(
    ("spread", "scale", "value", "expected"),
    [
        (45, 1_000, 21.3456, "21,346"),
        (0.7, 1, 0.5, "0.500"),
        (30, 1, 51.26, "51.3"),
        (200, 1, -0.4, "0"),
    ],
)
def test_a_prediction_has_the_digits_that_tell_answers_apart(
    spread: float, scale: float, value: float, expected: str
) -> None:
    assert data_words.told(value, weighed("g", spread, scale)) == expected


def test_the_examples_are_true() -> None:
    assert doctest.testmod(data_words).failed == 0


@BOTH
def test_data_that_is_missing_has_words_all_the_same(
    language: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    there = data_words.words_of(weighed("g", 1))
    monkeypatch.setenv("FNN_LAB_DATA", "/nowhere")
    words = data_words.words(BOSTON)
    assert set(words) == set(there) and all(words.values())
