"""The plain values of finished figures, apart from the drawing of them."""

import numpy as np

from data.dataset import Array, Dataset


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


def rooms_and_prices(dataset: Dataset) -> tuple[Array, Array]:
    """Return rooms (RM) and price of every district of Boston housing."""
    column = [feature.name for feature in dataset.features].index("RM")
    rooms = np.concatenate([dataset.x_train, dataset.x_test])[:, column]
    return rooms, np.concatenate([dataset.y_train, dataset.y_test])
