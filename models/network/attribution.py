"""Why this answer: integrated gradients, whose parts add up, and what asking again says of them.

Integrated gradients (Sundararajan, Taly & Yan 2017) share out the difference between the answer to
an input x and that to a baseline b among the inputs: the share of input i is (x_i - b_i) times the
mean of dz/dx_i along the straight line from b to x. The shares add up to z(x) - z(b).

The line is cut where a rectified unit switches, and where another bends. Between two cuts a network
of relu and linear units has one gradient, and the mean is exact. Elsewhere three points of Gauss
and Legendre's are taken in each of at least 32 pieces, and in twice as many until the shares add
up.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import numpy as np

from data.dataset import Array
from models.network.forward import ACTIVATE, softmax
from models.network.weights import TrainedNetwork

PIECES, MOST_PIECES = 32, 256
CLOSE = 1e-5
"""How near the sum of the shares must come to what it should be, as a share of it."""
MOST_CUTS = 8_000
"""Beyond them other switches are left between two cuts; the shares are then nearly exact."""
_CHANGES = {"relu", "linear"}
_BENDS: dict[str, tuple[float, ...]] = {"relu": (0.0,)}
_BEND = (-8.0, -5.0, -3.0, -2.0, -1.0, 0.0, 1.0, 2.0, 3.0, 5.0, 8.0)
"""Sums between which an activation bends little: 0 for relu, and these for the others."""
_POINTS, _WEIGHTS = np.polynomial.legendre.leggauss(3)


def _gelu_slope(z: Array) -> Array:
    from scipy.special import erf

    density = np.exp(-(z**2) / 2) / np.sqrt(2 * np.pi)
    slope: Array = (1 + erf(z / np.sqrt(2))) / 2 + z * density
    return slope


def _sigmoid_slope(z: Array) -> Array:
    a = ACTIVATE["sigmoid"](z)
    slope: Array = a * (1 - a)
    return slope


SLOPE: dict[str, Callable[[Array], Array]] = {
    "relu": lambda z: (z > 0).astype(z.dtype),
    "tanh": lambda z: 1 - np.tanh(z) ** 2,
    "sigmoid": _sigmoid_slope,
    "elu": lambda z: np.where(z > 0, 1.0, np.exp(np.minimum(z, 0))),
    "gelu": _gelu_slope,
    "linear": np.ones_like,
}
"""The derivative of each activation of a hidden layer by its sum z."""


@dataclass(frozen=True, slots=True)
class Attribution:
    """The share of every input, (inputs,) float64, in what one output sum is above its baseline.

    ``start`` is the sum z for the baseline, ``end`` that for the input.
    """

    shares: Array
    start: float
    end: float

    @property
    def total(self) -> float:
        """What the shares add up to: ``end`` less ``start``, but for rounding."""
        return float(self.shares.sum())


def integrated_gradients(
    network: TrainedNetwork, row: Array, baseline: Array, unit: int
) -> Attribution:
    """Share an output unit's sum z out among the inputs.

    ``row`` and ``baseline`` are (inputs,) as the network sees them: scaled, or a vector of words.
    """
    start, way = baseline.astype(np.float64), row.astype(np.float64) - baseline
    first = network.kernels[0].astype(np.float64)
    path = _Path(network, start @ first + network.biases[0], way @ first)
    before, after = map(float, path.sums(np.array([0.0, 1.0]))[-1][:, unit])
    while True:
        shares = way * (first @ path.mean_slope(unit))
        is_close = abs(shares.sum() - (after - before)) <= CLOSE * abs(after - before)
        if is_close or path.pieces >= MOST_PIECES or set(path.activations) <= _CHANGES:
            return Attribution(shares, before, after)
        path = replace(path, pieces=2 * path.pieces)


@dataclass(frozen=True, slots=True)
class _Path:
    """A network along a straight line of inputs: the first layer's sums are offset + t * step."""

    network: TrainedNetwork
    offset: Array
    step: Array
    pieces: int = PIECES

    @property
    def activations(self) -> tuple[str, ...]:
        """Return those of the hidden layers."""
        return tuple(self.network.activations[:-1])

    def sums(self, t: Array, layers: int | None = None) -> list[Array]:
        """Return z of the first ``layers`` Dense layers, or of all, (places, units) each."""
        found = [self.offset + t[:, None] * self.step]
        later = list(zip(self.network.kernels, self.network.biases, strict=True))[1:layers]
        for (kernel, bias), name in zip(later, self.network.activations, strict=False):
            found.append(ACTIVATE[name](found[-1]) @ kernel + bias)
        return found

    def cuts(self) -> Array:
        """Return where the line is cut, from 0 to 1."""
        hidden = self.activations
        pieces = 1 if set(hidden) <= _CHANGES else self.pieces
        t = np.linspace(0.0, 1.0, pieces + 1)
        for layer, name in enumerate(hidden, 1):
            if name != "linear" and len(t) < MOST_CUTS:
                t = _with_switches(t, self.sums(t, layer)[-1], _BENDS.get(name, _BEND))
        return t

    def mean_slope(self, unit: int) -> Array:
        """Return the mean along the line of the output sum's slope by the first layer's sums."""
        if len(self.network.kernels) == 1:
            own: Array = np.eye(len(self.offset))[unit]
            return own
        t = self.cuts()
        middle, half = (t[1:] + t[:-1]) / 2, (t[1:] - t[:-1]) / 2
        places = (middle[:, None] + half[:, None] * _POINTS).ravel()
        weights = (half[:, None] * _WEIGHTS).ravel()
        slopes = self._slopes(places, unit)
        mean: Array = weights @ slopes
        return mean

    def _slopes(self, t: Array, unit: int) -> Array:
        """Return the output sum's slope by the first layer's sums at some places."""
        sums = self.sums(t)[:-1]
        kernels, names = self.network.kernels[1:], self.network.activations
        slope = np.broadcast_to(kernels[-1][:, unit].astype(np.float64), sums[-1].shape)
        for layer in range(len(sums) - 1, -1, -1):
            slope = slope * SLOPE[names[layer]](sums[layer])
            if layer:
                slope = slope @ kernels[layer - 1].T
        return slope


def _with_switches(t: Array, sums: Array, levels: Sequence[float]) -> Array:
    """Return the cuts with those where a sum, linear between two of them, has one of the levels."""
    found = [t]
    for level in levels:
        before, after = sums[:-1] - level, sums[1:] - level
        piece, unit = np.nonzero(before * after < 0)
        share = before[piece, unit] / (before[piece, unit] - after[piece, unit])
        found.append(t[piece] + share * (t[piece + 1] - t[piece]))
    return np.unique(np.concatenate(found))


def taken_away(network: TrainedNetwork, row: Array, baseline: Array, order: Array) -> Array:
    """Ask again and again while inputs give way to the baseline's, in an order.

    ``order`` holds indices of inputs, each once. Returns (len(order) + 1, head.units): the answers
    to the whole row, to the row without the first input of the order, without the first two, ...
    """
    first = network.kernels[0].astype(np.float64, copy=False)
    steps = (baseline - row)[order].astype(np.float64)[:, None] * first[order]
    whole = row.astype(np.float64) @ first + network.biases[0]
    sums = whole + np.concatenate([np.zeros((1, len(whole))), np.cumsum(steps, axis=0)])
    layers = zip(network.kernels[1:], network.biases[1:], network.activations, strict=False)
    for kernel, bias, name in layers:
        sums = ACTIVATE[name](sums) @ kernel + bias
    return softmax(sums) if network.task.head.is_classifier else sums
