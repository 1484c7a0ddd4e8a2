"""Which of the marks on a picture is the digit that somebody wrote, or why none is.

Pieces of ink that lie close together are one mark: the bar of a 5 need not touch it. The digit is
the mark that stands out. Specks, a printed grid, the tip of a shadow and what runs out of a photo
are none.
"""

import itertools
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from data.language import Text, UserError
from data.pictures.ground import SMALL, Ink, is_drawn

_CLOSE = 0.2
"""Of the longer side of a mark: pieces that are closer to it belong to it."""
_RIVAL_SIZE, _RIVAL_INK = 0.5, 0.3
"""Of the digit's longer side and its ink: another piece that has as much is no speck."""
_WIDEST = 1.6
"""Times as wide as high: pieces side by side that are wider are several digits."""
_SMALLEST_SIDE = 4
_SMALLEST_SHARE = 0.02
_BROADEST = 0.45
"""Of the longer side: what is broader in the mean was not written with a pen."""
_THINNEST = 2.1
"""Pixels of a photo of ``ground.SIDE``: the edge of a sheet is as thin, no pen is."""
_BESIDE, _LEAST_GAP = 0.2, 0.06
"""Of its columns: what a digit has in common with the one beside it at most; and of the height: how
far apart they are at least. The two strokes of a 4 come closer."""
LEAST_SEATED = 0.6
"""The share of a piece's surroundings that must be of its ground: the tip of a shadow lies between
two grounds."""
_AROUND = 0.25
"""Of a piece's longer side: how far its surroundings reach."""
_SAME_GROUND = 1.33
"""Times as bright."""
_BLACK = 60
"""A photo whose brighter parts are darker shows nothing."""

EMPTY = Text(
    "눈에 띄는 숫자가 없습니다. 그림이 비어 있거나 선이 너무 흐립니다. 숫자 하나를 진하게 써 "
    "주세요.",
    "No digit stands out: the picture is empty, or its lines are too faint. Write one digit, "
    "darkly.",
)
_TOO_DARK = Text(
    "눈에 띄는 숫자가 없습니다. 사진이 너무 어둡습니다. 더 밝은 곳에서 다시 찍어 주세요.",
    "No digit stands out: the photo is too dark. Take it again where there is more light.",
)
_TOO_SMALL = Text(
    "눈에 띄는 숫자가 없습니다. 표시가 너무 작습니다. 숫자를 더 크게 쓰거나 더 가까이에서 찍어 "
    "주세요.",
    "No digit stands out: the mark is too small. Write the digit larger, or go closer to it.",
)
_SEVERAL = Text(
    "눈에 띄는 숫자가 없습니다. 비슷한 크기의 표시가 여러 개 있습니다. 숫자 하나만 보이게 해 "
    "주세요.",
    "No digit stands out: there are several marks of like size. Show a single digit.",
)
_CUT_OFF = Text(
    "눈에 띄는 숫자가 없습니다. 표시가 사진 밖으로 이어집니다. 숫자 전체가 보이게 찍어 주세요.",
    "No digit stands out: what is written runs out of the photo. Take all of the digit.",
)


@dataclass(frozen=True, slots=True)
class Mark:
    """A digit's ink: ``strength`` is (height, width) float32, 0 to 255, and 0 beside it.

    ``seated`` is the share of its surroundings that are of the ground on which it was written.
    """

    strength: Array
    seated: float

    @property
    def box(self) -> tuple[slice, slice]:
        rows, columns = (np.flatnonzero(self.strength.any(axis=axis)) for axis in (1, 0))
        return slice(int(rows[0]), int(rows[-1]) + 1), slice(int(columns[0]), int(columns[-1]) + 1)


@dataclass(frozen=True, slots=True)
class _Piece:
    """Ink that hangs together: its number among the pieces, its box, and how much it is."""

    number: int
    box: tuple[slice, slice]
    ink: float

    @property
    def height(self) -> int:
        return int(self.box[0].stop - self.box[0].start)

    @property
    def width(self) -> int:
        return int(self.box[1].stop - self.box[1].start)

    @property
    def side(self) -> int:
        return max(self.height, self.width)


def find_mark(ink: Ink, grey: Array) -> Mark:
    """Return the digit among the ink of a picture.

    Raises ``UserError`` with the reason when none stands out: there is no ink or too little of it,
    there are several marks, or it runs out of the photo; ``grey`` is the picture.
    """
    from scipy.ndimage import label

    is_photo = ink.is_local or (max(grey.shape) > SMALL and not is_drawn(grey))
    least = _least_written(ink.strength) if is_photo else 0.0
    numbers, _ = label(ink.strength > least, np.ones((3, 3)))
    pieces = _pieces(ink, numbers)
    if not pieces:
        is_dark = np.ptp(grey) > 0 and np.percentile(grey, 95) < _BLACK
        raise UserError(_TOO_DARK if is_dark else EMPTY)
    if ink.is_local:
        pieces = _written(pieces, numbers, ink)
    parts = _together(pieces, numbers)
    _check(parts, pieces, numbers)
    mask = _mask(parts, numbers)
    if max(mask.shape) > SMALL and stroke_width(mask) > _BROADEST * max(_extent(parts)):
        raise UserError(EMPTY)
    seated = _seated(mask, ink.ground)
    if is_photo:
        return Mark(np.where(_grown(mask), _clear(ink.strength, least), 0), seated)
    return Mark(np.where(mask, ink.strength, 0), seated)


def _pieces(ink: Ink, numbers: Array) -> list[_Piece]:
    """Return the pieces of labelled ink.

    A photo's ink counts as it is seen: a shadow on a dark desk is faint beside a pen's on paper.
    """
    from scipy.ndimage import find_objects, sum_labels

    boxes = find_objects(numbers)
    seen = ink.strength * ink.ground if ink.is_local else ink.strength
    amounts = sum_labels(seen, numbers, np.arange(1, len(boxes) + 1))
    return [
        _Piece(number, box, float(amount))
        for number, (box, amount) in enumerate(zip(boxes, amounts, strict=True), 1)
    ]


def _least_written(strength: Array) -> float:
    """Return the strength above which a photo's ink was written and not printed.

    Otsu's threshold: it tells ink apart from a faint grid, and a line from its blurred edge.
    """
    found = strength[strength > 0]
    if not len(found):
        return 0.0
    counts, edges = np.histogram(found, bins=64, range=(0, 255))
    below = np.cumsum(counts)[:-1]
    above = len(found) - below
    sums = np.cumsum(counts * (edges[:-1] + edges[1:]) / 2)
    apart = sums[:-1] / np.maximum(below, 1) - (sums[-1] - sums[:-1]) / np.maximum(above, 1)
    return float(edges[1 + np.argmax(below * above * apart**2)])


def _clear(strength: Array, least: float) -> Array:
    """Return ink as strong as most of it is, fading where it is fainter than what was written."""
    usual = float(np.median(strength[strength > least]))
    clear: Array = np.clip((strength - least / 2) * (255 / (usual - least / 2)), 0, 255)
    return clear


def _written(pieces: Sequence[_Piece], numbers: Array, ink: Ink) -> list[_Piece]:
    """Return the pieces of a photo that a pen may have written.

    Raises ``UserError`` when all of them run out of the photo, or none looks written.
    """
    inside = [piece for piece in pieces if not _runs_out(piece, numbers.shape)]
    if not inside:
        raise UserError(_CUT_OFF)
    most = max(piece.ink for piece in inside)
    written = [
        piece
        for piece in inside
        if piece.ink < _RIVAL_INK * most or _looks_written(piece, numbers, ink.ground)
    ]
    if not written:
        raise UserError(EMPTY)
    return written


def _runs_out(piece: _Piece, shape: tuple[int, ...]) -> bool:
    sides = zip(piece.box, shape, strict=True)
    return any(part.start == 0 or part.stop == side for part, side in sides)


def _looks_written(piece: _Piece, numbers: Array, ground: Array) -> bool:
    """Say whether a piece is a line on a ground, and no corner between two grounds."""
    mask = numbers[piece.box] == piece.number
    if not _THINNEST < stroke_width(mask) <= _BROADEST * piece.side:
        return False
    return _seated(numbers == piece.number, ground) >= LEAST_SEATED


def stroke_width(mask: Array) -> float:
    """Return how broad a line is in the mean, in pixels.

    In a strip ``w`` pixels wide the mean distance to what is outside is ``(w + 2) / 4``.
    """
    from scipy.ndimage import distance_transform_edt

    inside = distance_transform_edt(np.pad(mask, 1))[1:-1, 1:-1][mask]
    return max(1.0, 4 * float(inside.mean()) - 2)


def _seated(mask: Array, ground: Array) -> float:
    """Return the share of a mask's surroundings whose ground is that of the mask next to it."""
    from scipy.ndimage import distance_transform_edt

    rows, columns = (np.flatnonzero(mask.any(axis=axis)) for axis in (1, 0))
    reach = max(3, round(_AROUND * (1 + max(np.ptp(rows), np.ptp(columns)))))
    part = tuple(
        slice(max(0, places[0] - reach), places[-1] + 1 + reach) for places in (rows, columns)
    )
    away, nearest = distance_transform_edt(~mask[part], return_indices=True)
    around = (away > 1.5) & (away <= reach)
    if not around.any():
        return 1.0
    bright = ground[part] + 20  # what is nearly black differs by nothing that can be seen
    times = bright[tuple(nearest)][around] / bright[around]
    return float(((times < _SAME_GROUND) & (times > 1 / _SAME_GROUND)).mean())


def _together(pieces: Sequence[_Piece], numbers: Array) -> list[_Piece]:
    """Return the piece with the most ink, those close to it, and those close to them."""
    from scipy.ndimage import distance_transform_edt

    left = sorted(pieces, key=lambda piece: -piece.ink)
    parts = [left.pop(0)]
    while left:
        away = distance_transform_edt(~_mask(parts, numbers))
        reach = _CLOSE * max(_extent(parts))
        near = [p for p in left if away[p.box][numbers[p.box] == p.number].min() <= reach]
        if not near:
            break
        parts += near
        left = [piece for piece in left if piece not in near]
    return parts


def _check(parts: Sequence[_Piece], pieces: Sequence[_Piece], numbers: Array) -> None:
    """Raise ``UserError`` when a mark is too small for a digit, or one of several."""
    height, width = _extent(parts)
    side = max(height, width)
    if side < max(_SMALLEST_SIDE, _SMALLEST_SHARE * max(numbers.shape)):
        raise UserError(_TOO_SMALL)
    ink = sum(piece.ink for piece in parts)
    rivals = [
        piece
        for piece in pieces
        if piece not in parts and piece.side > _RIVAL_SIZE * side and piece.ink > _RIVAL_INK * ink
    ]
    if rivals or (len(parts) > 1 and width > _WIDEST * height) or _are_two(parts, numbers):
        raise UserError(_SEVERAL)


def _are_two(parts: Sequence[_Piece], numbers: Array) -> bool:
    """Say whether two of the pieces of a mark stand side by side as digits do."""
    height = max(piece.height for piece in parts)
    tall = [piece for piece in parts if piece.height > _RIVAL_SIZE * height]
    tall.sort(key=lambda piece: piece.box[1].start)
    return any(
        left.box[1].stop - right.box[1].start <= _BESIDE * min(left.width, right.width)
        and _gap(left, right, numbers) > _LEAST_GAP * height
        for left, right in itertools.pairwise(tall)
    )


def _gap(one: _Piece, other: _Piece, numbers: Array) -> float:
    """Return how far two pieces are apart, in pixels."""
    from scipy.ndimage import distance_transform_edt

    away = distance_transform_edt(~_mask([one], numbers))
    return float(away[_mask([other], numbers)].min())


def _extent(parts: Sequence[_Piece]) -> tuple[int, int]:
    """Return the height and width of the box around pieces."""
    height, width = (
        max(piece.box[axis].stop for piece in parts) - min(piece.box[axis].start for piece in parts)
        for axis in (0, 1)
    )
    return height, width


def _mask(parts: Sequence[_Piece], numbers: Array) -> Array:
    mask: Array = np.isin(numbers, [piece.number for piece in parts])
    return mask


def _grown(mask: Array) -> Array:
    """Return a mask with the blurred edge of its lines."""
    from scipy.ndimage import binary_dilation

    grown: Array = binary_dilation(mask, iterations=2)
    return grown
