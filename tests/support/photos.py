"""Photos of digits on paper, made up: MNIST's shapes in ink on a sheet on a desk, with its light.

Nobody's picture is in them, the same seed gives the same photo, and what is hard about each can be
asked for: a desk around the sheet, a soft or a hard shadow, squared or lined paper, a coloured or
faint pen, a thin or a broad one, blur and noise.
"""

from dataclasses import dataclass

import numpy as np
from PIL import Image
from scipy import ndimage

from data.dataset import Array
from tests.support.drawing import encoded

SHEET = 960
"""Pixels of a sheet's side before a camera sees it."""
WIDTH, HEIGHT = 1200, 900
INKS = {
    "black": (25, 25, 30),
    "blue": (35, 50, 150),
    "red": (190, 40, 45),
    "green": (20, 120, 70),
    "pencil": (110, 110, 112),
}
SMALL_SHEET = ("dark", "light")
"""Desks that are seen around the sheet; otherwise the sheet fills the photo."""
_UNIT = 8
"""Pixels of a large digit for one of MNIST's."""


@dataclass(frozen=True, slots=True)
class Scene:
    """What a photo is of.

    ``size`` is the digit's height as a share of the photo's, ``pen`` the width of the line as a
    share of the digit's height, ``blur`` in pixels, ``noise`` in grey values, ``tilt`` in degrees.
    """

    ink: str = "black"
    pen: float = 0.09
    size: float = 0.4
    desk: str | None = None
    shadow: str | None = None
    ruling: str | None = None
    blur: float = 1.0
    noise: float = 3.0
    light: float = 1.0
    tilt: float = 0.0


KINDS: dict[str, Scene] = {
    "even light": Scene(),
    "dark desk": Scene(desk="dark"),
    "light desk": Scene(desk="light"),
    "soft shadow": Scene(shadow="soft"),
    "hard shadow": Scene(shadow="hard"),
    "squared paper": Scene(ruling="squared"),
    "lined paper": Scene(ruling="lined"),
    "dim light": Scene(light=0.35, noise=4.0),
    "dark desk, hard shadow": Scene(desk="dark", shadow="hard"),
    "dark desk, squared, soft shadow": Scene(desk="dark", shadow="soft", ruling="squared"),
    "blackboard": Scene(desk="board"),
}
"""What is hard about a photo, by name; ``varied`` draws the rest at random."""


def varied(scene: Scene, random: np.random.Generator) -> Scene:
    """Return a scene of the same kind with a pen, a size, a blur and a tilt of its own."""
    inks = ("white",) if scene.desk == "board" else tuple(INKS)
    return Scene(
        ink=str(random.choice(inks)),
        pen=float(random.uniform(0.03, 0.14)),
        size=float(random.uniform(0.2, 0.45 if scene.desk in SMALL_SHEET else 0.65)),
        desk=scene.desk,
        shadow=scene.shadow,
        ruling=scene.ruling,
        blur=float(random.uniform(0.5, 2.0)),
        noise=scene.noise * float(random.uniform(0.7, 1.6)),
        light=scene.light,
        tilt=float(random.uniform(-8, 8)),
    )


def photo(digits: list[Array], scene: Scene, random: np.random.Generator) -> bytes:
    """Return a JPEG of a sheet with MNIST's ``digits`` side by side; none leave it empty."""
    sheet = _sheet(scene, random)
    _write(sheet, digits, scene, random)
    seen = _desk(scene, random)
    _lay(seen, sheet, scene, random)
    seen *= _light(scene, random)[..., None]
    seen = ndimage.gaussian_filter(seen, (scene.blur, scene.blur, 0))
    seen += random.normal(0, scene.noise, seen.shape)
    quality = int(random.integers(70, 92))
    return encoded(Image.fromarray(seen.clip(0, 255).astype(np.uint8)), "JPEG", quality=quality)


def _sheet(scene: Scene, random: np.random.Generator) -> Array:
    """Return the paper, (side, side, 3) float32, with the lines that are printed on it."""
    tint = np.array([60, 75, 68]) if scene.desk == "board" else random.uniform(228, 250, 3)
    sheet = np.full((SHEET, SHEET, 3), tint, dtype=np.float32)
    if scene.ruling is not None:
        step, line = int(random.integers(36, 60)), np.array([165, 190, 222], dtype=np.float32)
        for start in range(step // 2, SHEET, step):
            sheet[start : start + 2] = line
            if scene.ruling == "squared":
                sheet[:, start : start + 2] = line
    return sheet


def _write(sheet: Array, digits: list[Array], scene: Scene, random: np.random.Generator) -> None:
    """Write digits on a sheet, in a row about its middle."""
    lower = random.uniform(-0.08, 0.08) * SHEET
    colour = (235, 235, 228) if scene.ink == "white" else INKS[scene.ink]
    for place, digit in enumerate(digits):
        height = int(scene.size * HEIGHT / (2 * _half_side(scene)) * SHEET)
        ink = _redrawn(digit, height, scene.pen)
        middle = SHEET / 2 + (place - (len(digits) - 1) / 2) * 1.3 * height
        left = int(middle - ink.shape[1] / 2 + random.uniform(-0.04, 0.04) * SHEET)
        top = int((SHEET - ink.shape[0]) / 2 + lower)
        left, top = max(0, left), max(0, top)
        part = sheet[top : top + ink.shape[0], left : left + ink.shape[1]]
        share = ink[: part.shape[0], : part.shape[1], None] * random.uniform(0.92, 1.0)
        part[:] = part * (1 - share) + np.array(colour) * share


def _redrawn(digit: Array, height: int, pen: float) -> Array:
    """Return a digit of MNIST, 0 to 1, as a pen of this width would have written it."""
    rows, columns = (np.flatnonzero((digit > 60).any(axis=axis)) for axis in (1, 0))
    cut = digit[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
    padded = np.pad(cut, 2)
    large = Image.fromarray(padded).resize(
        (padded.shape[1] * _UNIT, padded.shape[0] * _UNIT), Image.Resampling.BICUBIC
    )
    line = thinned(np.asarray(large) > 110)
    scale = height / line.shape[0]
    wide = np.ones((height, max(8, round(line.shape[1] * scale))), dtype=bool)
    y, x = np.nonzero(line)
    wide[(y * scale).astype(int), np.minimum((x * scale).astype(int), wide.shape[1] - 1)] = False
    reach = round(pen * height / 2) + 2
    away = ndimage.distance_transform_edt(np.pad(wide, reach, constant_values=True))
    ink: Array = np.clip(pen * height / 2 + 0.5 - away, 0, 1)
    return ndimage.gaussian_filter(ink, 0.6)


def thinned(mask: Array) -> Array:
    """Return the line one pixel wide that a shape can be thinned to.

    Zhang and Suen: A fast parallel algorithm for thinning digital patterns (1984).
    """
    line = np.pad(mask, 1).astype(np.uint8)
    while True:
        before = int(line.sum())
        for odd in (False, True):
            around = [
                np.roll(line, shift, (0, 1))
                for shift in (
                    (1, 0),
                    (1, -1),
                    (0, -1),
                    (-1, -1),
                    (-1, 0),
                    (-1, 1),
                    (0, 1),
                    (1, 1),
                )
            ]
            count = sum(around)
            turns = sum((around[i] == 0) & (around[(i + 1) % 8] == 1) for i in range(8))
            north, east, south, west = around[0], around[2], around[4], around[6]
            first = (north * east * west if odd else north * east * south) == 0
            second = (north * south * west if odd else east * south * west) == 0
            line[(line == 1) & (count >= 2) & (count <= 6) & (turns == 1) & first & second] = 0
        if int(line.sum()) == before:
            return line[1:-1, 1:-1].astype(bool)


def _desk(scene: Scene, random: np.random.Generator) -> Array:
    """Return what lies under the sheet, (HEIGHT, WIDTH, 3) float32, with its grain."""
    tint = {"dark": (62, 45, 36), "light": (186, 160, 128), "board": (60, 75, 68)}
    desk = np.full((HEIGHT, WIDTH, 3), tint.get(scene.desk or "", (240, 240, 240)), np.float32)
    grain = ndimage.gaussian_filter(random.normal(0, 1, (HEIGHT, WIDTH)), (1.5, 40))
    desk += (grain / grain.std() * (0 if scene.desk == "board" else 5))[..., None]
    return desk


def _lay(seen: Array, sheet: Array, scene: Scene, random: np.random.Generator) -> None:
    """Lay the sheet on the desk as a camera sees it, a little from the side."""
    middle = np.array([WIDTH / 2, HEIGHT / 2]) + random.uniform(-30, 30, 2)
    angle = np.deg2rad(scene.tilt)
    turn = np.array([[np.cos(angle), -np.sin(angle)], [np.sin(angle), np.cos(angle)]])
    square = np.array([(-1, -1), (1, -1), (1, 1), (-1, 1)]) * _half_side(scene)
    corners = square @ turn.T + middle + random.uniform(-0.03, 0.03, (4, 2)) * HEIGHT
    ends = np.array([(0, 0), (SHEET, 0), (SHEET, SHEET), (0, SHEET)], dtype=float)
    numbers = tuple(_projection(corners, ends))
    size, how = (WIDTH, HEIGHT), Image.Transform.PERSPECTIVE
    inside = Image.new("L", (SHEET, SHEET), 255).transform(
        size, how, numbers, Image.Resampling.BILINEAR
    )
    share = np.asarray(inside)[..., None] / np.float32(255)
    bands = [
        Image.fromarray(sheet[..., band]).transform(size, how, numbers, Image.Resampling.BILINEAR)
        for band in range(3)
    ]
    seen *= 1 - share
    seen += np.stack([np.asarray(band) for band in bands], axis=2) * share


def _half_side(scene: Scene) -> float:
    """Return half of a sheet's side in pixels of the photo."""
    return HEIGHT * (0.4 if scene.desk in SMALL_SHEET else 0.8)


def _projection(points: Array, ends: Array) -> Array:
    """Return the eight numbers of the projection that takes four points to four others."""
    rows, values = [], []
    for (x, y), (u, v) in zip(points, ends, strict=True):
        rows += [[x, y, 1, 0, 0, 0, -u * x, -u * y], [0, 0, 0, x, y, 1, -v * x, -v * y]]
        values += [u, v]
    return np.linalg.solve(np.array(rows), np.array(values))


def _light(scene: Scene, random: np.random.Generator) -> Array:
    """Return how much light falls on every pixel, 0 to 1."""
    y, x = np.indices((HEIGHT, WIDTH), dtype=np.float32)
    x, y = x / WIDTH - 0.5, y / HEIGHT - 0.5
    light = scene.light * (1 - random.uniform(0, 0.35) * (x**2 + y**2))
    if scene.shadow is not None:
        angle, off = random.uniform(0, 2 * np.pi), random.uniform(-0.12, 0.12)
        away = np.cos(angle) * x + np.sin(angle) * y - off
        edge = random.uniform(0.15, 0.4) if scene.shadow == "soft" else random.uniform(0.002, 0.01)
        depth = random.uniform(0.35, 0.65)
        light *= 1 - depth * np.clip(away / edge + 0.5, 0, 1)
    return light
