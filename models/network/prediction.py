"""One example in, the network's answer out, in the words of its task."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from data.dataset import Array, Feature
from data.language import Text, UserError
from models.network.forward import forward
from models.network.weights import TrainedNetwork
from models.tasks.base import InputKind


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a network says of one example.

    ``hidden`` holds the output of each hidden layer, (units,). ``answer`` is (classes,)
    probabilities for a classifier and (1,) for a price.
    """

    hidden: tuple[Array, ...]
    answer: Array

    @property
    def winner(self) -> int:
        """The class with the highest probability."""
        return int(self.answer.argmax())

    @property
    def value(self) -> float:
        """The answer's first number: the price, in thousands of dollars."""
        return float(self.answer[0])


def predict_one(network: TrainedNetwork, example: Array) -> Prediction:
    """Run one example, as stored and of any shape that holds the numbers of one input."""
    inputs = network.task.inputs(network.experiment)
    outputs = forward(network, np.asarray(example).reshape(1, inputs))
    return Prediction(tuple(output[0] for output in outputs[:-1]), outputs[-1][0])


def row_of(values: object, features: Sequence[Feature]) -> Array:
    """Return a table row, (features,) float32, from a JSON list or an object by feature names.

    Raises ``UserError`` when a value is missing, unknown, not a number or not finite in float32.
    """
    names = [feature.name for feature in features]
    if isinstance(values, Mapping):
        values = [values.get(name) for name in names] if set(values) == set(names) else None
    if not isinstance(values, list) or list(map(_fits, values)) != [True] * len(names):
        raise UserError(
            Text(
                f"한 행은 32비트 실수 범위의 숫자 {len(names)}개여야 합니다: "
                f"{', '.join(names)} 순서의 목록이나 이 이름들을 모두 담은 객체로 적어 주세요.",
                f"A row is {len(names)} numbers within the range of 32-bit floats: give a list in "
                f"the order {', '.join(names)}, or an object with all of these names.",
            )
        )
    return np.array(values, np.float32)


def require_kind(network: TrainedNetwork, kind: InputKind) -> None:
    """Raise ``UserError`` when the network does not take this kind of input."""
    if network.task.kind is not kind:
        title = network.task.title
        raise UserError(
            Text(
                f"이 네트워크는 '{title.ko}' 과제를 배웠습니다. 그 과제에 맞는 입력을 주세요.",
                f"This network has learnt '{title.en}'. Give it an input of that task.",
            )
        )


def _fits(value: object) -> bool:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return False
    return abs(value) <= float(np.finfo(np.float32).max)
