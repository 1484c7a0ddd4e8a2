"""Which words a network knows, and reviews as lists of their indices.

Only the K most frequent words of the training rows are kept; each has an index, and a review
becomes a vector of K zeros and ones. Such vectors are nearly all zeros, so reviews are kept as
lists of the indices that are one: 150,000 reviews as vectors of 10,000 words would take 6 GB.
"""

import hashlib
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from data.text.tokens import TokenizedCorpus

_PARTICLES = """
의 가 이 에 을 도 은 들 는 를 만 으로 로 에서 과 와 고 까지 하고 라고 라 야 부터 엔 면 이나 에게
랑 라는 이고 지만 처럼 에는 이지 밖에 이란 이라 이라는 이라고 이랑 한테 에도 이야 마다 이지만 라도
니까 에서는 라니 보다는 보단 이라도 으로도 라서 에요 이에요 예요 에선 에겐 으로는 만으로
만으로도 대로 에서도 이며 이래 로는 이라니 으론 여서 며 과는 와는 만은 인데 인가 인지 이네 에게도
께 까지는 이라서 에서의 에게는 까지도 으로써 와의 에만 마저 조차
"""
_PUNCTUATION = """
. .. ... , ,, ,,, ? ?? ??? ! !! !!! ~ ~~ ~~~ ; ;; ;;; : ' " ( ) [ ] { } < > - -- --- _ / \\ + = &
* @ # % | ~! ~!! ~!!! ?! !? ..? ...? ?... !.. !... ., .? .! ,. … ·
"""

STOP_WORDS = frozenset((_PARTICLES + _PUNCTUATION).split())
"""Particles and punctuation as Okt yields them: frequent in NSMC and hardly ever anything else
there. Emoticons such as ^^ are not among them, for they say how somebody felt."""


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words a network knows, most frequent first: a word's index is its place, from 0."""

    words: tuple[str, ...]
    _indices: dict[str, int] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        indices = {word: index for index, word in enumerate(self.words)}
        object.__setattr__(self, "_indices", indices)

    def __len__(self) -> int:
        return len(self.words)

    @property
    def digest(self) -> str:
        """Identifies these words in this order: 64 hexadecimal digits."""
        return hashlib.sha256("\n".join(self.words).encode()).hexdigest()

    def index(self, word: str) -> int | None:
        """Return the index of a word, or None when the network does not know it."""
        return self._indices.get(word)


@dataclass(frozen=True, slots=True, eq=False)
class Encoded:
    """Reviews as vocabulary indices: review i is ``ids[offsets[i]:offsets[i + 1]]``.

    ``ids`` is int32, every index once a review, in order of appearance; ``offsets`` is int64.
    """

    ids: npt.NDArray[np.int32]
    offsets: npt.NDArray[np.int64]

    def __len__(self) -> int:
        return len(self.offsets) - 1

    def row(self, index: int) -> npt.NDArray[np.int32]:
        """Return the indices of one review, (words,) int32; raises ``IndexError`` outside."""
        if not 0 <= index < len(self):
            raise IndexError(f"row {index} of {len(self)}")
        return self.ids[self.offsets[index] : self.offsets[index + 1]]


def build_vocabulary(
    corpus: TokenizedCorpus, rows: int, size: int, stop_words: frozenset[str] = frozenset()
) -> Vocabulary:
    """Return the ``size`` most frequent tokens of the first ``rows`` rows (those that train).

    Every occurrence counts. Of two equally frequent tokens the one that appeared first comes first.
    There are fewer words than ``size`` where the rows have no more.
    """
    used = corpus.prefix(rows)
    counts = np.bincount(used.ids, minlength=len(used.tokens))
    # Tokens are numbered by first appearance, which a stable sort keeps among equals.
    ranked = np.argsort(-counts, kind="stable")[: np.count_nonzero(counts)]
    words = (used.tokens[token] for token in ranked.tolist())
    kept = [word for word in words if word not in stop_words]
    return Vocabulary(tuple(kept[:size]))


def encode(corpus: TokenizedCorpus, vocabulary: Vocabulary, rows: slice) -> Encoded:
    """Return some rows of a corpus as vocabulary indices; words it does not hold are dropped.

    ``rows`` is a slice of step 1. No array of (rows, words) is ever made.
    """
    start, end, _ = rows.indices(len(corpus))
    end = max(start, end)
    lengths = np.diff(corpus.offsets[start : end + 1])
    index_of = _index_of_token(corpus, vocabulary)
    ids = index_of[corpus.ids[corpus.offsets[start] : corpus.offsets[end]]]
    is_known = ids >= 0
    ids, row_of = ids[is_known], np.repeat(np.arange(end - start), lengths)[is_known]
    kept = _first_places(row_of * len(vocabulary) + ids)
    counts = np.bincount(row_of[kept], minlength=end - start)
    offsets = np.concatenate([[0], np.cumsum(counts)]).astype(np.int64)
    return Encoded(ids[kept], offsets)


def _index_of_token(corpus: TokenizedCorpus, vocabulary: Vocabulary) -> npt.NDArray[np.int32]:
    """Return for every token id its vocabulary index or -1: (tokens,) int32."""
    found = (vocabulary.index(token) for token in corpus.tokens)
    return np.array([-1 if index is None else index for index in found], np.int32)


def _first_places(keys: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return the places where a key stands for the first time, in order."""
    return np.sort(np.unique(keys, return_index=True)[1])
