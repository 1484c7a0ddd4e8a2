"""The weights of a first layer as pictures: what each unit looks for in its input."""

from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from models.network.weights import TrainedNetwork

MOST_PICTURES = 64
COLUMNS = 8
GAP = 2
SCALE = 4
"""Screen pixels a weight, so that its square has sharp edges."""
_FOR, _AGAINST = np.array([0, 114, 178]), np.array([230, 159, 0])
"""The colours of positive and of negative weights; white is 0."""


@dataclass(frozen=True, slots=True, eq=False)
class KernelPictures:
    """``wall`` is (height, width, 3) uint8 of ``shown`` pictures of ``units``."""

    wall: Array
    shown: int
    units: int


def kernel_pictures(network: TrainedNetwork, grid: tuple[int, int]) -> KernelPictures:
    """Return the units with the largest weights, each scaled by its own largest one."""
    kernel = network.kernels[0].T
    units = len(kernel)
    sizes = (kernel.astype(np.float64) ** 2).sum(axis=1)
    chosen = np.argsort(-sizes, kind="stable")[:MOST_PICTURES]
    pictures = [coloured(kernel[unit].reshape(grid)) for unit in chosen]
    height, width = grid
    rows = -(-len(pictures) // COLUMNS)
    wall = np.full((rows * (height + GAP) - GAP, COLUMNS * (width + GAP) - GAP, 3), 128, np.uint8)
    for index, picture in enumerate(pictures):
        row, column = divmod(index, COLUMNS)
        top, left = row * (height + GAP), column * (width + GAP)
        wall[top : top + height, left : left + width] = picture
    large = wall.repeat(SCALE, axis=0).repeat(SCALE, axis=1)
    return KernelPictures(large, len(pictures), units)


def coloured(weights: Array) -> Array:
    """Return weights as colours, (..., 3) uint8, the largest in size in full colour."""
    most = float(np.abs(weights).max()) or 1.0
    shares = (weights / most)[..., None]
    colours = np.where(shares >= 0, _FOR, _AGAINST)
    found: Array = np.rint(255 + np.abs(shares) * (colours - 255)).astype(np.uint8)
    return found
