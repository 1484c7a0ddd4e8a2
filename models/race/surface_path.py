"""The paths of the runs of a race on the loss surface through their start and two of their ends."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from data.dataset import Array
from data.language import Text, UserError
from models.analysis.surface import Place, Plane, loss_on, with_weights
from models.inputs.preparation import Rows
from models.network.evaluation import evaluate, rows_at
from models.network.weight_path import WeightPath
from models.network.weights import TrainedNetwork

GRID = 25
MOST_ROWS = 2_000
_ROOM = 0.15
"""Of what the paths span, on each side of them."""
_COLLINEAR = 1e-3
"""The second end lies so close to the line through the first one, as a share of its way."""

OTHER_SHAPES = Text(
    "두 네트워크의 층 모양이 달라 가중치가 같은 공간에 있지 않습니다. 모양이 같은 둘을 고르세요.",
    "The two networks have layers of other shapes, so their weights share no space. Choose two of "
    "the same shape.",
)
OTHER_STARTS = Text(
    "두 학습이 서로 다른 가중치에서 시작해 출발점 하나를 지나는 평면이 없습니다. 시드가 같은 둘을 "
    "고르세요.",
    "The two began with other weights, so no plane goes through one start. Choose two of the same "
    "seed.",
)
NO_PATH = Text(
    "이 실행은 지나온 가중치가 남아 있지 않아 경로를 그릴 수 없습니다. 경주를 다시 시작하세요.",
    "The weights on the way of this run were not kept. Start the race again.",
)
NO_NUMBERS = Text(
    "가중치가 수가 아니게 되었습니다(발산). 발산하지 않은 둘을 고르거나 학습률을 낮춰 다시 하세요.",
    "The weights are no numbers any more: a run has diverged. Choose two that have not, or race "
    "again with a lower learning rate.",
)
SAME_END = Text(
    "두 학습이 같은 가중치에서 끝나 평면이 정해지지 않습니다. 서로 다른 두 변형을 고르세요.",
    "Both ended with the same weights, so they set no plane. Choose two variants that differ.",
)
COLLINEAR = Text(
    "시작점과 두 끝점이 거의 한 직선 위에 있어, 세로 방향은 직선에 수직인 아무 방향입니다.",
    "The start and both ends lie nearly on one line, so the upward direction is any one at right "
    "angles to it.",
)


@dataclass(frozen=True, slots=True, eq=False)
class PathOnPlane:
    """One run on the plane: a place, the true loss there and the surface's loss for each point.

    ``variant`` is its number in the race, ``epochs`` (points,) are those of its points; the losses
    are (points,).
    """

    variant: int
    epochs: Array
    places: tuple[Place, ...]
    true: Array
    below: Array


@dataclass(frozen=True, slots=True, eq=False)
class SurfacePaths:
    """The loss (len(b), len(a)) on a grid of a plane, and the paths; ``note`` minds something."""

    a: Array
    b: Array
    loss: Array
    paths: tuple[PathOnPlane, ...]
    rows: int
    note: Text | None = None


def rows_for_surface(x: Rows, y: Array) -> tuple[Rows, Array]:
    """Return all rows, or ``MOST_ROWS`` of them that are drawn once."""
    if len(y) <= MOST_ROWS:
        return x, y
    chosen = np.sort(np.random.default_rng(0).choice(len(y), MOST_ROWS, replace=False))
    return rows_at(x, chosen), y[chosen]


def surface_paths(
    network: TrainedNetwork,
    paths: Sequence[tuple[int, WeightPath]],
    x: Rows,
    y: Array,
) -> SurfacePaths:
    """Return the surface through the start and the ends of the first two paths, with all of them.

    ``paths`` are (variant, path) of runs with the network's shape; all must begin in one point.
    Raises ``UserError`` with one sentence where the three points set no plane.
    """
    plane, note = _plane(paths[0][1], paths[1][1])
    places = [[plane.place(point) for point in _points(path)] for _, path in paths]
    a, b = _square([place for each in places for place in each])
    loss = loss_on(plane, network, x, y, a.tolist(), b.tolist())
    found = (
        _on_plane(variant, path, each, plane, network, x, y)
        for (variant, path), each in zip(paths, places, strict=True)
    )
    return SurfacePaths(a, b, loss, tuple(found), len(y), note)


def _plane(first: WeightPath, second: WeightPath) -> tuple[Plane, Text | None]:
    """Return the plane of two paths, and what is to be minded about it."""
    ends = [path.points[[0, -1]].astype(np.float64) for path in (first, second)]
    if not all(np.isfinite(each).all() for each in ends):
        raise UserError(NO_NUMBERS)
    if (ends[0][0] != ends[1][0]).any():
        raise UserError(OTHER_STARTS)
    if (ends[0][1] == ends[1][1]).all():
        raise UserError(SAME_END)
    plane = Plane.through(ends[0][0], ends[0][1], ends[1][1])
    there = plane.place(ends[1][1])
    is_line = abs(there.b) <= _COLLINEAR * float(np.hypot(there.a, there.b))
    return plane, COLLINEAR if is_line else None


def _points(path: WeightPath) -> Array:
    """Return the points of a path that are numbers, (points, weights) float64."""
    points: Array = path.points[np.isfinite(path.points).all(axis=1)].astype(np.float64)
    return points


def _square(places: Sequence[Place]) -> tuple[Array, Array]:
    """Return the places of the grid on both axes: a square that holds all of ``places``."""
    middle, half = [], 0.0
    for values in ([place.a for place in places], [place.b for place in places]):
        low, high = min(values), max(values)
        middle.append((low + high) / 2)
        half = max(half, (0.5 + _ROOM) * (high - low))
    a, b = (np.linspace(each - half, each + half, GRID) for each in middle)
    return a, b


def _on_plane(
    variant: int,
    path: WeightPath,
    places: Sequence[Place],
    plane: Plane,
    network: TrainedNetwork,
    x: Rows,
    y: Array,
) -> PathOnPlane:
    epochs = path.epochs[np.isfinite(path.points).all(axis=1)]
    with np.errstate(over="ignore", invalid="ignore"):
        true = [_loss(network, point, x, y) for point in _points(path)]
        below = [_loss(network, plane.point(p.a, p.b), x, y) for p in places]
    return PathOnPlane(variant, epochs, tuple(places), np.array(true), np.array(below))


def _loss(network: TrainedNetwork, point: Array, x: Rows, y: Array) -> float:
    return evaluate(with_weights(network, point), x, y)["loss"]
