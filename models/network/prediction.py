"""One example in, the network's answer out, in the words of its task."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from data.language import Text, UserError
from models.inputs.kinds import input_of
from models.network.forward import forward
from models.network.weights import TrainedNetwork


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network says of one example.

    ``hidden`` holds the output of each hidden layer, (units,). ``answer`` is (classes,)
    probabilities for a classifier and (1,) for a number.
    """

    hidden: tuple[Array, ...]
    answer: Array

    @property
    def winner(self) -> int:
        """The class with the highest probability."""
        return int(self.answer.argmax())

    @property
    def value(self) -> float:
        """The answer's first number: the target, as the data stores it."""
        return float(self.answer[0])


def predict_one(network: TrainedNetwork, example: Array) -> Prediction:
    """Run one example, as stored and of any shape that holds the numbers of one input."""
    inputs = network.task.inputs(network.experiment)
    outputs = forward(network, np.asarray(example).reshape(1, inputs))
    return Prediction(tuple(output[0] for output in outputs[:-1]), outputs[-1][0])


def require_option(network: TrainedNetwork, option: str) -> None:
    """Raise ``UserError`` when the network is not asked by this option of the command line."""
    if input_of(network.task).option != option:
        title = network.task.title
        raise UserError(
            Text(
                f"이 네트워크는 '{title.ko}' 과제를 배웠습니다. 그 과제에 맞는 입력을 주세요.",
                f"This network has learnt '{title.en}'. Give it an input of that task.",
            )
        )
