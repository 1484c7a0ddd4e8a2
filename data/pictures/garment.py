"""A photo of a garment, step by step, until it is a picture as Fashion-MNIST's are.

Those were trimmed, scaled until the longer side had 28 pixels, put in the middle of a square and
inverted, so that the garment is bright on black (Xiao, Rasul and Vollgraf: Fashion-MNIST, 2017,
section 2). The garment lies on something with light of its own; the border of the photo shows it.
"""

import numpy as np
from PIL import Image, ImageFilter

from data.dataset import Array
from data.language import Text
from data.pictures.photo import as_bytes, shrunk
from data.pictures.reading import PhotoReading, steps

SIDE = 28

_SIDE_SEEN = 256
"""Pixels of the longer side at which a garment is looked for."""
_BORDER = 0.04
"""Of the shorter side: how much of a photo shows what a garment lies on."""
_LEAST_AWAY = 20
"""Grey values by which a garment differs at least from what it lies on."""
_SMALLEST = 0.02
"""The share of a photo that a garment fills at least."""
_PART = 0.15
"""Of the largest piece: smaller ones are no part of a garment."""
_WHITEST = 99
"""The percentile of a garment's pixels that becomes white."""

_NONE = Text(
    "눈에 띄는 옷이 없습니다. 옷과 배경의 밝기가 비슷하거나 옷이 너무 작습니다. 밝기가 다른 단색 "
    "배경에 놓고 가까이에서 찍어 주세요.",
    "No garment stands out: it is as bright as what it lies on, or too small. Lay it on a plain "
    "ground of another brightness and go close to it.",
)


def read_garment(grey: Array) -> PhotoReading:
    """Follow a photo, any (height, width) uint8, to the (28, 28) uint8 that a network is given."""
    small = Image.fromarray(grey)
    small.thumbnail((_SIDE_SEEN, _SIDE_SEEN))
    strength, ground = _garment(np.asarray(small).astype(np.float32))
    pictures = {"photo": shrunk(grey), "ground": as_bytes(ground)}
    first = steps(**pictures, ink=as_bytes(strength))
    rows, columns = (np.flatnonzero(strength.any(axis=axis)) for axis in (1, 0))
    if not len(rows) or (strength > 0).mean() < _SMALLEST:
        return PhotoReading(first, None, _NONE)
    cut = strength[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    seen = _framed(cut)
    return PhotoReading((*first, *steps(trimmed=as_bytes(cut), framed=seen)), seen)


def _garment(grey: Array) -> tuple[Array, Array]:
    """Return what differs from the ground, all of it darker or all of it brighter, and the ground.

    As in an inverted picture the darkest part of a garment on bright ground is the strongest.
    """
    ground = _ground(grey)
    away = ground - grey
    mask = _pieces(np.abs(away) > max(_LEAST_AWAY, _grain(away)))
    if away[mask].sum() >= 0:
        share = away / np.maximum(ground, 1)
    else:
        share = -away / np.maximum(255 - ground, 1)
    share = np.where(mask, share.clip(0, 1), 0)
    most = np.percentile(share[mask], _WHITEST) if mask.any() else 1.0
    strength: Array = (255 * share / max(most, 1e-3)).clip(0, 255).astype(np.float32)
    return strength, ground


def _ground(grey: Array) -> Array:
    """Return how bright a photo would be without a garment: a curved surface through its border.

    A second fit leaves out what was far from the first one: a sleeve that reaches the border.
    """
    y, x = (
        axis / size - 0.5 for axis, size in zip(np.indices(grey.shape), grey.shape, strict=True)
    )
    terms = np.stack([np.ones_like(x), x, y, x * y, x**2, y**2], axis=-1)
    edge = _along_the_border(grey.shape)
    kept = np.abs(grey - np.median(grey[edge])) <= 64
    for _ in range(3):
        used = edge & kept
        surface = terms @ np.linalg.lstsq(terms[used], grey[used], rcond=None)[0]
        kept = np.abs(grey - surface) <= max(_LEAST_AWAY, _grain((grey - surface)[used]))
        if (edge & kept).sum() < edge.sum() / 4:
            break
    ground: Array = surface.clip(0, 255).astype(np.float32)
    return ground


def _along_the_border(shape: tuple[int, ...]) -> Array:
    width = max(1, round(_BORDER * min(shape)))
    edge = np.ones(shape, dtype=bool)
    edge[width:-width, width:-width] = False
    return edge


def _grain(away: Array) -> float:
    """Return three times what most of the border differs from the ground."""
    edge = away[_along_the_border(away.shape)] if away.ndim == 2 else away
    return 3 * float(np.median(np.abs(edge)))


def _pieces(mask: Array) -> Array:
    """Return a mask without specks: its largest piece and those that are nearly as large."""
    from scipy.ndimage import binary_opening, label

    numbers, count = label(binary_opening(mask, np.ones((3, 3))))
    sizes = np.bincount(numbers.ravel(), minlength=count + 1)
    sizes[0] = 0
    large: Array = np.isin(numbers, np.flatnonzero(sizes > _PART * sizes.max()))
    large &= numbers > 0
    return large


def _framed(cut: Array) -> Array:
    """Return a garment whose longer side has 28 pixels in the middle of a black square."""
    scale = SIDE / max(cut.shape)
    height, width = (max(1, round(side * scale)) for side in cut.shape)
    image = Image.fromarray(as_bytes(cut)).resize((width, height), Image.Resampling.BOX)
    sharp = np.asarray(image.filter(ImageFilter.UnsharpMask(1, 50, 0)))
    frame = np.zeros((SIDE, SIDE), dtype=np.uint8)
    top, left = (SIDE - height) // 2, (SIDE - width) // 2
    frame[top : top + height, left : left + width] = sharp
    return frame
