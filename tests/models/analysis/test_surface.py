"""The loss on a plane of weights, beside a forward pass at every place; places beside algebra."""

import numpy as np
import pytest

from data.dataset import Array
from data.language import UserError
from data.text.vocabulary import Encoded
from models.analysis.surface import Plane, flat, loss_on, with_weights
from models.experiment import Layer
from models.inputs.preparation import Rows
from models.network.evaluation import classification_figures, regression_figures
from models.network.forward import predict
from models.network.weights import TrainedNetwork
from tests.models.network.test_attribution import made

LAYERS = ((), (Layer(5, "relu"),), (Layer(6, "tanh"), Layer(4, "gelu"), Layer(3, "linear")))


def around(network: TrainedNetwork, seed: int) -> Array:
    """Return a point not far from a network."""
    return flat(network) + np.random.default_rng(seed).normal(0, 0.1, len(flat(network)))


def rows(task: str) -> tuple[Rows, Array]:
    random = np.random.default_rng(3)
    if task == "reviews":
        ids = random.integers(0, 1000, 60).astype(np.int32)
        return Encoded(ids, np.arange(0, 61, 3)), random.integers(0, 2, 20)
    if task == "mnist":
        return random.integers(0, 256, (20, 784)).astype(np.uint8), random.integers(0, 10, 20)
    return random.normal(5, 2, (20, 13)).astype(np.float32), random.normal(20, 5, 20)


@pytest.mark.parametrize("layers", LAYERS, ids=len)
@pytest.mark.parametrize("task", ["boston", "mnist", "reviews"])
def test_every_loss_is_that_of_the_network_there(task: str, layers: tuple[Layer, ...]) -> None:
    network = made(task, *layers)
    x, y = rows(task)
    plane = Plane.through(flat(network), around(network, 1), around(network, 2))
    a, b = (-1.0, 0.0, 2.5), (-2.0, 0.5)
    found = loss_on(plane, network, x, y, a, b)
    for row, up in enumerate(b):
        for column, across in enumerate(a):
            answers = predict(with_weights(network, plane.point(across, up)), x)
            true = (
                classification_figures(answers, y)
                if network.task.head.is_classifier
                else regression_figures(answers[:, 0], y)
            )
            assert found[row, column] == pytest.approx(true["loss"], rel=1e-4)


def test_the_three_points_lie_on_the_plane_and_others_say_how_far_away_they_are() -> None:
    random = np.random.default_rng(0)
    origin, first, second, other = random.normal(size=(4, 50))
    plane = Plane.through(origin, first, second)
    assert plane.across @ plane.up == pytest.approx(0, abs=1e-12)
    for point in (origin, first, second):
        place = plane.place(point)
        assert place.distance == pytest.approx(0, abs=1e-12)
        np.testing.assert_allclose(plane.point(place.a, place.b), point, atol=1e-12)
    assert plane.place(first).b == pytest.approx(0, abs=1e-12)
    basis = np.stack([first - origin, second - origin], axis=1)
    nearest = basis @ np.linalg.lstsq(basis, other - origin, rcond=None)[0]
    assert plane.place(other).distance == pytest.approx(np.linalg.norm(other - origin - nearest))


def test_points_on_one_line_have_a_plane_too_and_one_point_has_none() -> None:
    origin = np.zeros(4)
    end = np.array([1.0, 2, 0, 0])
    plane = Plane.through(origin, end, 3 * end)
    assert np.linalg.norm(plane.up) == pytest.approx(1)
    assert plane.place(3 * end).distance == pytest.approx(0, abs=1e-12)
    with pytest.raises(UserError, match="Train longer"):
        Plane.through(origin, origin, end)


def test_weights_become_a_point_and_a_network_again() -> None:
    network = made("boston", *LAYERS[2])
    again = with_weights(network, flat(network))
    for ours, theirs in zip(
        network.kernels + network.biases, again.kernels + again.biases, strict=True
    ):
        np.testing.assert_array_equal(ours, theirs)
