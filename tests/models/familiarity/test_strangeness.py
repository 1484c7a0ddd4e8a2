"""How strange an example is, against a comparison with every row."""

import numpy as np
import pytest

from data.dataset import Array
from models.experiment import Layer
from models.familiarity.nearest import HiddenRows, last_hidden
from models.familiarity.strangeness import NEAREST, Familiarity, mean_distances
from tests.models.network.test_attribution import made


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


def test_without_test_rows_nothing_is_strange() -> None:
    network = made("mnist", Layer(8))
    found = Familiarity.of(network, pictures(50, 1), pictures(0, 2))
    assert found.strangeness(last_hidden(network, pictures(1, 3))[0]) is None
