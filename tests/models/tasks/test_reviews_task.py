"""Reviews through the whole way: the lecture's settings, the weights of Keras, real reviews."""

import os
from pathlib import Path

import numpy as np
import pytest

from data.dataset import Array
from data.text.analysers import VERSION
from data.text.reviews import read_labelled
from models.console import Preparation, Progress
from models.events import End, Event, Preparing, Started
from models.experiment import Experiment, Layer, TextSettings
from models.inputs.documents import encode_documents
from models.inputs.preparation import dense, prepare
from models.network.evaluation import evaluate
from models.network.weights import read_network
from models.tasks import built_in, preset_named
from models.training.batches import permutation
from models.training.build import build_model
from models.training.loop import train

TASK = built_in("reviews")
KIWI = preset_named("sentiment").changed(reading=TextSettings("bundled", "kiwi"))
SMALL = KIWI.changed(epochs=2, reading=TextSettings("bundled", "kiwi", vocabulary_size=200))
REAL_ROWS = 1_000


@pytest.fixture
def bare_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home where nothing has been prepared yet."""
    monkeypatch.setenv("FNN_LAB_HOME", str(tmp_path / "home"))
    return tmp_path / "home"


@pytest.fixture(scope="module")
def trained(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[Event]]:
    """Return the folder and the events of a run with the lecture's settings."""
    folder = tmp_path_factory.mktemp("trained")
    return folder, run(KIWI, folder)


def run(experiment: Experiment, folder: Path | None = None) -> list[Event]:
    events: list[Event] = []
    train(experiment, events.append, folder=folder)
    return events


def fitted_arrays(experiment: Experiment) -> list[Array]:
    """Train with ``model.fit`` on dense vectors, rows in the order that the loop draws them."""
    prepared = prepare(TASK, experiment, TASK.load(experiment))
    x = dense(prepared.scaling, prepared.x_train, TASK.inputs(experiment))
    model = build_model(experiment, TASK)
    for epoch in range(1, experiment.epochs + 1):
        order = permutation(experiment.seed, epoch, len(x))
        y = prepared.y_train[order]
        model.fit(x[order], y, batch_size=experiment.batch_size, shuffle=False, verbose=0)
    return [variable.numpy() for variable in model.trainable_variables]


@pytest.mark.parametrize(
    "experiment",
    [
        SMALL,
        SMALL.changed(validation_share=0.3, batch_size=100),
        SMALL.changed(layers=(Layer(16, "tanh"),), l2=0.001),
    ],
    ids=["lecture", "held-back", "tanh-l2"],
)
def test_weights_equal_those_of_keras_fit_on_dense_vectors(
    experiment: Experiment, tmp_path: Path
) -> None:
    run(experiment, tmp_path)
    network = read_network(tmp_path)
    ours = [a for pair in zip(network.kernels, network.biases, strict=True) for a in pair]
    for array, theirs in zip(ours, fitted_arrays(experiment), strict=True):
        np.testing.assert_allclose(array, theirs, atol=1e-6)


def test_the_preset_is_the_lectures() -> None:
    preset = preset_named("sentiment")
    assert preset.reading == TextSettings("bundled", "okt", vocabulary_size=1_000, stop_words=False)
    assert preset.layers == (Layer(64), Layer(64)) and preset.optimizer.name == "rmsprop"
    assert (preset.epochs, preset.batch_size) == (5, 64)
    nsmc = preset_named("sentiment-nsmc")
    assert nsmc.reading and (nsmc.reading.corpus, nsmc.batch_size) == ("nsmc", 512)
    assert (TASK.head.units, TASK.head.activation) == (2, "softmax")


def test_the_bundled_reviews_need_no_preparation(bare_home: Path) -> None:
    kinds = [event.kind for event in run(SMALL.changed(epochs=1))]
    assert kinds[0] == "started" and "preparing" not in kinds


def test_a_run_tells_how_far_its_reviews_are_before_it_starts(
    bare_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("data.text.analysers.VERSION", VERSION + 1)  # of which none have shipped
    events = run(SMALL.changed(epochs=1))
    told = [event for event in events if isinstance(event, Preparing)]
    assert events[: len(told)] == told and isinstance(events[len(told)], Started)
    assert told[0] == Preparing(0, 2_600) and told[-1] == Preparing(2_600, 2_600)
    assert [each.done for each in told] == sorted(each.done for each in told)


def test_the_terminal_shows_how_far_the_reviews_are(capsys: pytest.CaptureFixture[str]) -> None:
    progress = Progress()
    for done in (0, 500, 2_600):
        progress(Preparing(done, 2_600))
    told = capsys.readouterr()
    assert told.out == "" and len(told.err.splitlines()) == 3
    assert "형태소 분석 500 / 2,600" in told.err and "Morphemes of 500 / 2,600" in told.err
    Preparation()(520, 520)  # nothing is left to be cut
    assert capsys.readouterr().err == ""


def test_the_first_layer_has_an_input_for_every_word_of_the_vocabulary() -> None:
    started = run(SMALL.changed(epochs=1))[0]
    assert isinstance(started, Started)
    assert started.parameters == 200 * 64 + 64 + 64 * 64 + 64 + 64 * 2 + 2


def test_the_words_of_the_training_rows_are_kept_with_the_weights(tmp_path: Path) -> None:
    run(SMALL, tmp_path)
    prepared = prepare(TASK, SMALL, TASK.load(SMALL))
    assert read_network(tmp_path).vocabulary == prepared.vocabulary
    assert prepared.vocabulary and len(prepared.vocabulary) == 200


def test_fewer_words_than_cells_leave_cells_at_zero(tmp_path: Path) -> None:
    experiment = SMALL.changed(train_size=64, reading=TextSettings("bundled", "kiwi", 20_000))
    run(experiment, tmp_path)
    network = read_network(tmp_path)
    assert network.vocabulary and len(network.vocabulary) < 20_000 == len(network.kernels[0])


def test_the_bundled_reviews_teach_it_to_read_its_own_test_reviews(
    trained: tuple[Path, list[Event]],
) -> None:
    end = trained[1][-1]
    assert isinstance(end, End) and end.test and end.test["accuracy"] >= 0.75


def test_the_bundled_reviews_teach_it_to_read_real_ones(
    trained: tuple[Path, list[Event]], tmp_path: Path
) -> None:
    named = os.environ.get("FNN_LAB_TEST_DATA")
    if not named:
        pytest.skip("FNN_LAB_TEST_DATA does not name a folder with ratings_test.txt")
    lines = (Path(named) / "ratings_test.txt").read_text(encoding="utf-8").split("\n")
    real = tmp_path / "real.tsv"
    real.write_text("\n".join(lines[: 1 + REAL_ROWS]), encoding="utf-8")
    network, reviews = read_network(trained[0]), read_labelled(real)
    assert network.vocabulary
    rows = encode_documents(reviews.documents, reviews.digest, "kiwi", network.vocabulary)
    assert evaluate(network, rows, reviews.labels)["accuracy"] >= 0.65
