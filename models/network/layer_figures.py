"""What goes on inside a network's layers: how weights, activations and gradients are spread.

The gradients are those of the mean loss over some rows, by NumPy: softmax with cross-entropy has
(p - y) / rows at its sums, one number with its squared error 2 (answer - y) / rows, and the chain
rule takes them back from layer to layer.
"""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from models.inputs.preparation import Rows, dense
from models.network.attribution import SLOPE
from models.network.forward import ACTIVATE
from models.network.weights import TrainedNetwork

QUANTILES = (0.0, 0.05, 0.25, 0.5, 0.75, 0.95, 1.0)
KINDS = ("weights", "activations", "gradients")
SATURATED = 0.99
"""A tanh this near to 1 or -1 has a slope below 0.02; a sigmoid as near to 0 or 1 as that."""
_MOST_NUMBERS = 5_000
"""Of a kind in a layer, evenly spaced ones: the quantiles of so many take 0.2 ms."""


@dataclass(frozen=True, slots=True, eq=False)
class LayerFigures:
    """``quantiles`` is (layers, KINDS, QUANTILES); ``dead`` and ``saturated`` are (layers,) shares.

    A unit of a hidden layer is dead that is 0 or less for every row; saturated are activations of
    tanh and sigmoid near the ends of their range. The output layer has neither: 0.
    """

    quantiles: Array
    dead: Array
    saturated: Array


def dead_share(activation: str, a: Array) -> float:
    """Return the share of a layer's units, (rows, units), that are never above 0 where it is relu.

    0 for other activations.
    """
    return float((a <= 0).all(axis=0).mean()) if activation == "relu" else 0.0


def saturated_share(activation: str, a: Array) -> float:
    """Return the share of activations near the ends of their range; 0 where it has none."""
    if activation not in ("tanh", "sigmoid"):
        return 0.0
    centred = a if activation == "tanh" else 2 * a - 1
    return float((np.abs(centred) > SATURATED).mean())


def layer_figures(network: TrainedNetwork, x: Rows, y: Array) -> LayerFigures:
    """Return the figures of every layer for some rows as stored and their true answers (rows,)."""
    hidden = len(network.kernels) - 1
    with np.errstate(all="ignore"):
        sums, outputs = _pass(network, x)
        slopes = kernel_gradients(network, x, y, sums, outputs)
    kinds = zip(network.kernels, outputs, slopes, strict=True)
    quantiles = [[_quantiles(kind) for kind in layer] for layer in kinds]
    pairs = list(zip(network.activations, outputs, strict=True))[:hidden]
    dead = [dead_share(name, a) for name, a in pairs]
    saturated = [saturated_share(name, a) for name, a in pairs]
    figures = (np.array(each, np.float32) for each in ([*dead, 0.0], [*saturated, 0.0]))
    return LayerFigures(np.array(quantiles, np.float32), *figures)


def kernel_gradients(
    network: TrainedNetwork,
    x: Rows,
    y: Array,
    sums: list[Array] | None = None,
    outputs: list[Array] | None = None,
) -> list[Array]:
    """Return the gradient of the mean loss over some rows by every kernel, each like its kernel.

    ``sums`` and ``outputs`` are what the layers make of the rows, where that is known already.
    """
    if sums is None or outputs is None:
        sums, outputs = _pass(network, x)
    slope = _first_slope(network, outputs[-1], y)
    found: list[Array] = []
    for layer in range(len(sums) - 1, -1, -1):
        below = outputs[layer - 1] if layer else _inputs(network, x)
        found.insert(0, below.T @ slope)
        if layer:
            back = slope @ network.kernels[layer].T
            slope = back * SLOPE[network.activations[layer - 1]](sums[layer - 1])
    return found


def _first_slope(network: TrainedNetwork, answers: Array, y: Array) -> Array:
    """Return the slope of the mean loss by the output layer's sums, (rows, units)."""
    if not network.task.head.is_classifier:
        slope: Array = 2 * (answers - y[:, None]) / len(y)
        return slope
    slope = answers.copy()
    slope[np.arange(len(y)), y.astype(int)] -= 1
    return slope / len(y)


def _pass(network: TrainedNetwork, x: Rows) -> tuple[list[Array], list[Array]]:
    """Return the sums and the outputs of every layer, (rows, units) each."""
    sums: list[Array] = []
    outputs: list[Array] = []
    layers = zip(network.kernels, network.biases, network.activations, strict=True)
    below = _inputs(network, x)
    for kernel, bias, name in layers:
        sums.append(below @ kernel + bias)
        outputs.append(ACTIVATE[name](sums[-1]))
        below = outputs[-1]
    return sums, outputs


def _inputs(network: TrainedNetwork, x: Rows) -> Array:
    return dense(network.scaling, x, len(network.kernels[0]))


def _quantiles(numbers: Array) -> Array:
    flat = numbers.reshape(-1)
    flat = flat[:: max(1, len(flat) // _MOST_NUMBERS)]
    found: Array = np.quantile(flat, QUANTILES)
    return found
