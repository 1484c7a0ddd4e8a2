"""What is recorded of epochs is read again as it was, and nothing else is read."""

from pathlib import Path

import numpy as np
import pytest

from models.network.epoch_record import (
    MOST_EPOCHS,
    MOST_ROWS,
    RECORD,
    Answers,
    EpochRecord,
    read_record,
    recorded_rows,
    thinned,
    write_record,
)
from models.network.layer_figures import LayerFigures


def recorded(epochs: int, rows: int = 50, classes: int = 10) -> EpochRecord:
    random, record = np.random.default_rng(1), EpochRecord()
    for epoch in range(1, epochs + 1):
        shares = random.dirichlet(np.ones(classes), rows)
        record = record.with_answers(epoch, Answers.of(shares, True))
    figures = LayerFigures(np.zeros((2, 3, 7), np.float32), np.zeros(2), np.zeros(2))
    return record.with_layers(1, figures)


def test_it_is_read_as_it_was_written(tmp_path: Path) -> None:
    record = recorded(4)
    write_record(tmp_path, record)
    found = read_record(tmp_path, 50, 10, 2)
    assert list(found.answers) == [1, 2, 3, 4] and list(found.layers) == [1]
    for epoch, answers in record.answers.items():
        assert np.array_equal(found.answers[epoch].values, answers.values)
        assert np.array_equal(found.answers[epoch].confidence, answers.confidence)


def test_numbers_have_no_confidence(tmp_path: Path) -> None:
    answers = Answers.of(np.array([[1.5], [2.5]], np.float32), False)
    write_record(tmp_path, EpochRecord().with_answers(1, answers))
    found = read_record(tmp_path, 2, 0, 2).answers[1]
    assert found.values.tolist() == [1.5, 2.5] and len(found.confidence) == 0


@pytest.mark.parametrize("shape", [(49, 10, 2), (50, 3, 2), (50, 10, 3), (50, 0, 2)])
def test_a_record_of_another_network_is_none(tmp_path: Path, shape: tuple[int, int, int]) -> None:
    write_record(tmp_path, recorded(4))
    assert read_record(tmp_path, *shape).answers == {}


def test_a_damaged_or_missing_file_is_no_record(tmp_path: Path) -> None:
    assert read_record(tmp_path, 50, 10, 2).answers == {}
    write_record(tmp_path, recorded(4))
    path = tmp_path / RECORD
    path.write_bytes(path.read_bytes()[:-40])
    assert read_record(tmp_path, 50, 10, 2).answers == {}


def test_long_runs_are_thinned_and_stay_small(tmp_path: Path) -> None:
    record = EpochRecord()
    for epoch in range(1, 451):
        record = record.with_answers(
            epoch, Answers(np.zeros(MOST_ROWS, np.uint16), np.ones(MOST_ROWS, np.float16))
        )
        assert len(record.answers) <= MOST_EPOCHS + 2
        assert next(iter(record.answers)) == 1 and list(record.answers)[-1] == epoch
    write_record(tmp_path, record)
    assert (tmp_path / RECORD).stat().st_size < 1_000_000
    assert len(read_record(tmp_path, MOST_ROWS, 10, 2).answers) == len(record.answers)
    assert thinned(list(record.answers)) == list(record.answers)


def test_the_same_rows_are_recorded_every_time() -> None:
    assert recorded_rows(102).tolist() == list(range(102))
    found = recorded_rows(10_000)
    assert len(set(found.tolist())) == MOST_ROWS and np.array_equal(found, recorded_rows(10_000))


def test_what_was_after_an_epoch_is_left_out() -> None:
    assert list(recorded(4).until(2).answers) == [1, 2]
