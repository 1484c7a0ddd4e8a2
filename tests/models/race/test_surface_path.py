"""Paths on the surface: three points exact, the others' distances, and what sets no plane."""

import numpy as np
import pytest

from data.language import UserError
from models.analysis.surface import flat, with_weights
from models.experiment import Layer
from models.network.evaluation import evaluate
from models.network.weight_path import (
    WeightPath,
    points_that_fit,
    read_path,
    thinned,
    write_path,
)
from models.race.surface_path import SurfacePaths, surface_paths
from tests.models.network.test_attribution import made

NETWORK = made("boston", Layer(5, "tanh"))
START = flat(NETWORK).astype(np.float32)
RANDOM = np.random.default_rng(0)
X, Y = RANDOM.normal(5, 2, (30, 13)).astype(np.float32), RANDOM.normal(20, 5, 30)


def path(seed: int, points: int = 5) -> WeightPath:
    steps = np.random.default_rng(seed).normal(0, 0.05, (points - 1, len(START)))
    walked = np.concatenate([np.zeros((1, len(START))), steps.cumsum(axis=0)])
    return WeightPath(np.arange(points, dtype=np.int32), (START + walked).astype(np.float32))


def loss(point: np.ndarray) -> float:
    return evaluate(with_weights(NETWORK, point.astype(np.float64)), X, Y)["loss"]


def test_start_and_both_ends_lie_on_the_plane_and_have_their_true_loss_there() -> None:
    paths = [path(1), path(2), path(3)]
    found = surface_paths(NETWORK, list(enumerate(paths)), X, Y)
    for each in found.paths[:2]:
        for place in (0, -1):
            assert each.places[place].distance < 1e-6
            assert each.below[place] == pytest.approx(each.true[place], rel=1e-5)
    assert all(place.distance > 0.01 for place in found.paths[2].places[1:])
    assert found.loss.shape == (25, 25) and found.note is None


def test_the_loss_of_every_point_is_the_true_one() -> None:
    walked = path(1)
    found = surface_paths(NETWORK, [(0, walked), (1, path(2))], X, Y)
    assert found.paths[0].true == pytest.approx([loss(point) for point in walked.points])
    assert abs(found.paths[0].below[2] - found.paths[0].true[2]) > 1e-6


def test_the_grid_holds_every_path() -> None:
    found = surface_paths(NETWORK, [(0, path(1)), (1, path(2)), (2, path(3))], X, Y)
    for place in (place for each in found.paths for place in each.places):
        assert found.a[0] < place.a < found.a[-1] and found.b[0] < place.b < found.b[-1]


def found_of_two() -> SurfacePaths:
    return surface_paths(NETWORK, [(0, path(1)), (1, path(2))], X, Y)


def test_the_grid_is_a_square_that_the_paths_fill() -> None:
    found = found_of_two()
    spans = [np.ptp(found.a), np.ptp(found.b)]
    assert spans[0] == pytest.approx(spans[1])
    places = [place for each in found.paths for place in each.places]
    longest = max(np.ptp([place.a for place in places]), np.ptp([place.b for place in places]))
    assert spans[0] == pytest.approx(1.3 * longest)


def bent(path: WeightPath, points: np.ndarray) -> WeightPath:
    return WeightPath(path.epochs, points.astype(np.float32))


@pytest.mark.parametrize(
    ("second", "sentence"),
    [
        (path(1), "same weights"),
        (bent(path(2), points=path(2).points + 1), "began with other weights"),
        (
            bent(path(2), points=np.where(path(2).epochs[:, None] == 4, np.nan, path(2).points)),
            "no numbers",
        ),
    ],
    ids=["equal ends", "other start", "no numbers"],
)
def test_where_three_points_set_no_plane_one_sentence_says_why(
    second: WeightPath, sentence: str
) -> None:
    with pytest.raises(UserError, match=sentence):
        surface_paths(NETWORK, [(0, path(1)), (1, second)], X, Y)


def test_ends_on_one_line_with_the_start_are_minded() -> None:
    first = path(1)
    line = bent(first, points=(START + 2 * (first.points - START)).astype(np.float32))
    found = surface_paths(NETWORK, [(0, first), (1, line)], X, Y)
    assert found.note is not None and "line" in found.note.en
    assert np.isfinite(found.loss).all()


def test_a_path_is_read_as_it_was_written_and_nothing_else_is(tmp_path) -> None:
    walked = path(4)
    write_path(tmp_path, walked)
    found = read_path(tmp_path, len(START))
    assert found is not None and (found.points == walked.points).all()
    assert read_path(tmp_path, len(START) + 1) is None
    (tmp_path / "path.npz").write_bytes(b"PK nonsense")
    assert read_path(tmp_path, len(START)) is None


def test_a_path_is_bounded() -> None:
    for weights in (5_121, 407_050, 5_000_000):
        most = points_that_fit(weights)
        kept = thinned(list(range(501)), most)
        assert len(kept) <= most and (kept[0], kept[-1]) == (0, 500)
