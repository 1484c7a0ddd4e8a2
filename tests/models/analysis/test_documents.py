"""Lengths, frequent words and coverage of texts against counts by hand."""

from collections import Counter

import numpy as np
import pytest

from data.text.tokens import TokenizedCorpus, load_tokens
from data.text.vocabulary import STOP_WORDS, build_vocabulary
from models.analysis.documents import (
    SIZES,
    characters,
    coverage,
    duplicates,
    frequent_words,
    words,
)
from models.inputs.documents import digests_of
from models.tasks import built_in

REVIEWS = built_in("reviews").load()


@pytest.fixture(scope="module")
def corpus() -> TokenizedCorpus:
    found = load_tokens(digests_of(REVIEWS)[0], "okt")
    assert found is not None
    return found


def rows(corpus: TokenizedCorpus) -> list[list[str]]:
    return [[corpus.tokens[token] for token in corpus.row(i)] for i in range(len(corpus))]


def small(*texts: str) -> TokenizedCorpus:
    split = [text.split() for text in texts]
    tokens = tuple(dict.fromkeys(token for row in split for token in row))
    ids = np.array([tokens.index(token) for row in split for token in row], np.int32)
    offsets = np.cumsum([0, *map(len, split)])
    return TokenizedCorpus(ids, offsets, tokens, True)


def test_lengths_are_those_of_the_texts_and_of_their_tokens(corpus: TokenizedCorpus) -> None:
    assert characters(REVIEWS.x_train).tolist() == [len(text) for text in REVIEWS.x_train]
    assert words(corpus).tolist() == [len(row) for row in rows(corpus)]


@pytest.mark.parametrize("left_out", [frozenset(), STOP_WORDS], ids=["all", "without particles"])
def test_frequent_words_are_those_of_a_counter(
    corpus: TokenizedCorpus, left_out: frozenset[str]
) -> None:
    for number in (0, 1):
        counter = Counter(
            token
            for row, label in zip(rows(corpus), REVIEWS.y_train, strict=True)
            for token in row
            if label == number and token not in left_out
        )
        found = frequent_words(corpus, REVIEWS.y_train, number, 15, left_out)
        assert [count for _, count in found] == [count for _, count in counter.most_common(15)]
        assert all(counter[token] == count for token, count in found)


@pytest.mark.parametrize("stop", [frozenset(), STOP_WORDS], ids=["all", "without particles"])
def test_what_a_vocabulary_keeps_is_counted_text_by_text(
    corpus: TokenizedCorpus, stop: frozenset[str]
) -> None:
    vocabulary = build_vocabulary(corpus, len(corpus), max(SIZES), stop)
    texts = rows(corpus)
    for found in coverage(corpus, vocabulary, SIZES):
        kept = set(vocabulary.words[: found.size])
        known = [[token in kept for token in row] for row in texts]
        assert found.tokens == pytest.approx(np.mean([each for row in known for each in row]))
        assert found.whole == pytest.approx(np.mean([bool(row) and all(row) for row in known]))
        assert found.some == pytest.approx(np.mean([any(row) for row in known]))


def test_texts_without_a_word_are_kept_whole_by_none() -> None:
    corpus = small("a b", "", "a")
    vocabulary = build_vocabulary(corpus, 3, 9)
    (one, two) = coverage(corpus, vocabulary, (1, 2))
    assert (one.tokens, one.whole, one.some) == pytest.approx((2 / 3, 1 / 3, 2 / 3))
    assert (two.tokens, two.whole, two.some) == pytest.approx((1, 2 / 3, 2 / 3))
    nothing = small("", "")
    assert coverage(nothing, build_vocabulary(nothing, 2, 9), (1,))[0].tokens == 0


def test_repeated_texts_are_counted() -> None:
    found = duplicates(["a", "b", "a", "c"], ["a", "d", "a"])
    assert (found.test, found.train) == (2, 1)
    train, test = REVIEWS.x_train.tolist(), REVIEWS.x_test.tolist()
    by_hand = sum(any(text == other for other in train) for text in test[:200])
    assert duplicates(train, test[:200]).test == by_hand
