"""From a review to a verdict, every step kept: words, indices, sums, softmax, each word's part.

How much a word matters is not estimated: the network is asked again without it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from data.dataset import Array
from data.text.analysers import Morpheme
from data.text.vocabulary import STOP_WORDS, Encoded, Vocabulary
from models.experiment import TextSettings
from models.network.forward import forward, logits
from models.network.weights import TrainedNetwork

POSITIVE = 1

UnknownWord = tuple[str, Literal["outside", "left_out"]]
"""A word without an index, and why: it is not frequent enough, or on the list of stop words."""


@dataclass(frozen=True, slots=True)
class Word:
    """A word of the review that has an index.

    ``contribution`` is P(positive) with the word less P(positive) without it, everything else
    being as it is switched now.
    """

    text: str
    index: int
    is_on: bool
    contribution: float

    @property
    def rank(self) -> int:
        """Its place among the most frequent words, from 1."""
        return self.index + 1


@dataclass(frozen=True, slots=True)
class Explanation:
    """What happens to one review on its way through the network.

    ``unknown`` are the words without an index, each once; ``indices`` are the cells of the vector
    that are 1; ``hidden`` holds each hidden layer's output, (units,); ``z`` the two sums before
    softmax; ``probabilities`` (2,) the answer.
    """

    morphemes: tuple[Morpheme, ...]
    words: tuple[Word, ...]
    unknown: tuple[UnknownWord, ...]
    indices: tuple[int, ...]
    hidden: tuple[Array, ...]
    z: Array
    probabilities: Array


def explain_review(
    network: TrainedNetwork, morphemes: Sequence[Morpheme], off: frozenset[str] = frozenset()
) -> Explanation:
    """Follow a review through a network, with the words in ``off`` switched off.

    Raises ``ValueError`` when the network has no vocabulary.
    """
    if network.vocabulary is None:
        raise ValueError("this network does not read text")
    known = _known_words(morphemes, network.vocabulary)
    on = [index for word, index in known.items() if word not in off]
    variants = [on, *(_switched(on, index) for index in known.values())]
    outputs = forward(network, _encoded(variants))
    positive = outputs[-1][:, POSITIVE]
    words = tuple(
        Word(word, index, word not in off, _contribution(positive, number, word not in off))
        for number, (word, index) in enumerate(known.items(), 1)
    )
    return Explanation(
        morphemes=tuple(morphemes),
        words=words,
        unknown=_unknown_words(morphemes, known, network.experiment.reading or TextSettings()),
        indices=tuple(on),
        hidden=tuple(output[0] for output in outputs[:-1]),
        z=logits(network, outputs, _encoded(variants))[0],
        probabilities=outputs[-1][0],
    )


def _known_words(morphemes: Sequence[Morpheme], vocabulary: Vocabulary) -> dict[str, int]:
    found = ((morpheme.text, vocabulary.index(morpheme.text)) for morpheme in morphemes)
    return {word: index for word, index in found if index is not None}


def _unknown_words(
    morphemes: Sequence[Morpheme], known: dict[str, int], reading: TextSettings
) -> tuple[UnknownWord, ...]:
    left_out = STOP_WORDS if reading.stop_words else frozenset[str]()
    words = dict.fromkeys(m.text for m in morphemes if m.text not in known)
    return tuple((word, "left_out" if word in left_out else "outside") for word in words)


def _switched(on: list[int], index: int) -> list[int]:
    return [other for other in on if other != index] if index in on else [*on, index]


def _contribution(positive: Array, number: int, is_on: bool) -> float:
    difference = float(positive[0] - positive[number])
    return difference if is_on else -difference


def _encoded(documents: Sequence[Sequence[int]]) -> Encoded:
    lengths = [len(document) for document in documents]
    ids = np.array([index for document in documents for index in document], np.int32)
    return Encoded(ids, np.concatenate([[0], np.cumsum(lengths)]).astype(np.int64))
