"""What a picture was written on is taken away: paper, desk and shadow, until only ink is left.

A drawing or a scan has a ground of one grey value. In a photo light falls unevenly, a sheet lies on
a desk, a hand throws a shadow: there the ground under a pixel is told by the pixels around it.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image

from data.dataset import Array

LEAST_CONTRAST = 32
"""Grey values between ink and a ground of one grey value; a picture without them is blank."""
SIDE = 512
"""A photo is made smaller until this is its longer side: a digit in it keeps a hundred pixels."""

_FAINTEST_INK = 12
_LEAST_SHARE = 0.16
"""The share of its ground's brightness by which ink in a photo differs at least."""
_STRONG_SHARE, _STRONG_SEEN, _STRONG_PART = 0.28, 0.12, 0.15
"""Of the ground and of the brightest ground: what ink differs by in a part of its pixels."""
_WIDEST_STROKE = 0.2
"""Of the shorter side."""
_SAME = 10
"""Grey values that a ground of one grey value differs from itself."""
_LEAST_GROUND, _LEAST_BORDER, _MOST_BETWEEN = 0.6, 0.65, 0.05
"""The shares of pixels, and of those along the border, that are ground, and the share of those that
are neither ground nor ink, where the ground has one grey value."""
SMALL = 64
"""Pixels of the longer side below which the edges of ink alone are more than that share."""


@dataclass(frozen=True, slots=True)
class Ink:
    """What stands out from the ground, and the ground.

    ``strength`` is (height, width) float32, 0 on the ground and 255 where the ink is strongest;
    ``ground`` is (height, width) float32, as bright as the picture would be without ink.
    ``is_local`` says whether it was told by the surroundings of each pixel. ``contrast`` is how
    many grey values most of the ink differs from the ground.
    """

    strength: Array
    ground: Array
    is_local: bool
    contrast: float


def border(grey: Array) -> Array:
    """Return the outermost pixels of a picture, in one row."""
    return np.concatenate([grey[0], grey[-1], grey[:, 0], grey[:, -1]])


def has_one_ground(grey: Array) -> bool:
    """Say whether all of a picture that is no ink has one grey value: a drawing or a scan."""
    if max(grey.shape) <= SMALL:
        return True
    level = np.median(border(grey))
    away = np.abs(grey.astype(np.float32) - level)
    between = (away > _SAME) & (away < np.percentile(away, 99.5) / 2)
    along = np.abs(border(grey) - level) <= _SAME
    return bool(
        between.mean() <= _MOST_BETWEEN
        and (away <= _SAME).mean() >= _LEAST_GROUND
        and along.mean() >= _LEAST_BORDER
    )


def is_drawn(grey: Array) -> bool:
    """Say whether most of the border is one grey value exactly, which no camera sees."""
    edge = border(grey)
    return bool((edge == np.median(edge)).mean() >= _LEAST_BORDER)


def even_ink(grey: Array) -> Ink:
    """Return what differs from a ground of one grey value, which the border shows."""
    level = np.float32(np.median(border(grey)))
    ink = grey.astype(np.float32) - level
    if is_darker(grey):
        ink = -ink
    grain = np.percentile(np.abs(border(ink)), 90)
    ink[ink < max(_FAINTEST_INK, min(2 * grain, ink.max() / 2))] = 0
    if ink.max() < LEAST_CONTRAST:
        ink[:] = 0
    ground = np.full_like(ink, level)
    return Ink(_stretched(ink), ground, is_local=False, contrast=_contrast(ink, ink > 0))


def is_darker(grey: Array) -> bool:
    """Say whether ink is darker than a ground of one grey value, which the border shows.

    In a dim photo of paper the ground is dark too: what differs most from it decides, and its own
    brightness where nothing does.
    """
    ground = float(np.median(border(grey)))
    darkest, brightest = np.percentile(grey, (0.1, 99.9))
    lead = (ground - darkest) - (brightest - ground)
    return ground > 127 if abs(lead) < LEAST_CONTRAST else bool(lead > 0)


def local_ink(grey: Array, *, is_dark: bool) -> Ink:
    """Return what is darker (or brighter) than its surroundings and narrower than a stroke may be.

    Light times what the paper throws back is what a camera sees, so ink in the shadow is divided by
    the paper's brightness there. The picture is made smaller, to ``SIDE``.
    """
    from scipy.ndimage import gaussian_filter  # 20 MB that only photos need

    image = Image.fromarray(grey if is_dark else np.invert(grey))
    image.thumbnail((SIDE, SIDE))
    seen = gaussian_filter(np.asarray(image).astype(np.float32), 0.8)  # a sensor's grain
    ground = _closing(seen, max(3, round(_WIDEST_STROKE * min(seen.shape))) | 1)
    away = ground - seen
    share = away / np.maximum(ground, LEAST_CONTRAST)
    grain = float(np.median(share))  # the ground is the brightest of its grain
    share = (share - grain) / max(1 - grain, 0.1)
    share[(share < _LEAST_SHARE) | (away < _FAINTEST_INK)] = 0
    share[~_with_strong_parts(share, away / max(np.percentile(ground, 95), 1))] = 0
    contrast = _contrast(away, share > 0)
    return Ink(_stretched(share), ground if is_dark else 255 - ground, True, contrast)


def _with_strong_parts(share: Array, seen: Array) -> Array:
    """Return the mask of what hangs together and is somewhere as strong as ink.

    ``share`` is of the ground's brightness, ``seen`` of that of the brightest ground: the grain of
    wood is faint on a light desk and next to nothing on a dark one.
    """
    from scipy.ndimage import label

    numbers, _ = label(share > 0, np.ones((3, 3)))
    strong = (share >= _STRONG_SHARE) & (seen >= _STRONG_SEEN)
    all_of, strong_of = np.bincount(numbers.ravel()), np.bincount(numbers.ravel(), strong.ravel())
    kept: Array = (strong_of >= _STRONG_PART * all_of)[numbers]
    return kept


def _closing(values: Array, side: int) -> Array:
    """Return values without what is darker than its surroundings and narrower than ``side``, odd.

    The highest of every square window, then for each pixel the lowest of its windows: an edge of
    light and shadow stays where it is (grey-scale closing; Gonzalez and Woods, Digital Image
    Processing, 9.6).
    """
    from scipy.ndimage import maximum_filter, minimum_filter

    padded = np.pad(values, side, constant_values=-np.inf)  # the picture may go on outside
    closed: Array = minimum_filter(maximum_filter(padded, side), side)
    return closed[side:-side, side:-side]


def _contrast(away: Array, mask: Array) -> float:
    return float(np.percentile(away[mask], 90)) if mask.any() else 0.0


def _stretched(strength: Array) -> Array:
    most = float(strength.max())
    stretched: Array = (strength * (255 / most if most > 0 else 0)).astype(np.float32)
    return stretched
