"""What a collection of texts holds: lengths, words, and how many of them K words keep."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from data.text.tokens import TokenizedCorpus
from data.text.vocabulary import Vocabulary

SIZES = (100, 200, 500, 1_000, 2_000, 5_000, 10_000, 20_000)
"""Numbers of kept words that are compared."""


@dataclass(frozen=True, slots=True)
class Coverage:
    """What is left when only the ``size`` most frequent words are kept, as shares of 0 to 1.

    ``tokens`` of all words; ``whole`` of the texts, every word of which is kept; ``some`` of the
    texts that keep at least one.
    """

    size: int
    tokens: float
    whole: float
    some: float


@dataclass(frozen=True, slots=True)
class Duplicates:
    """How many rows say what another one says, to the letter.

    ``test`` rows whose text is among the training rows; ``train`` rows that repeat one before them.
    """

    test: int
    train: int


def characters(documents: Iterable[str]) -> Array:
    """Return the length of every text in characters, (rows,) int64."""
    return np.fromiter(map(len, documents), np.int64)


def words(corpus: TokenizedCorpus) -> Array:
    """Return the length of every text in tokens, (rows,) int64."""
    return np.diff(corpus.offsets)


def duplicates(train: Sequence[str], test: Sequence[str]) -> Duplicates:
    """Count texts that stand more than once."""
    known = set(train)
    return Duplicates(sum(text in known for text in test), len(train) - len(known))


def frequent_words(
    corpus: TokenizedCorpus, y: Array, number: int, most: int, left_out: frozenset[str]
) -> list[tuple[str, int]]:
    """Return the most frequent tokens of the texts of a class, each with its count.

    Of two that are equally frequent the one that comes first in the corpus is first.
    """
    of_class = np.repeat(y[: len(corpus)] == number, words(corpus))
    counts = np.bincount(corpus.ids[of_class], minlength=len(corpus.tokens))
    ranked = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    named = ((corpus.tokens[token], int(counts[token])) for token in ranked.tolist())
    return [each for each in named if each[0] not in left_out][:most]


def coverage(
    corpus: TokenizedCorpus, vocabulary: Vocabulary, sizes: Sequence[int]
) -> list[Coverage]:
    """Return what each of ``sizes`` keeps of a corpus; ``vocabulary`` holds all words in order.

    Texts without any word count as kept whole by none.
    """
    lengths = words(corpus)
    places = (vocabulary.index(token) for token in corpus.tokens)
    never = np.iinfo(np.int64).max
    rank = np.array([never if place is None else place for place in places], np.int64)
    ranks, filled = rank[corpus.ids], np.flatnonzero(lengths)
    if not len(filled):
        return [Coverage(size, 0.0, 0.0, 0.0) for size in sizes]
    starts = corpus.offsets[:-1][filled]
    rarest, commonest = (each.reduceat(ranks, starts) for each in (np.maximum, np.minimum))
    return [
        Coverage(
            size,
            float((ranks < size).mean()),
            float((rarest < size).sum() / len(lengths)),
            float((commonest < size).sum() / len(lengths)),
        )
        for size in sizes
    ]
