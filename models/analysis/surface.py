"""The loss of a network on a plane through its first weights and where two trainings ended.

All weights and biases of a network are one point. A point of the plane is the first one plus ``a``
times one direction plus ``b`` times another, which are of length 1 and at right angles. The first
layer's sums are linear in its weights, so those of the three are made once and added up at every
point; only later layers are multiplied anew.
"""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.dataset import Array
from data.language import Text, UserError
from models.inputs.preparation import Rows
from models.network.evaluation import classification_figures, regression_figures
from models.network.forward import ACTIVATE, first_sums, softmax
from models.network.weights import TrainedNetwork

_ONE_PLACE = UserError(
    Text(
        "두 학습이 시작한 곳에서 움직이지 않아 평면을 그릴 수 없습니다. 더 오래 학습해 주세요.",
        "There is no plane: a training has not moved from where it began. Train longer.",
    )
)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a point of all weights lies: its coordinates, and how far it is from the plane."""

    a: float
    b: float
    distance: float


@dataclass(frozen=True, slots=True)
class Plane:
    """``origin``, ``across`` and ``up`` are (weights,) float64: see the module."""

    origin: Array
    across: Array
    up: Array

    @classmethod
    def through(cls, origin: Array, first_end: Array, second_end: Array) -> "Plane":
        """Return the plane of three points, in which the first end has ``b`` = 0.

        Where they lie on one line, the plane goes through it and any direction at right angles.
        Raises ``UserError`` where the first end is the origin.
        """
        across, length = first_end - origin, np.linalg.norm(first_end - origin)
        if not length > 0:
            raise _ONE_PLACE
        across = across / length
        up = _beside(across, second_end - origin)
        if up is None:
            other = np.zeros_like(across)
            other[np.abs(across).argmin()] = 1.0
            up = _beside(across, other)
        assert up is not None
        return cls(origin, across, up)

    def place(self, point: Array) -> Place:
        """Return where a point lies."""
        away = point - self.origin
        a, b = float(away @ self.across), float(away @ self.up)
        rest = away - a * self.across - b * self.up
        return Place(a, b, float(np.linalg.norm(rest)))

    def point(self, a: float, b: float) -> Array:
        """Return the weights of a place on the plane."""
        found: Array = self.origin + a * self.across + b * self.up
        return found


def _beside(across: Array, other: Array) -> Array | None:
    """Return a direction's part at right angles to another; None where it has next to none."""
    part = other - (other @ across) * across
    length = np.linalg.norm(part)
    if not length > 1e-9 * np.linalg.norm(other):
        return None
    beside: Array = part / length
    return beside


def flat(network: TrainedNetwork) -> Array:
    """Return all weights and biases as one point, (weights,) float64: layer by layer."""
    pairs = zip(network.kernels, network.biases, strict=True)
    return np.concatenate([part.ravel() for pair in pairs for part in pair]).astype(np.float64)


def with_weights(network: TrainedNetwork, point: Array) -> TrainedNetwork:
    """Return a network of the same shape with the weights of a point, float32 as it trains them."""
    kernels: list[Array] = []
    biases: list[Array] = []
    first = 0
    for kernel, bias in zip(network.kernels, network.biases, strict=True):
        for found, shape in ((kernels, kernel.shape), (biases, bias.shape)):
            size = int(np.prod(shape))
            found.append(point[first : first + size].reshape(shape).astype(np.float32))
            first += size
    return replace(network, kernels=tuple(kernels), biases=tuple(biases))


def loss_on(
    plane: Plane, network: TrainedNetwork, x: Rows, y: Array, a: Sequence[float], b: Sequence[float]
) -> Array:
    """Return the loss on some rows at every place of a grid, (len(b), len(a)).

    ``network`` says how a point becomes a network; the loss is that of its head, without penalties.
    """
    corners = [with_weights(network, each) for each in (plane.origin, plane.across, plane.up)]
    sums = [first_sums(each, x) + each.biases[0] for each in corners]
    found = np.empty((len(b), len(a)))
    here = np.empty_like(sums[0])
    with np.errstate(over="ignore", invalid="ignore"):
        for row, up in enumerate(b):
            base = sums[0] + np.float32(up) * sums[2]
            for column, across in enumerate(a):
                np.multiply(sums[1], np.float32(across), out=here)
                here += base
                found[row, column] = _loss(network, corners, here, (across, up), y)
    return found


def _loss(
    network: TrainedNetwork,
    corners: Sequence[TrainedNetwork],
    sums: Array,
    place: tuple[float, float],
    y: Array,
) -> float:
    """Return the loss where the first layer has these sums."""
    shares = (np.float32(1), np.float32(place[0]), np.float32(place[1]))
    for layer, name in enumerate(network.activations[:-1], 1):
        kernel, bias = (
            sum(share * parts[layer] for share, parts in zip(shares, every, strict=True))
            for every in ([each.kernels for each in corners], [each.biases for each in corners])
        )
        sums = ACTIVATE[name](sums) @ kernel + bias
    if network.task.head.is_classifier:
        return classification_figures(softmax(sums), y)["loss"]
    return regression_figures(sums[:, 0], y)["loss"]
