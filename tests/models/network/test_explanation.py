"""Every step from a review to a verdict, and what each word adds, against Keras and by hand."""

from collections.abc import Sequence
from pathlib import Path

import keras
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from data.dataset import Array
from data.text.analysers import Morpheme
from data.text.vocabulary import Encoded
from models.download.keras_file import keras_archive
from models.experiment import Experiment, Layer, Optimizer, TextSettings
from models.network.explanation import POSITIVE, explain_review
from models.network.forward import predict
from models.network.weights import TrainedNetwork, read_network
from models.tasks import preset_named
from models.training.loop import train
from tests.support.multi_hot import encode_words, multi_hot

WORDS = 300
EXPERIMENT = preset_named("sentiment").changed(
    epochs=2, reading=TextSettings("bundled", "kiwi", vocabulary_size=WORDS)
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("sentiment")
    train(EXPERIMENT, lambda event: None, folder=folder)
    return folder


@pytest.fixture(scope="module")
def network(folder: Path) -> TrainedNetwork:
    return read_network(folder)


@pytest.fixture(scope="module")
def model(network: TrainedNetwork, folder: Path) -> keras.Sequential:
    """The same network in Keras."""
    (folder / "model.keras").write_bytes(keras_archive(network))
    return keras.models.load_model(folder / "model.keras")


def review(*words: str) -> list[Morpheme]:
    return [Morpheme(word, "NNG") for word in words]


def known(network: TrainedNetwork, *places: int) -> tuple[str, ...]:
    assert network.vocabulary
    return tuple(network.vocabulary.words[place] for place in places)


def asked(network: TrainedNetwork, words: Sequence[str]) -> Array:
    """Ask the network about some words on their own: (2,) probabilities."""
    assert network.vocabulary
    ids = encode_words(words, network.vocabulary)
    return predict(network, Encoded(ids, np.array([0, len(ids)])))[0]


def test_the_answer_is_that_of_keras_on_the_vector_of_zeros_and_ones(
    network: TrainedNetwork, model: keras.Sequential
) -> None:
    found = explain_review(network, review(*known(network, 40, 3, 250), "코끼리"))
    vector = multi_hot(np.array(found.indices, np.int32), WORDS)
    theirs = model(vector[None], training=False).numpy()[0]
    assert vector.sum() == 3
    np.testing.assert_allclose(found.probabilities, theirs, atol=1e-6)


def test_a_word_adds_the_difference_between_two_answers(network: TrainedNetwork) -> None:
    words = known(network, 5, 17, 60, 110)
    found = explain_review(network, review(*words))
    for word in found.words:
        others = [other for other in words if other != word.text]
        difference = asked(network, words)[POSITIVE] - asked(network, others)[POSITIVE]
        assert word.contribution == pytest.approx(difference, abs=1e-6)
    assert max(abs(word.contribution) for word in found.words) > 1e-3


def test_a_word_switched_off_is_a_review_without_it(network: TrainedNetwork) -> None:
    first, second, third = known(network, 5, 17, 60)
    off = explain_review(network, review(first, second, third), frozenset({second}))
    without = explain_review(network, review(first, third))
    np.testing.assert_allclose(off.probabilities, without.probabilities, atol=1e-6)
    np.testing.assert_allclose(off.z, without.z, atol=1e-5)
    assert off.indices == without.indices
    assert [word.is_on for word in off.words] == [True, False, True]


def test_a_word_switched_off_still_says_what_it_would_add(network: TrainedNetwork) -> None:
    words = known(network, 5, 17, 60)
    on = explain_review(network, review(*words)).words[1]
    off = explain_review(network, review(*words), frozenset({words[1]})).words[1]
    assert off.contribution == pytest.approx(on.contribution, abs=1e-6)


def test_the_two_sums_give_the_probabilities_through_softmax(network: TrainedNetwork) -> None:
    found = explain_review(network, review(*known(network, 8, 9, 10)))
    powers = np.exp(found.z.astype(np.float64))
    np.testing.assert_allclose(found.probabilities, powers / powers.sum(), atol=1e-6)


def test_indices_and_ranks_come_in_the_order_of_the_words(network: TrainedNetwork) -> None:
    words = known(network, 40, 3, 250)
    found = explain_review(network, review(words[0], "코끼리", *words[1:]))
    assert found.indices == (40, 3, 250)
    assert [(word.text, word.rank) for word in found.words] == list(
        zip(words, (41, 4, 251), strict=True)
    )
    assert [morpheme.text for morpheme in found.morphemes][1] == "코끼리"


def test_a_word_counts_once_however_often_it_stands_there(network: TrainedNetwork) -> None:
    (word,) = known(network, 12)
    once, often = (explain_review(network, review(*[word] * times)) for times in (1, 5))
    assert once.indices == often.indices == (12,)
    np.testing.assert_array_equal(once.probabilities, often.probabilities)


@pytest.mark.parametrize("morphemes", [[], review("코끼리"), review("🙂", "hello")])
def test_without_a_known_word_the_biases_answer(
    morphemes: list[Morpheme], network: TrainedNetwork, model: keras.Sequential
) -> None:
    found = explain_review(network, morphemes)
    zeros = np.zeros((1, WORDS), np.float32)
    assert (found.indices, found.words) == ((), ())
    np.testing.assert_allclose(found.probabilities, model(zeros).numpy()[0], atol=1e-6)


def test_every_hidden_layer_is_shown(network: TrainedNetwork) -> None:
    found = explain_review(network, review(*known(network, 1)))
    assert [output.shape for output in found.hidden] == [(64,), (64,)]
    assert all((output >= 0).all() for output in found.hidden)


def test_a_network_without_hidden_layers_is_explained_too(tmp_path: Path) -> None:
    train(EXPERIMENT.changed(layers=(), epochs=1), lambda event: None, folder=tmp_path)
    network = read_network(tmp_path)
    found = explain_review(network, review(*known(network, 4, 7)))
    sums = network.kernels[0][[4, 7]].sum(axis=0) + network.biases[0]
    assert found.hidden == ()
    np.testing.assert_allclose(found.z, sums, atol=1e-6)


def test_a_network_that_reads_no_text_explains_no_review(tmp_path: Path) -> None:
    housing = Experiment("boston", (Layer(4),), Optimizer(), epochs=1, batch_size=64)
    train(housing, lambda event: None, folder=tmp_path)
    with pytest.raises(ValueError, match="text"):
        explain_review(read_network(tmp_path), review("좋다"))


@settings(deadline=None)
@given(data=st.data())
def test_any_words_with_any_switched_off_have_an_answer(
    data: st.DataObject, network: TrainedNetwork
) -> None:
    assert network.vocabulary
    some = st.sampled_from(network.vocabulary.words) | st.text(max_size=5)
    words = data.draw(st.lists(some, max_size=30))
    off = data.draw(st.frozensets(st.sampled_from(words))) if words else frozenset[str]()
    found = explain_review(network, review(*words), off)
    assert all(0 <= index < WORDS for index in found.indices)
    assert len(set(found.indices)) == len(found.indices) == sum(word.is_on for word in found.words)
    assert found.probabilities.sum() == pytest.approx(1, abs=1e-6)
    assert all(-1 <= word.contribution <= 1 for word in found.words)
