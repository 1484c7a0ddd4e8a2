"""A contract that every task must keep, whichever it is."""

import numpy as np
import pytest

from data.language import UserError
from data.text.analysers import TOKENIZERS
from data.text.vocabulary import Encoded
from models.events import End, Event, State
from models.experiment import Experiment
from models.inputs.preparation import prepare
from models.tasks import BUILT_IN, built_in, presets
from models.tasks.base import Task
from models.training.loop import train

every_task = pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)


@every_task
def test_its_data_fits_its_shape(task: Task) -> None:
    dataset = task.load()
    assert dataset.x_train.shape[1:] == dataset.x_test.shape[1:] == task.input_shape
    assert len(dataset.x_train) == len(dataset.y_train) > 0
    assert len(dataset.x_test) == len(dataset.y_test) > 0


@every_task
def test_its_head_fits_its_labels(task: Task) -> None:
    dataset = task.load()
    if task.head.is_classifier:
        assert len(dataset.classes) == task.head.units
        assert set(np.unique(dataset.y_train)) == set(range(task.head.units))
    else:
        assert dataset.classes == () and task.head.units == 1
    assert (dataset.target is None) == task.head.is_classifier


@every_task
def test_its_texts_are_in_both_languages(task: Task) -> None:
    dataset = task.load()
    titles = [preset.title for preset in task.settings]
    others = [text for text in (task.picture, task.question) if text]
    for text in (task.title, task.sentence, dataset.source, *dataset.classes, *titles, *others):
        assert text.ko and text.en
    assert dataset.licence


@every_task
def test_its_presets_are_its_own_and_survive_json(task: Task) -> None:
    assert task.presets
    for preset in task.presets.values():
        assert preset.task == task.name
        assert Experiment.from_dict(preset.to_dict()) == preset


@every_task
def test_it_offers_texts_if_it_reads_them(task: Task) -> None:
    assert (task.texts is None) == (task.default.reading is None)
    if task.texts and task.default.reading:
        assert task.texts.classes == task.load().classes
        assert task.default.reading.tokenizer in task.texts.tokenizers
        assert set(task.texts.tokenizers) <= set(TOKENIZERS)
        assert task.texts.examples and task.texts.script_example


@every_task
def test_its_inputs_are_small_numbers(task: Task) -> None:
    prepared = prepare(task, task.default, task.load())
    if isinstance(prepared.x_train, Encoded):  # cells of a 0/1 vector
        assert len(prepared.x_train) == len(prepared.y_train)
        assert prepared.x_train.ids.min() >= 0 and prepared.vocabulary
        assert prepared.x_train.ids.max() < len(prepared.vocabulary) <= task.inputs(task.default)
        return
    x = prepared.scaling.apply(prepared.x_train[:1000])
    assert x.dtype == np.float32 and x.shape[1] == task.inputs(task.default)
    assert np.isfinite(x).all() and np.abs(x).max() < 12


@every_task
def test_it_trains_to_the_end(task: Task) -> None:
    events: list[Event] = []
    experiment = task.default.changed(epochs=1, train_size=300, batch_size=64)
    train(experiment, events.append)
    end = events[-1]
    assert isinstance(end, End) and end.state is State.DONE and end.test
    assert task.head.metric_name in end.test


def test_names_are_unique() -> None:
    assert len({task.name for task in BUILT_IN}) == len(BUILT_IN)
    assert len(presets()) == sum(len(task.presets) for task in BUILT_IN)


def test_an_unknown_task_is_told_with_the_known_ones() -> None:
    with pytest.raises(UserError, match=r"chess.*mnist"):
        built_in("chess")
