"""One review by hand as the network sees it, which the product makes for many at once."""

from collections.abc import Iterable

import numpy as np
import numpy.typing as npt

from data.text.vocabulary import Vocabulary


def encode_words(words: Iterable[str], vocabulary: Vocabulary) -> npt.NDArray[np.int32]:
    """Return the indices of one review's words, (known words,) int32, like a row of ``encode``."""
    found = (vocabulary.index(word) for word in dict.fromkeys(words))
    return np.array([index for index in found if index is not None], np.int32)


def multi_hot(indices: npt.NDArray[np.int32], size: int) -> npt.NDArray[np.float32]:
    """Return one review as the network sees it: (size,) float32, 1 at its indices, 0 elsewhere."""
    vector = np.zeros(size, np.float32)
    vector[indices] = 1
    return vector
