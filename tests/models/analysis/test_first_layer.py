"""Pictures of a first layer, and the words that push hardest."""

import numpy as np

from data.text.vocabulary import Encoded
from models.analysis.kernel_pictures import SCALE, coloured, kernel_pictures
from models.analysis.words import pushes
from models.network.forward import forward, logits
from models.tasks import built_in
from models.trained.shipped import shipped


def test_a_word_pushes_by_what_it_alone_changes() -> None:
    found = shipped(built_in("reviews"))
    assert found
    network = found.read()
    words = pushes(network)
    assert network.vocabulary and len(words) == len(network.vocabulary)
    empty = Encoded(np.array([], np.int32), np.array([0, 0], np.int64))
    for index in (0, 17, len(words) - 1):
        alone = Encoded(np.array([index], np.int32), np.array([0, 1], np.int64))
        with_it, without = (
            logits(network, forward(network, each), each)[0] for each in (alone, empty)
        )
        expected = (with_it[1] - with_it[0]) - (without[1] - without[0])
        assert abs(words[index] - expected) < 1e-4


def test_weights_are_blue_for_and_orange_against() -> None:
    assert coloured(np.array([1.0, 0.0, -1.0])).tolist() == [
        [0, 114, 178],
        [255, 255, 255],
        [230, 159, 0],
    ]
    assert (coloured(np.zeros((2, 2))) == 255).all()


def test_the_units_with_the_largest_weights_are_shown() -> None:
    found = shipped(built_in("mnist"))
    assert found
    pictures = kernel_pictures(found.read(), (28, 28))
    assert (pictures.shown, pictures.units) == (64, 512)
    assert pictures.wall.shape == (SCALE * (8 * 30 - 2), SCALE * (8 * 30 - 2), 3)
