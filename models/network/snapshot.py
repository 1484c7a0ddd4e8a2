"""The network at one moment, as small as a drawing of it needs.

Wide layers are drawn as their first few units and the last one, so only those travel: what one
fixed example makes of them, and the weights between them. The same function serves the worker,
which sends a snapshot a few times a second, and the page of a run that is over.
"""

import base64
import os
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.file_readers.array_files import OVERHEAD, DamagedArrays, open_arrays
from data.language import UserError
from data.text.vocabulary import Encoded
from models.events import Snapshot
from models.inputs.kinds import input_of
from models.inputs.preparation import Rows, dense
from models.network.forward import ACTIVATE
from models.network.weights import TrainedNetwork
from models.tasks.base import Task

EXAMPLE = "example.npz"
"""In a run's folder: the one example that the drawing follows through the network."""

MOST_SHOWN = 8
FIRST_SHOWN = 6
TERMS = 3
_DECIMALS = 6
_GREYS = 127


def shown_units(units: int) -> list[int]:
    """Return the units of a layer that are drawn: all of a narrow one, else first few and last.

    >>> shown_units(3), shown_units(512)
    ([0, 1, 2], [0, 1, 2, 3, 4, 5, 511])
    """
    if units <= MOST_SHOWN:
        return list(range(units))
    return [*range(FIRST_SHOWN), units - 1]


def shown_inputs(task: Task, inputs: int) -> list[int]:
    """Return the inputs that are drawn; of a picture, pixels along its middle row.

    A picture's first pixels are its black corner, whose weights never change.
    """
    grid = input_of(task).grid(task)
    if grid is None:
        return shown_units(inputs)
    height, width = grid
    columns = np.linspace(0, width - 1, FIRST_SHOWN + 3)[1:-1].round().astype(int)
    return [height // 2 * width + column for column in dict.fromkeys(columns.tolist())]


def shown_columns(task: Task, inputs: int, units: Sequence[int]) -> list[list[int]]:
    """Return what is drawn of every column: the inputs, then the units of every Dense layer."""
    return [shown_inputs(task, inputs), *map(shown_units, units)]


def example_row(network: TrainedNetwork, x: Rows) -> Array:
    """Return the first of some rows as the network sees it, (inputs,) float32."""
    inputs = len(network.kernels[0])
    first = Encoded(x.ids[: x.offsets[1]], x.offsets[:2]) if isinstance(x, Encoded) else x[:1]
    row: Array = dense(network.scaling, first, inputs)[0]
    return row


def write_example(folder: Path, x: Array, target: float) -> None:
    """Keep the example that a run's pictures are taken with, (inputs,) as the network sees it."""
    path = folder / EXAMPLE
    aside = path.with_name(f".{os.getpid()}-{EXAMPLE}")
    with aside.open("wb") as file:
        np.savez_compressed(file, allow_pickle=False, x=x, target=np.float64(target))
    os.replace(aside, path)


def snapshot_in(folder: Path, network: TrainedNetwork, update: int) -> Snapshot | None:
    """Return the picture of a run's network with its own example; None where that is missing."""
    inputs = len(network.kernels[0])
    try:
        with open_arrays(folder / EXAMPLE, 4 * inputs + 8 + 3 * OVERHEAD) as kept:
            x, target = kept.read("x"), kept.read("target")
    except (UserError, DamagedArrays):
        return None
    if x.shape != (inputs,) or x.dtype != np.float32 or target.shape or not np.isfinite(target):
        return None
    return take_snapshot(network, x, float(target), update)


def take_snapshot(network: TrainedNetwork, x: Array, target: float, update: int) -> Snapshot:
    """Return the drawing's numbers for one example ``x``, (inputs,) as the network sees it."""
    shown = shown_columns(network.task, len(x), [len(bias) for bias in network.biases])
    a, values = x, [_plain(x[shown[0]])]
    sums, biases, weights, terms = [], [], [], []
    layers = zip(network.kernels, network.biases, network.activations, strict=True)
    for layer, (kernel, bias, activation) in enumerate(layers):
        columns, units = shown[layer], shown[layer + 1]
        with np.errstate(all="ignore"):
            z = a @ kernel + bias
            terms.append(_largest_terms(a, kernel[:, units]))
            a = ACTIVATE[activation](z)
        sums.append(_plain(z[units]))
        values.append(_plain(a[units]))
        biases.append(_plain(bias[units]))
        weights.append(_plain(kernel[np.ix_(columns, units)]))
    is_picture = input_of(network.task).grid(network.task) is not None
    pictures = _pictures(network, shown[1]) if is_picture else None
    return Snapshot(update, shown, values, sums, biases, weights, terms, float(target), pictures)


def _largest_terms(a: Array, kernel: Array) -> list[list[list[float]]]:
    """Return [input, weight, value] of the terms w·a that are largest in size, for every unit."""
    sizes = np.abs(kernel * a[:, None])
    count = min(TERMS, len(a))
    largest = np.argpartition(sizes, -count, axis=0)[-count:]
    order = np.argsort(-np.take_along_axis(sizes, largest, 0), axis=0)
    inputs = np.take_along_axis(largest, order, 0)
    weights = np.take_along_axis(kernel, inputs, 0)
    return _plain(np.stack([inputs, weights, a[inputs]], axis=2).swapaxes(0, 1))


def _pictures(network: TrainedNetwork, units: list[int]) -> str:
    """Return the units' weights as grey values, 128 for 0, base64 of (units, inputs) uint8."""
    kernel = np.nan_to_num(network.kernels[0][:, units].T)
    largest = np.abs(kernel).max(axis=1, keepdims=True)
    scaled = kernel / np.where(largest > 0, largest, 1)
    greys = (128 + _GREYS * scaled).round().astype(np.uint8)
    return base64.b64encode(greys.tobytes()).decode("ascii")


def _plain(figures: Array) -> list:  # type: ignore[type-arg]
    """Return an array as nested lists of finite numbers, short enough to travel."""
    exact = figures.astype(np.float64)
    if not np.isfinite(exact).all():
        exact = np.nan_to_num(exact)
    plain: list = exact.round(_DECIMALS).tolist()  # type: ignore[type-arg]
    return plain
