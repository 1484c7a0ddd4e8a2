"""Vocabularies and encoded reviews, against the same thing said in plain Python."""

import tracemalloc
from collections import Counter

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.text.tokens import TokenizedCorpus
from data.text.vocabulary import (
    STOP_WORDS,
    Encoded,
    Vocabulary,
    build_vocabulary,
    encode,
)
from tests.support.multi_hot import encode_words, multi_hot

Rows = list[list[str]]
rows_of_words = st.lists(st.lists(st.sampled_from("가나다라마바사아"), max_size=9), max_size=12)
REVIEWS = [
    ["영화", "가", "좋다", "좋다", "."],
    ["영화", "는", "별로", "다", "."],
    [],
    ["음악", "이", "좋다", "."],
]


def corpus_of(rows: Rows) -> TokenizedCorpus:
    numbers: dict[str, int] = {}
    ids = [numbers.setdefault(word, len(numbers)) for row in rows for word in row]
    offsets = np.cumsum([0, *map(len, rows)])
    return TokenizedCorpus(np.array(ids, np.int32), offsets, tuple(numbers), complete=True)


def by_counter(rows: Rows, size: int) -> list[str]:
    """Counter keeps the order of first appearance, and sorted() does not disturb it."""
    counted = Counter(word for row in rows for word in row)
    return [word for word, _ in counted.most_common(size)]


def words(encoded: Encoded, vocabulary: Vocabulary) -> Rows:
    return [[vocabulary.words[i] for i in encoded.row(row)] for row in range(len(encoded))]


def test_the_most_frequent_words_come_first_and_the_earliest_of_equals() -> None:
    vocabulary = build_vocabulary(corpus_of(REVIEWS), rows=4, size=5)
    assert vocabulary.words == ("좋다", ".", "영화", "가", "는")
    assert [vocabulary.index(word) for word in ("좋다", "가", "별로")] == [0, 3, None]


def test_only_the_rows_that_train_are_counted() -> None:
    vocabulary = build_vocabulary(corpus_of(REVIEWS), rows=1, size=100)
    assert vocabulary.words == ("좋다", "영화", "가", ".")


def test_stop_words_leave_their_places_to_others() -> None:
    vocabulary = build_vocabulary(corpus_of(REVIEWS), rows=4, size=3, stop_words=STOP_WORDS)
    assert vocabulary.words == ("좋다", "영화", "별로")


def test_stop_words_are_single_words_without_feeling() -> None:
    assert {"는", "을", "에서", ".", "...", "?", "\\"} <= STOP_WORDS
    assert not {"좋다", "보다", "안", "못", "않다", "없다", "ㅋㅋㅋ", "ㅠㅠ", "^^"} & STOP_WORDS


@given(rows=rows_of_words, used=st.integers(0, 15), size=st.integers(1, 10))
def test_a_vocabulary_is_what_counter_says(rows: Rows, used: int, size: int) -> None:
    vocabulary = build_vocabulary(corpus_of(rows), used, size)
    assert list(vocabulary.words) == by_counter(rows[:used], size)
    assert [vocabulary.index(word) for word in vocabulary.words] == list(range(len(vocabulary)))


@given(
    rows=rows_of_words, size=st.integers(1, 10), start=st.integers(-3, 15), stop=st.integers(-3, 15)
)
def test_encoded_rows_hold_each_known_word_once_in_order(
    rows: Rows, size: int, start: int, stop: int
) -> None:
    corpus = corpus_of(rows)
    vocabulary = build_vocabulary(corpus, len(rows), size)
    encoded = encode(corpus, vocabulary, slice(start, stop))
    known = [[word for word in dict.fromkeys(row) if word in vocabulary.words] for row in rows]
    assert words(encoded, vocabulary) == known[start:stop]
    assert encoded.ids.dtype == np.int32 and encoded.offsets.dtype == np.int64
    assert all(0 <= index < len(vocabulary) for index in encoded.ids)


@given(rows=rows_of_words, size=st.integers(1, 10))
def test_one_review_is_encoded_as_in_its_corpus(rows: Rows, size: int) -> None:
    corpus = corpus_of(rows)
    vocabulary = build_vocabulary(corpus, len(rows), size)
    encoded = encode(corpus, vocabulary, slice(None))
    for index, row in enumerate(rows):
        assert np.array_equal(encode_words(row, vocabulary), encoded.row(index))


@given(rows=rows_of_words, size=st.integers(1, 10))
def test_the_vector_of_a_review_is_one_where_its_words_are(rows: Rows, size: int) -> None:
    vocabulary = build_vocabulary(corpus_of(rows), len(rows), size)
    for row in rows:
        vector = multi_hot(encode_words(row, vocabulary), size)
        assert vector.shape == (size,) and vector.dtype == np.float32
        expected = {vocabulary.index(word) for word in row} - {None}
        assert set(np.flatnonzero(vector).tolist()) == expected
        assert vector.sum() == len(expected)


def test_a_review_of_unknown_words_is_all_zeros() -> None:
    vocabulary = build_vocabulary(corpus_of(REVIEWS), 4, 3)
    assert encode_words(["전혀", "모르는"], vocabulary).tolist() == []
    assert not multi_hot(encode_words([], vocabulary), 3).any()


def test_nothing_to_count_makes_an_empty_vocabulary() -> None:
    corpus = corpus_of([[], []])
    vocabulary = build_vocabulary(corpus, 2, 1_000)
    assert len(vocabulary) == 0 and len(encode(corpus, vocabulary, slice(None))) == 2


@pytest.mark.parametrize("row", [-1, 4])
def test_there_is_no_row_outside(row: int) -> None:
    corpus = corpus_of(REVIEWS)
    encoded = encode(corpus, build_vocabulary(corpus, 4, 3), slice(None))
    with pytest.raises(IndexError, match=f"row {row} of 4"):
        encoded.row(row)


def test_twenty_thousand_reviews_of_ten_thousand_words_take_little_memory() -> None:
    """As float32 vectors they would take 800 MB."""
    rng = np.random.default_rng(1)
    ids = rng.zipf(1.2, 300_000).clip(max=30_000).astype(np.int32) - 1
    offsets = np.arange(0, 300_001, 15)
    corpus = TokenizedCorpus(ids, offsets, tuple(map(str, range(30_000))), complete=True)
    tracemalloc.start()
    try:
        encoded = encode(corpus, build_vocabulary(corpus, 20_000, 10_000), slice(0, 20_000))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert len(encoded) == 20_000 and peak < 40e6
