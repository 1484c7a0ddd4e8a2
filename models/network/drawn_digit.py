"""From the strokes of a pen to a verdict, every step kept: pictures, layers, sums, softmax."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from data.pictures.strokes import BOX, PEN_WIDTH, Stroke, rasterize
from models.network.forward import forward, logits, softmax
from models.network.weights import TrainedNetwork


@dataclass(frozen=True, slots=True)
class DrawnDigit:
    """What happens to a drawing on its way through a network.

    ``written`` is the drawing where it was written, ``fitted`` the drawing in MNIST's box before it
    is centred by mass (None where nothing is moved), ``seen`` what the network is given: each
    (28, 28) uint8. ``hidden`` holds each hidden layer's output, (units,); ``z`` the sums before
    softmax and ``probabilities`` the answer, (classes,) each.
    """

    written: Array
    fitted: Array | None
    seen: Array
    hidden: tuple[Array, ...]
    z: Array
    probabilities: Array

    @property
    def winner(self) -> int:
        """The class with the highest probability."""
        return int(self.probabilities.argmax())


def follow_drawing(
    network: TrainedNetwork, strokes: Sequence[Stroke], centered: bool = True
) -> DrawnDigit:
    """Follow a drawing through a network.

    Raises ``UserError`` when there is nothing to see in the drawing.
    """
    return follow_picture(
        network,
        rasterize(strokes, centered=centered),
        written=rasterize(strokes, centered=False),
        fitted=rasterize(_fitted(strokes), centered=False) if centered else None,
    )


def follow_picture(
    network: TrainedNetwork, seen: Array, *, written: Array, fitted: Array | None
) -> DrawnDigit:
    """Follow the picture that a network is given; the others are steps on the way to it."""
    row = seen.reshape(1, -1)
    outputs = forward(network, row)
    z = logits(network, outputs, row)[0]
    return DrawnDigit(
        written=written,
        fitted=fitted,
        seen=seen,
        hidden=tuple(output[0] for output in outputs[:-1]),
        z=z,
        probabilities=softmax(z.astype(np.float64)),
    )


def _fitted(strokes: Sequence[Stroke]) -> list[Stroke]:
    """Return the strokes with their larger side in MNIST's box, which is in the canvas's middle."""
    points = np.array([point for stroke in strokes for point in stroke])
    low, high = points.min(axis=0), points.max(axis=0)
    scale = (BOX - PEN_WIDTH) / 28 / (high - low).max()
    middle = (low + high) / 2
    moved = [(np.array(stroke) - middle) * scale + 0.5 for stroke in strokes if stroke]
    return [tuple((float(x), float(y)) for x, y in line) for line in moved]
