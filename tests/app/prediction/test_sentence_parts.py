"""Morphemes are found again in the sentence they came from, and the sentence stays whole."""

from hypothesis import given
from hypothesis import strategies as st

from app.prediction.sentence_parts import sentence_parts
from data.text.analysers import Morpheme, clean
from models.tasks.reviews import EXAMPLES


def morphemes(text: str) -> list[Morpheme]:
    return [Morpheme(word, "") for word in text.split()]


def found(sentence: str, words: str) -> dict[str, str]:
    parts = sentence_parts(sentence, morphemes(words), set(words.split()))
    return {word: text for text, word in parts if word}


def test_basic_forms_are_found_in_what_was_written() -> None:
    words = "어제 보다 영화 는 줄거리 는 좋다 , 주인공 인 아무개 의 연기 는 엉망 이다"
    where = found(EXAMPLES[0], words)
    assert where["보다"] == "본"
    assert where["좋다"] == "좋았지만"
    assert where["이다"] == "이었다"
    assert set(where) == set(words.split())


def test_a_word_that_stands_twice_is_found_twice() -> None:
    parts = sentence_parts("최고 중의 최고", morphemes("최고 중 의 최고"), {"최고"})
    assert parts == [("최고", "최고"), (" 중의 ", None), ("최고", "최고")]


def test_a_word_that_is_nowhere_leaves_the_others_in_place() -> None:
    assert found("음악 이 좋다", "음악 zebra 좋다") == {"음악": "음악", "좋다": "좋다"}


def test_words_without_an_index_are_not_marked() -> None:
    assert sentence_parts("좋은 영화", morphemes("좋다 영화"), set()) == [("좋은 영화", None)]


@given(st.text(max_size=80), st.lists(st.text(min_size=1, max_size=8), max_size=12))
def test_the_parts_joined_are_the_sentence(text: str, words: list[str]) -> None:
    sentence = clean(text)
    parts = sentence_parts(sentence, [Morpheme(word, "") for word in words], set(words))
    assert "".join(part for part, _ in parts) == sentence
