"""Which words push a network that reads text hardest, each way."""

import numpy as np

from data.dataset import Array
from data.text.vocabulary import Encoded
from models.network.forward import forward, logits
from models.network.weights import TrainedNetwork


def pushes(network: TrainedNetwork) -> Array:
    """Return what each word alone adds to z of the second class less z of the first, (words,).

    That is the answer to a text of this word only, less that to a text without known words.
    """
    words = len(network.vocabulary or ())
    ids = np.arange(words, dtype=np.int32)
    alone = Encoded(ids, np.concatenate([[0, 0], np.arange(1, words + 1)]).astype(np.int64))
    z = logits(network, forward(network, alone), alone).astype(np.float64)
    towards: Array = z[:, 1] - z[:, 0]
    found: Array = towards[1:] - towards[0]
    return found
