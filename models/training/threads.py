"""How many threads a run trains with: many when it has the machine for itself, one in company.

Threads share the large matrix products of an update. Where they are used here they do not change
the weights, bit for bit: every sum is still added up by one thread in the same order.
"""

from models.experiment import Experiment
from models.inputs.summary import dense_layers
from models.tasks.base import Task

MOST_THREADS = 4
MOST_ROWS = 512
MOST_UNITS = 512
"""Of a batch and of a layer: beyond either, TensorFlow splits some sums among threads, which
changes their last bits (measured with 1, 2, 3, 4 and 8 threads; a batch of a single row before a
layer of more than a quarter of a million weights is the one exception below them)."""
FEWEST_PRODUCTS = 10_000_000
"""Multiplications of one batch with all weights, below which threads cost more than they save."""


def threads_worth(task: Task, experiment: Experiment, cores: int) -> int:
    """Return how many threads an experiment trains fastest with on so many free cores.

    Raises ``UserError`` when its network is larger than the budget.
    """
    layers = dense_layers(task, experiment)
    products = experiment.batch_size * sum(layer.parameters for layer in layers)
    widest = max(layer.units for layer in layers)
    if products < FEWEST_PRODUCTS or experiment.batch_size > MOST_ROWS or widest > MOST_UNITS:
        return 1
    return max(1, min(cores, MOST_THREADS))
