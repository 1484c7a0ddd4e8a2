"""Korean particles fit the word before them, whatever it is and wherever a sentence is written."""

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.language import Text, quoted
from data.particles import _FORMS, with_particles

ROOT = Path(__file__).parents[2]

FITTING = {
    **{"목록": "은", "과제": "는", "객체(JSON object)": "는", "리뷰 모음 (작은)": "은"},
    **{"'adam'": "은", "'sgd'": "는", "momentum": "은", "dataset": "은", "layers": "는"},
    **{"table": "은", "name": "은", "url": "은", "list": "는", "training": "은", "json": "은"},
    **{"epochs": "는", "NSMC": "는", "html": "은", "NaN": "은", "True": "는", "None": "은"},
    **{"3": "은", "0.01": "은", "0.02": "는", "5e-05": "는", "10": "은", "1,000": "은"},
    **{"'model.keras'": "는", "seven.png": "는", "a (1).json": "은", "/tmp/x/": "는"},
    **{"[1, 2]": "는", "[3]": "은", "12%": "는", "tcp://127.0.0.1:8786": "은", "**굵게**": "는"},
}


@pytest.mark.parametrize("word", FITTING)
def test_the_last_sound_decides(word: str) -> None:
    assert with_particles(f"{word}은(는)") == word + FITTING[word]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("서울(으)로 부산(으)로 제주(으)로", "서울로 부산으로 제주로"),
        ("7(으)로 8(으)로 6(으)로 '모델'(으)로", "7로 8로 6으로 '모델'로"),
        ("'손'(이)라는 '코'(이)라는", "'손'이라는 '코'라는"),
        ("글이어야(여야) 숫자이어야(여야)", "글이어야 숫자여야"),
        ("0.2이었(였)습니다 0.3이었(였)습니다", "0.2였습니다 0.3이었습니다"),
        ("손이(가) 코이(가) 손을(를) 코을(를) 손과(와) 코과(와)", "손이 코가 손을 코를 손과 코와"),
        ("{name}은(는) {loss:.3g}(으)로", "{name}은(는) {loss:.3g}(으)로"),
        ("🙂은(는)", "🙂은(는)"),
        ("값(이)", "값이"),
    ],
)
def test_every_pair_of_forms_is_known(written: str, read: str) -> None:
    assert with_particles(written) == read


def test_a_template_chooses_once_it_is_filled() -> None:
    template = Text("{word}은(는) 없습니다.", "There is no {word}.")
    assert [template.format(word=word).ko for word in ("손", "코")] == [
        "손은 없습니다.",
        "코는 없습니다.",
    ]


@given(st.text(), st.sampled_from(list(_FORMS)))
def test_any_word_has_one_of_the_forms(word: str, forms: str) -> None:
    sentence = f"{quoted(word)}{forms} 끝"
    told = with_particles(sentence)
    assert told == with_particles(told)
    assert told.startswith(quoted(word)[:-1]) or any(pair in word for pair in _FORMS)


@given(st.text("가각갈힣", min_size=1), st.sampled_from(list(_FORMS)))
def test_after_hangul_no_two_forms_are_left(word: str, forms: str) -> None:
    assert "(" not in with_particles(word + forms)


PARTICLES = "은|는|이|가|을|를|와|과|와의|과의|로|으로|로는|라는|이라는|여야|였습니다"
GUESSED = re.compile(rf"(?<!%)\}}['\"*`]*({PARTICLES})(?![가-힣(])")


@pytest.mark.parametrize("name", ["app/texts/ko.toml", "data", "models", "app"])
def test_no_sentence_guesses_a_particle_of_what_it_is_filled_with(name: str) -> None:
    paths = [ROOT / name] if name.endswith(".toml") else (ROOT / name).rglob("*.py")
    for path in paths:
        for line in path.read_text(encoding="utf-8").splitlines():
            assert not GUESSED.search(line), f"{path}: {line}"
