"""A run records what it says of the same test rows after every epoch, wherever it goes on."""

from pathlib import Path

import numpy as np
import pytest

from models.control import Control
from models.events import End, Event
from models.experiment import Experiment, Layer, Optimizer
from models.network.epoch_record import RECORD, EpochRecord, read_record, recorded_rows
from models.network.evaluation import all_answers
from models.network.weights import read_network
from models.tasks import built_in
from models.training.loop import train

HOUSES = built_in("boston").default.changed(epochs=6)
DIGITS = Experiment(
    "mnist", (Layer(16),), Optimizer("adam"), epochs=2, batch_size=128, train_size=1_000
)
HELD_BACK = DIGITS.changed(validation_share=0.2)


def recorded(folder: Path, experiment: Experiment) -> EpochRecord:
    head = built_in(experiment.task).head
    dataset = built_in(experiment.task).load(experiment)
    rows = len(recorded_rows(len(dataset.y_test)))
    classes = head.units if head.is_classifier else 0
    return read_record(folder, rows, classes, len(experiment.layers) + 1)


@pytest.mark.parametrize(
    "experiment", [HOUSES, DIGITS, HELD_BACK], ids=["houses", "digits", "held back"]
)
def test_the_last_epoch_is_recorded_as_the_weights_answer(
    experiment: Experiment, tmp_path: Path
) -> None:
    train(experiment, lambda event: None, folder=tmp_path)
    found, network = recorded(tmp_path, experiment), read_network(tmp_path)
    assert list(found.answers) == list(range(1, experiment.epochs + 1)) and 1 in found.layers
    dataset = network.task.load(experiment)
    rows = recorded_rows(len(dataset.y_test))
    flat = dataset.x_test[rows].reshape(len(rows), -1)
    answers, last = all_answers(network, flat), found.answers[experiment.epochs]
    if network.task.head.is_classifier:
        assert np.array_equal(last.values, answers.argmax(axis=1))
        np.testing.assert_allclose(last.confidence, answers.max(axis=1), atol=1e-3)
    else:
        np.testing.assert_allclose(last.values, answers[:, 0], rtol=1e-5)


def test_a_run_that_goes_on_has_the_record_of_one_that_never_stopped(tmp_path: Path) -> None:
    whole, parts = tmp_path / "whole", tmp_path / "parts"
    whole.mkdir()
    parts.mkdir()
    train(HOUSES, lambda event: None, folder=whole)
    events: list[Event] = []

    def ask() -> Control:
        return Control(stop=sum(event.kind == "epoch" for event in events) >= 3)

    train(HOUSES, events.append, ask, parts)
    end = events[-1]
    assert isinstance(end, End) and list(recorded(parts, HOUSES).answers)[-1] < 6
    train(HOUSES, events.append, folder=parts, after=end.checkpoint)
    expected, found = recorded(whole, HOUSES), recorded(parts, HOUSES)
    assert list(found.answers) == list(expected.answers)
    for epoch, answers in expected.answers.items():
        assert np.array_equal(found.answers[epoch].values, answers.values)


def test_a_run_that_begins_anew_forgets_the_record_of_before(tmp_path: Path) -> None:
    train(HOUSES, lambda event: None, folder=tmp_path)
    train(HOUSES.changed(epochs=2), lambda event: None, folder=tmp_path)
    assert list(recorded(tmp_path, HOUSES).answers) == [1, 2]


def test_a_run_that_diverges_at_once_records_nothing(tmp_path: Path) -> None:
    wild = HOUSES.changed(standardize=False)
    train(wild, lambda event: None, folder=tmp_path)
    assert not (tmp_path / RECORD).exists()
