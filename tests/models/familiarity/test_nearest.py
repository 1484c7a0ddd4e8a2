"""The nearest rows are those that a comparison with every row finds."""

import numpy as np
import pytest

from data.dataset import Array
from data.text.vocabulary import Encoded
from models.experiment import Layer
from models.familiarity.nearest import HiddenRows, last_hidden, nearest_rows
from models.inputs.preparation import dense
from tests.models.network.test_attribution import made


def by_hand(rows: Array, row: Array, k: int) -> tuple[list[int], list[float]]:
    apart = rows.reshape(len(rows), -1).astype(np.float64) - row.reshape(-1).astype(np.float64)
    distances = np.linalg.norm(apart, axis=1)
    order = sorted(range(len(rows)), key=lambda number: (distances[number], number))[:k]
    return order, distances[order].tolist()


@pytest.mark.parametrize("count", [1, 4, 1_999, 2_000, 4_321])
def test_pictures_are_found_by_their_pixels(count: int) -> None:
    random = np.random.default_rng(count)
    pictures = random.integers(0, 256, (count, 28, 28)).astype(np.uint8)
    for wanted in (pictures[-1], random.integers(0, 256, (28, 28)).astype(np.uint8)):
        found = nearest_rows(pictures, wanted, 5)
        numbers, distances = by_hand(pictures, wanted, 5)
        assert found.rows.tolist() == numbers
        np.testing.assert_allclose(found.distances, distances, rtol=1e-9)


def test_equal_rows_come_in_their_order() -> None:
    rows = np.tile(np.arange(6, dtype=np.float32), (9, 1))
    assert nearest_rows(rows, rows[0], 5).rows.tolist() == [0, 1, 2, 3, 4]


@pytest.mark.parametrize("layers", [(Layer(64),), (Layer(80), Layer(32, "tanh")), ()])
def test_rows_are_found_by_the_last_hidden_layer(layers: tuple[Layer, ...]) -> None:
    network = made("mnist", *layers)
    pictures = np.random.default_rng(3).integers(0, 256, (3_000, 784)).astype(np.uint8)
    outputs = last_hidden(network, pictures)
    kept = HiddenRows.of(network, pictures)
    for number in (0, 7):
        wanted = outputs[number] + 0.01

        def exactly(rows: Array) -> Array:
            assert len(rows) < len(outputs)
            return outputs[rows]

        found = kept.nearest(wanted, 5, exactly)
        numbers, distances = by_hand(outputs, wanted, 5)
        assert found.rows.tolist() == numbers
        np.testing.assert_allclose(found.distances, distances, rtol=1e-6)


def test_a_byte_a_unit_is_never_further_off_than_it_says() -> None:
    network = made("mnist", Layer(64))
    pictures = np.random.default_rng(4).integers(0, 256, (500, 784)).astype(np.uint8)
    kept, outputs = HiddenRows.of(network, pictures), last_hidden(network, pictures)
    off = np.linalg.norm(kept.levels * kept.step + kept.low - outputs, axis=1)
    assert off.max() <= kept.largest * (1 + 1e-5)
    assert kept.levels.nbytes == outputs.size


def test_documents_have_a_last_hidden_layer_too() -> None:
    network = made("reviews", Layer(16))
    ids = np.array([3, 5, 900, 3], np.int32)
    documents = Encoded(ids, np.array([0, 3, 4], np.int64))
    rows = dense(network.scaling, documents, len(network.kernels[0]))
    expected = np.maximum(rows @ network.kernels[0] + network.biases[0], 0)
    np.testing.assert_allclose(last_hidden(network, documents), expected, rtol=1e-4)
