"""How strange an example is, against a comparison with every row; and what is no digit."""

import numpy as np
import pytest

from data.dataset import Array
from data.pictures.photo import center_digit
from models.experiment import Layer
from models.inputs.preparation import prepare
from models.network.nearest import HiddenRows, last_hidden
from models.network.strangeness import NEAREST, STRANGE, Familiarity, mean_distances
from models.network.weights import TrainedNetwork, read_network
from models.tasks import BUILT_IN
from models.trained.shipped import shipped
from tests.models.network.test_attribution import made

MNIST = next(task for task in BUILT_IN if task.name == "mnist")


def pictures(count: int, seed: int) -> Array:
    return np.random.default_rng(seed).integers(0, 256, (count, 784)).astype(np.uint8)


@pytest.mark.parametrize("count", [3, 1_999, 4_500])
def test_distances_are_those_to_every_row(count: int) -> None:
    network = made("mnist", Layer(48))
    train, asked = pictures(count, 1), last_hidden(network, pictures(7, 2))
    hidden = HiddenRows.of(network, train)
    apart = np.linalg.norm(last_hidden(network, train)[None] - asked[:, None], axis=2)
    by_hand = np.sort(apart, axis=1)[:, :NEAREST].mean(axis=1)
    found = mean_distances(hidden, asked)
    assert (np.abs(found - by_hand) <= hidden.largest + 1e-3).all()


def test_strangeness_is_the_share_of_test_rows_that_are_nearer() -> None:
    network = made("mnist", Layer(48))
    found = Familiarity.of(network, pictures(500, 1), pictures(200, 2))
    row = last_hidden(network, pictures(1, 3))[0]
    distance = mean_distances(found.hidden, row[None])[0]
    assert found.strangeness(row) == (found.distances < distance).mean()
    assert found.strangeness(1e6 * np.ones_like(row)) == 1
    assert found.strangeness(last_hidden(network, pictures(500, 1)[:1])[0]) < 1


@pytest.fixture(scope="module")
def network() -> TrainedNetwork:
    found = shipped(MNIST)
    assert found is not None
    return read_network(found.folder)


@pytest.fixture(scope="module")
def familiarity(network: TrainedNetwork) -> Familiarity:
    rows = prepare(MNIST, network.experiment, MNIST.load())
    return Familiarity.of(network, rows.x_train, rows.x_test)


def drawn(*lines: list[tuple[int, int]]) -> Array:
    """Return lines of a pen of 18 pixels on a canvas of 280 x 280 as a picture of 28 x 28."""
    from PIL import Image, ImageDraw

    canvas = Image.new("L", (280, 280))
    for line in lines:
        ImageDraw.Draw(canvas).line(line, fill=255, width=18, joint="curve")
    return center_digit(np.array(canvas))


def scribble(seed: int) -> list[tuple[int, int]]:
    points = np.random.default_rng(seed).integers(30, 250, (14, 2)).tolist()
    return [(x, y) for x, y in points]


NO_DIGITS = {
    "a dash": drawn([(40, 140), (240, 140)]),
    "a cross in a box": drawn(
        [(50, 50), (230, 50), (230, 230), (50, 230), (50, 50)], [(50, 50), (230, 230)]
    ),
    "an M": drawn([(50, 240), (60, 40), (140, 180), (220, 40), (230, 240)]),
    **{f"scribble {seed}": drawn(scribble(seed)) for seed in range(4)},
}


@pytest.mark.parametrize("name", NO_DIGITS)
def test_what_is_no_digit_is_strange(
    name: str, network: TrainedNetwork, familiarity: Familiarity
) -> None:
    row = last_hidden(network, NO_DIGITS[name].reshape(1, 784))[0]
    assert familiarity.strangeness(row) >= STRANGE


def test_few_digits_that_were_not_compared_with_are_strange(
    network: TrainedNetwork, familiarity: Familiarity
) -> None:
    others = MNIST.load().x_test[1_000:1_200].reshape(-1, 784)
    distances = mean_distances(familiarity.hidden, last_hidden(network, others))
    less_strange = np.searchsorted(familiarity.distances, distances) / len(familiarity.distances)
    assert (less_strange >= STRANGE).mean() < 0.12
