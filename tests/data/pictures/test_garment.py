"""Photos of garments: what Fashion-MNIST holds is recognised when it is photographed again."""

import numpy as np
import pytest
from PIL import Image
from scipy.ndimage import gaussian_filter

from data.dataset import Array
from data.pictures.garment import read_garment
from data.pictures.mnist import load_fashion_mnist
from models.network.forward import predict
from models.trained.shipped import FOLDER, read_network

PHOTOS = 40


def laid_out(garment: Array, *, is_dark: bool, random: np.random.Generator) -> Array:
    """Return a photo, (600, 800) uint8, of a garment on a ground in light from one side."""
    shape = np.asarray(Image.fromarray(garment).resize((420, 420), Image.Resampling.BICUBIC)) / 255
    y, x = np.mgrid[0:1:600j, 0:1:800j]
    seen = (235 - 60 * x - 40 * y**2) * (0.2 if is_dark else 1)
    part = seen[90:510, 190:610]
    part += (235 - part) * shape if is_dark else -0.9 * part * shape
    seen = gaussian_filter(seen, 1) + random.normal(0, 3, seen.shape)
    photo: Array = seen.clip(0, 255).astype(np.uint8)
    return photo


@pytest.mark.parametrize("is_dark", [False, True], ids=["on bright ground", "on dark ground"])
def test_a_garment_that_is_photographed_is_taken_for_the_same(is_dark: bool) -> None:
    network, pictures = read_network(FOLDER / "fashion-mnist"), load_fashion_mnist().x_test[:PHOTOS]
    random = np.random.default_rng(0)
    photos = [laid_out(picture, is_dark=is_dark, random=random) for picture in pictures]
    seen = np.stack([read_garment(photo).picture() for photo in photos])
    answers, expected = (
        predict(network, rows.reshape(PHOTOS, -1)).argmax(axis=1) for rows in (seen, pictures)
    )
    assert (answers == expected).mean() >= 0.85
    rows, columns = (seen.any(axis=axis).sum(axis=1) for axis in (2, 1))
    assert (np.maximum(rows, columns) >= 27).all()  # the longer side fills the frame


@pytest.mark.parametrize("level", [0, 128, 255])
def test_where_nothing_lies_no_garment_is_found(level: int) -> None:
    grain = np.random.default_rng(0).normal(level, 3, (300, 400)).clip(0, 255).astype(np.uint8)
    for photo in (grain, np.full((300, 400), level, np.uint8), np.full((1, 1), level, np.uint8)):
        found = read_garment(photo)
        assert found.seen is None and found.refusal is not None
        assert "No garment stands out" in found.refusal.en
        assert [step.name for step in found.steps] == ["photo", "ground", "ink"]
