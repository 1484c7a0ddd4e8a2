"""The reviews that ship: enough of them, balanced, all different, and nobody else's."""

import os
import re
from collections import defaultdict
from itertools import combinations
from pathlib import Path

import pytest

from data.files import BUNDLED
from data.text.reviews import Reviews, load_reviews, read_labelled

FILE = BUNDLED / "reviews.tsv"
ALIKE = 0.4
"""Two reviews that share more than this of their 3-character pieces are near-duplicates."""


@pytest.fixture(scope="module")
def corpus() -> Reviews:
    return read_labelled(FILE)


def bare(document: str) -> str:
    """Leave out spaces, punctuation and lone jamo: 꿀잼 ㅋㅋ!! -> 꿀잼."""
    return re.sub(r"[\W_ㄱ-ㅣ]", "", document.lower())


def pieces(document: str) -> frozenset[str]:
    text = re.sub(r"[\W_]", "", document.lower())
    return frozenset(text[start : start + 3] for start in range(max(1, len(text) - 2)))


def near_duplicates(documents: tuple[str, ...]) -> list[tuple[str, str]]:
    """Return the pairs with a Jaccard index above ``ALIKE``; without a common piece it is 0."""
    sets = [pieces(document) for document in documents]
    holders = defaultdict(list)
    for number, found in enumerate(sets):
        for piece in found:
            holders[piece].append(number)
    sharing = {pair for numbers in holders.values() for pair in combinations(numbers, 2)}
    return [
        (documents[one], documents[other])
        for one, other in sharing
        if len(sets[one] & sets[other]) > ALIKE * len(sets[one] | sets[other])
    ]


def test_there_are_at_least_2_400_reviews_and_no_row_is_broken(corpus: Reviews) -> None:
    assert len(corpus.documents) >= 2400 and corpus.skipped == 0


def test_the_whole_the_training_part_and_the_test_part_are_half_positive(corpus: Reviews) -> None:
    train, test = load_reviews("bundled")
    for part in (corpus, train, test):
        assert 2 * int(part.labels.sum()) == len(part.labels)
    assert train.documents + test.documents == corpus.documents
    assert 5 * len(test.documents) == len(corpus.documents)


def test_the_rows_are_shuffled(corpus: Reviews) -> None:
    """In a shuffled half-and-half list a label changes from row to row about half the time."""
    changes = (corpus.labels[1:] != corpus.labels[:-1]).mean()
    assert 0.4 < changes < 0.6


def test_rows_are_numbered_and_plain() -> None:
    text = FILE.read_bytes().decode("utf-8")
    lines = text.split("\n")
    assert lines[-1] == "" and "\r" not in text
    for number, line in enumerate(lines[1:-1], 1):
        row_id, document, _ = line.split("\t")
        assert row_id == str(number)
        assert document == " ".join(document.split())
        assert document.isprintable() and not set(document) & set("\"'“”‘’\\\ufeff"), document


def test_no_two_reviews_are_the_same_but_for_spaces_and_punctuation(corpus: Reviews) -> None:
    assert len({bare(document) for document in corpus.documents}) == len(corpus.documents)


def test_no_two_reviews_are_nearly_the_same(corpus: Reviews) -> None:
    assert near_duplicates(("정말 재미있는 영화였다", "정말 재미있는 영화였다 ㅋ", "별로")) != []
    assert near_duplicates(corpus.documents) == []


def test_reviews_are_short_middling_and_long_in_either_feeling(corpus: Reviews) -> None:
    for label in (0, 1):
        lengths = [
            len(document)
            for document, its_label in zip(corpus.documents, corpus.labels, strict=True)
            if its_label == label
        ]
        short, long = (sum(map(test, lengths)) / len(lengths) for test in (is_short, is_long))
        assert 0.1 < short < 0.4 and 0.1 < long < 0.4
        assert min(lengths) <= 5 and max(lengths) >= 100


def is_short(length: int) -> bool:
    return length <= 15


def is_long(length: int) -> bool:
    return length > 50


def test_reviews_are_korean(corpus: Reviews) -> None:
    shares = [len(re.findall("[가-힣ㄱ-ㅣ]", text)) / len(re.sub(r"\s", "", text))
              for text in corpus.documents]  # fmt: skip
    assert min(shares) > 0.5 and sum(shares) / len(shares) > 0.95
    assert all(re.search("[가-힣]", text) for text in corpus.documents)


def test_slang_irony_and_negation_are_there(corpus: Reviews) -> None:
    for piece in (
        "ㅋㅋ",
        "ㅠㅠ",
        "꿀잼",
        "노잼",
        "재미없지 않",
        "안 ",
        "평점",
        "알바",
        "연기",
        "결말",
    ):
        assert sum(piece in document for document in corpus.documents) >= 1, piece
    for word in ("재미", "지루", "추천", "감동"):
        labels = {
            int(label)
            for document, label in zip(corpus.documents, corpus.labels, strict=True)
            if word in document
        }
        assert labels == {0, 1}, word


def test_no_review_stands_in_the_naver_corpus(corpus: Reviews) -> None:
    folder = os.environ.get("FNN_LAB_TEST_DATA")
    if not folder:
        pytest.skip("FNN_LAB_TEST_DATA names no folder with NSMC's files")
    theirs = {
        bare(document)
        for name in ("ratings_train.txt", "ratings_test.txt")
        for document in read_labelled(Path(folder) / name).documents
    }
    assert len(theirs) > 100_000
    assert [document for document in corpus.documents if bare(document) in theirs] == []
