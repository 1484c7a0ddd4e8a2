"""The plain values of finished figures, apart from the drawing of them."""

import numpy as np

from data.dataset import Array


def mosaic(images: Array, columns: int, gap: int = 2) -> Array:
    """Return (count, h, w) grey pictures as one, ``columns`` of them to a row."""
    count, height, width = images.shape
    rows = -(-count // columns)
    wall = np.zeros((rows * (height + gap) - gap, columns * (width + gap) - gap), np.uint8)
    for index, image in enumerate(images):
        row, column = divmod(index, columns)
        top, left = row * (height + gap), column * (width + gap)
        wall[top : top + height, left : left + width] = image
    return wall
