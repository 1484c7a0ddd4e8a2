"""An example beside the training rows of the network that is asked, for everybody who asks it."""

import hashlib
from collections.abc import Hashable

from app.session.remembered import content_of
from app.session.services import memory
from data.dataset import Dataset
from data.text.vocabulary import Encoded
from models.familiarity.comparison import Compared, TrainingRows
from models.inputs.preparation import Rows
from models.network.weights import TrainedNetwork


def training_rows(network: TrainedNetwork, dataset: Dataset) -> TrainingRows | None:
    """Return what a network has learnt from; None as long as it is asked of its training rows.

    That happens once for all whose networks have the same weights, in the background. Raises
    ``UserError`` like ``TrainingRows.of``.
    """
    key = _key(network, dataset)
    return memory().training_rows.get(key, lambda: TrainingRows.of(network, dataset))


def compared(network: TrainedNetwork, dataset: Dataset, example: Rows) -> Compared | None:
    """Return what lies nearest to one example, as it is stored; None as ``training_rows`` does."""
    found = training_rows(network, dataset)
    if found is None:
        return None
    key = (_key(network, dataset), _content(example))
    return memory().compared.get(key, lambda: found.compare(example))


def _key(network: TrainedNetwork, dataset: Dataset) -> Hashable:
    """Return what tells networks with other weights, or that learnt from other rows, apart.

    The data belongs to it: networks that learn from other data may begin with the same weights.
    """
    weights = hashlib.blake2b()
    for array in (*network.kernels, *network.biases):
        weights.update(array.tobytes())
    return content_of(network.task, dataset), network.experiment, weights.digest()


def _content(example: Rows) -> bytes:
    return (example.ids if isinstance(example, Encoded) else example).tobytes()
