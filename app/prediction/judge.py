"""Asking any network of a task the very same thing."""

from collections.abc import Callable

from data.dataset import Array
from models.network.prediction import predict_one
from models.network.weights import TrainedNetwork

Judge = Callable[[TrainedNetwork], Array]
"""Returns what a network says: (classes,) probabilities, or (1,) a number."""


def asking(example: Array) -> Judge:
    """Return what asks networks about an example as it is stored."""
    return lambda network: predict_one(network, example).answer
