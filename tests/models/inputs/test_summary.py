"""The arithmetic of the lecture, and what is refused before anything is built."""

import pytest

from data.language import UserError
from models.experiment import Experiment, Layer
from models.inputs.summary import Summary, summarize
from models.tasks import built_in, preset_named, presets
from models.training.build import build_model


def summary_of(experiment: Experiment) -> Summary:
    task = built_in(experiment.task)
    return summarize(task, experiment, task.load())


def test_the_housing_network_has_5121_parameters_and_says_why() -> None:
    summary = summary_of(preset_named("housing-sgd"))
    assert [layer.arithmetic for layer in summary.layers] == [
        "13 × 64 + 64 = 896",
        "64 × 64 + 64 = 4,160",
        "64 × 1 + 1 = 65",
    ]
    assert summary.parameters == 5_121


def test_404_rows_in_batches_of_64_make_7_updates_the_last_with_20_rows() -> None:
    summary = summary_of(preset_named("housing-sgd"))
    assert (summary.rows, summary.updates_per_epoch, summary.last_batch) == (404, 7, 20)
    assert summary.updates == 560


def test_the_digits_network_has_407050_parameters_and_469_updates_an_epoch() -> None:
    summary = summary_of(preset_named("mnist"))
    assert (summary.parameters, summary.updates_per_epoch, summary.last_batch) == (407_050, 469, 96)


@pytest.mark.parametrize("name", presets())
def test_the_count_is_that_of_the_keras_network(name: str) -> None:
    experiment = preset_named(name)
    model = build_model(experiment, built_in(experiment.task))
    assert summary_of(experiment).parameters == model.count_params()


def test_the_lecture_validates_on_the_test_rows() -> None:
    assert summary_of(preset_named("mnist")).judging_rows == 10_000


def test_held_back_rows_are_counted() -> None:
    summary = summary_of(preset_named("mnist").changed(validation_share=0.1, train_size=1_000))
    assert (summary.rows, summary.judging_rows) == (900, 100)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"batch_size": 405}, "405"),
        ({"train_size": 405}, "404"),
        ({"train_size": 63}, "batch_size"),
        ({"train_size": 1, "validation_share": 0.5}, "batch_size"),
    ],
)
def test_rows_that_are_not_there_are_refused(change: dict[str, int], words: str) -> None:
    with pytest.raises(UserError, match=words):
        summary_of(preset_named("housing-sgd").changed(**change))


def test_a_network_over_the_budget_is_refused_with_its_size() -> None:
    experiment = preset_named("mnist").changed(layers=(Layer(1024),) * 6)
    with pytest.raises(UserError, match=r"6,062,090.*5,000,000"):
        build_model(experiment, built_in("mnist"))
