"""What a run trains, and how good weights are on the rows that it does not train on."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from data.dataset import Array
from models.events import Kept, Preparing
from models.experiment import Experiment
from models.inputs.preparation import Prepared, Rows, prepare
from models.inputs.summary import Summary, summarize
from models.network.evaluation import all_answers, evaluate, figures_of
from models.network.weights import TrainedNetwork
from models.tasks.base import Task


@dataclass(frozen=True, slots=True)
class Setup:
    """An experiment with its task, its rows and its counts; ``threads`` are there to judge it.

    Weights are given as arrays in the order kernel, bias, kernel, bias, ... All judging is done in
    NumPy: there is nothing to compile then.
    """

    experiment: Experiment
    task: Task
    prepared: Prepared
    summary: Summary
    threads: int

    @classmethod
    def of(
        cls,
        task: Task,
        experiment: Experiment,
        threads: int,
        emit: Callable[[Preparing], None],
        prepared: Prepared | None = None,
    ) -> Self:
        """Load and prepare the rows, unless they are ``prepared``; ``emit`` hears how far it is."""
        dataset = task.load(experiment)
        summary = summarize(task, experiment, dataset)
        prepared = prepared or prepare(
            task, experiment, dataset, lambda done, total: emit(Preparing(done, total))
        )
        return cls(experiment, task, prepared, summary, threads)

    def network(self, weights: list[Array]) -> TrainedNetwork:
        """Return the network with these weights, for prediction in NumPy."""
        kernels, biases = tuple(weights[::2]), tuple(weights[1::2])
        return TrainedNetwork(self.experiment, self.task, self.prepared.scaling, kernels, biases)

    def penalty(self, weights: list[Array]) -> float:
        """What L2 adds to the loss: Keras' sum over the kernels of the hidden layers."""
        return self.experiment.l2 * sum(float((kernel**2).sum()) for kernel in weights[:-2:2])

    def validation_answers(self, weights: list[Array]) -> Array:
        """Return what the network says of the validation rows, (rows, head.units)."""
        with np.errstate(all="ignore"):
            return all_answers(self.network(weights), self.prepared.x_val, self.threads)

    def validate(
        self, weights: list[Array], penalty: float = 0.0, answers: Array | None = None
    ) -> tuple[float, float]:
        """Return loss (with the L2 penalty, as in Keras) and metric on the validation rows.

        ``answers`` are what the network says of them, where that is known already.
        """
        found = self.validation_answers(weights) if answers is None else answers
        with np.errstate(all="ignore"):
            figures = figures_of(self.network(weights), found, self.prepared.y_val)
        return figures["loss"] + penalty, figures[self.task.head.metric_name]

    def kept(self, weights: list[Array], epoch: int) -> Kept:
        """Return the figures of weights that are kept although they are not the last epoch's."""
        return Kept(epoch, *self.validate(weights, self.penalty(weights)))

    def test(self, weights: list[Array]) -> dict[str, float]:
        """Return the figures on the test rows."""
        return self._judge(weights, self.prepared.x_test, self.prepared.y_test)

    def _judge(self, weights: list[Array], x: Rows, y: Array) -> dict[str, float]:
        with np.errstate(all="ignore"):
            return evaluate(self.network(weights), x, y, self.threads)
