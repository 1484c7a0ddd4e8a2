"""Every step of a drawn digit, beside what Keras says and a plain account of the pictures."""

import numpy as np
import pytest

from data.dataset import Array
from data.language import UserError
from data.pictures.strokes import CENTRE, Stroke, rasterize
from models.network.drawn_digit import follow_drawing
from models.network.weights import TrainedNetwork
from models.tasks import built_in
from models.trained.shipped import shipped

SEVEN: tuple[Stroke, ...] = (((0.1, 0.2), (0.3, 0.2), (0.15, 0.6)),)


@pytest.fixture(scope="module")
def network() -> TrainedNetwork:
    found = shipped(built_in("mnist"))
    assert found is not None
    return found.read()


def box(picture: Array) -> tuple[int, int, int, int]:
    """Return the first and last row and the first and last column with ink."""
    rows, columns = np.nonzero(picture.any(axis=1))[0], np.nonzero(picture.any(axis=0))[0]
    return int(rows[0]), int(rows[-1]), int(columns[0]), int(columns[-1])


def mass_centre(picture: Array) -> Array:
    rows, columns = np.indices(picture.shape) + 0.5
    centre: Array = np.array([(picture * rows).sum(), (picture * columns).sum()]) / picture.sum()
    return centre


def test_a_drawing_is_fitted_into_the_box_in_the_middle_and_then_centred_by_mass(
    network: TrainedNetwork,
) -> None:
    found = follow_drawing(network, SEVEN)
    assert found.fitted is not None
    first, last, left, right = box(found.fitted)
    assert last - first + 1 in (20, 21, 22)  # the pen's grey edge is a pixel beyond the box
    assert abs((first + last) / 2 - 13.5) <= 0.5 and abs((left + right) / 2 - 13.5) <= 0.5
    assert np.abs(mass_centre(found.fitted) - CENTRE).max() > 1
    np.testing.assert_allclose(mass_centre(found.seen), CENTRE, atol=0.1)
    assert box(found.seen)[1] - box(found.seen)[0] == pytest.approx(last - first, abs=1)


def test_what_is_seen_and_written_is_what_the_strokes_make(network: TrainedNetwork) -> None:
    found = follow_drawing(network, SEVEN)
    np.testing.assert_array_equal(found.seen, rasterize(SEVEN))
    np.testing.assert_array_equal(found.written, rasterize(SEVEN, centered=False))


def test_a_drawing_that_is_not_centred_is_seen_where_it_was_written(
    network: TrainedNetwork,
) -> None:
    found = follow_drawing(network, SEVEN, centered=False)
    assert found.fitted is None
    np.testing.assert_array_equal(found.seen, found.written)


def test_layers_sums_and_probabilities_are_those_of_keras(network: TrainedNetwork) -> None:
    import keras

    found = follow_drawing(network, SEVEN)
    names = [*network.activations[:-1], "linear"]
    a = keras.ops.convert_to_tensor(found.seen.reshape(1, -1).astype(np.float32) / 255)
    outputs = []
    for kernel, bias, name in zip(network.kernels, network.biases, names, strict=True):
        layer = keras.layers.Dense(kernel.shape[1], activation=name)
        layer.build(a.shape)
        layer.set_weights([kernel, bias])
        a = layer(a)
        outputs.append(keras.ops.convert_to_numpy(a)[0])
    for ours, theirs in zip(found.hidden, outputs[:-1], strict=True):
        np.testing.assert_allclose(ours, theirs, atol=1e-5)
    np.testing.assert_allclose(found.z, outputs[-1], atol=1e-4)
    softmax = keras.ops.convert_to_numpy(keras.ops.softmax(outputs[-1]))
    np.testing.assert_allclose(found.probabilities, softmax, atol=1e-5)
    assert found.winner == int(softmax.argmax())


def test_a_drawing_with_nothing_to_see_is_refused(network: TrainedNetwork) -> None:
    with pytest.raises(UserError):
        follow_drawing(network, (((0.5, 0.5),),))
