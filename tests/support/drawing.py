"""A digit drawn for tests, and how alike two pictures of it are."""

import io
from typing import Any

import numpy as np
from PIL import Image, ImageDraw

from data.dataset import Array


def encoded(image: Image.Image, format: str = "PNG", **options: Any) -> bytes:
    content = io.BytesIO()
    image.save(content, format, **options)
    return content.getvalue()


def seven(width: int = 120, height: int = 160, ground: int = 0, ink: int = 255) -> Image.Image:
    """Draw a 7, which looks different in every orientation."""
    image = Image.new("L", (width, height), ground)
    points = [(30, 30), (90, 30), (50, 130)]
    ImageDraw.Draw(image).line(points, fill=ink, width=10, joint="curve")
    return image


def likeness(one: Array, other: Array) -> float:
    return float(np.corrcoef(one.ravel(), other.ravel())[0, 1])
