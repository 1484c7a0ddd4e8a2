"""How many digits of other people's pens the lecture's network reads.

``python -m tests.bench.drawn_digits`` needs the recordings in the folder ``FNN_LAB_TEST_DATA``. It
trains the MNIST preset, then lays every recording on a canvas at 35 % and at 60 % of its width, at
a random place, and reads it twice: from its strokes, as the pen of the Predict page does, and from
the canvas' pixels with pens of 12 to 28 px.
"""

import os
import sys
import tempfile
from pathlib import Path

import numpy as np

from data.dataset import Array
from data.pictures.photo import center_digit
from data.pictures.strokes import rasterize
from models.bench.machine import machine
from models.network.forward import predict
from models.network.weights import TrainedNetwork, read_network
from models.tasks import preset_named
from tests.bench.pen_digits import canvas_pixels, canvas_strokes, load

SIZES = (0.35, 0.60)
PENS = (12, 20, 28)


def trained_network() -> TrainedNetwork:
    from models.training.loop import train

    with tempfile.TemporaryDirectory() as folder:
        train(preset_named("mnist"), lambda event: None, folder=Path(folder))
        return read_network(Path(folder))


def accuracy(network: TrainedNetwork, pictures: list[Array], labels: list[int]) -> float:
    answers = predict(network, np.stack(pictures).reshape(len(pictures), -1)).argmax(axis=1)
    return float((answers == np.array(labels)).mean())


def main() -> int:
    folder = os.environ.get("FNN_LAB_TEST_DATA")
    if not folder:
        print("skipped: FNN_LAB_TEST_DATA does not name a folder with pen_digits_dev.json")
        return 0
    print(f"machine: {machine()}")
    digits, network = load(Path(folder)), trained_network()
    labels = [digit.label for digit in digits]
    for size in SIZES:
        rng = np.random.default_rng(0)
        drawn = [canvas_strokes(digit, size, rng) for digit in digits]
        reached = accuracy(network, [rasterize(strokes) for strokes in drawn], labels)
        print(f"pen digits at {size:.0%} of the canvas, from strokes       {reached:.3f}   >= 0.95")
        for pen in PENS:
            pixels = [center_digit(canvas_pixels(strokes, pen)) for strokes in drawn]
            reached = accuracy(network, pixels, labels)
            print(f"pen digits at {size:.0%} of the canvas, from pixels, {pen} px  {reached:.3f}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
