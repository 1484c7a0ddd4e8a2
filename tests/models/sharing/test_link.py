"""Settings in an address: what comes back is what went in, and what is no experiment is refused."""

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.language import UserError
from models.experiment import ACTIVATIONS, OPTIMIZER_PARAMETERS, Experiment, Layer, TextSettings
from models.sharing.link import (
    LONGEST,
    Result,
    read_result,
    read_settings,
    write_settings,
)
from models.tasks import BUILT_IN, built_in, preset_named

RESULT = Result("0123456789abcdef", "01234567", "89abcdef", "3.15.0_2.21.0_2.3.1")
layers = st.builds(
    Layer, st.integers(1, 1024), st.sampled_from(ACTIVATIONS), st.sampled_from([0.0, 0.05, 0.5])
)


@given(
    st.lists(layers, max_size=6),
    st.sampled_from(list(OPTIMIZER_PARAMETERS)),
    st.floats(1e-8, 100),
    st.integers(0, 2**31 - 1),
    st.sets(st.integers(0, 400), max_size=20),
    st.booleans(),
)
def test_what_is_written_is_read_again(
    layers: list[Layer], optimizer: str, rate: float, seed: int, rows: set[int], switch: bool
) -> None:
    start = preset_named("housing-sgd")
    asked = start.changed(
        layers=tuple(layers),
        optimizer=replace(start.optimizer.renamed(optimizer), learning_rate=rate, clipnorm=0.5),
        seed=seed,
        left_out=tuple(sorted(rows)),
        standardize=switch,
        early_stopping=3 if switch else None,
    )
    task = built_in("boston")
    text = write_settings(task, asked)
    assert read_settings(task, text) == asked
    assert re.fullmatch(r"[A-Za-z0-9_.:~+-]+", text)


@pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)
def test_a_preset_is_its_name(task) -> None:  # type: ignore[no-untyped-def]
    for preset in task.settings:
        assert write_settings(task, preset.experiment) == preset.name
        assert read_settings(task, preset.name) == preset.experiment


def test_texts_have_their_reading_in_the_address() -> None:
    task = built_in("sentiment") if "sentiment" in {t.name for t in BUILT_IN} else BUILT_IN[-1]
    asked = task.default.changed(reading=TextSettings("bundled", "kiwi", 500, True))
    assert read_settings(task, write_settings(task, asked)) == asked


def test_many_changes_stay_short() -> None:
    asked: Experiment = preset_named("housing-sgd").changed(
        layers=tuple(Layer(1024, "sigmoid", 0.25) for _ in range(6)), epochs=499, seed=2**31 - 1
    )
    assert len(write_settings(built_in("boston"), asked)) < 200


@pytest.mark.parametrize(
    "text",
    [
        "",
        "nothing",
        "housing-sgd~",
        "housing-sgd~epochs",
        "housing-sgd~epochs:",
        "housing-sgd~epochs:0",
        "housing-sgd~epochs:1e9",
        "housing-sgd~epochs:nan",
        "housing-sgd~seed:-1",
        "housing-sgd~seed:1.5",
        "housing-sgd~layers:9999relu",
        "housing-sgd~layers:64relu1.2.3",
        "housing-sgd~layers:64__import__",
        "housing-sgd~layers:" + "_".join(["64relu"] * 7),
        "housing-sgd~optimizer.learning_rate:1e999",
        "housing-sgd~optimizer.momentum.x:1",
        "housing-sgd~optimizer:adam",
        "housing-sgd~task:mnist<script>",
        "housing-sgd~__class__:1",
        "housing-sgd~epochs:[1]",
        "housing-sgd~epochs:{}",
        'housing-sgd~epochs:"5"',
        "housing-sgd~left_out:5_4",
        "housing-sgd~left_out:1_x",
        "housing-sgd~data:" + "0" * 63,
        "housing-sgd~<b>:1",
        "housing-sgd" + "~epochs:5" * LONGEST,
        "housing-sgd~left_out:" + "9" * 5_000,
        "mnist",
    ],
)
def test_hostile_settings_are_refused_in_a_sentence(text: str) -> None:
    with pytest.raises(UserError) as refused:
        read_settings(built_in("boston"), text)
    assert len(refused.value.text.ko) < 600


def test_a_link_cannot_change_the_task() -> None:
    with pytest.raises(UserError):
        read_settings(built_in("boston"), "housing-sgd~task:mnist")


def test_a_result_is_read_again_and_nothing_else_is() -> None:
    assert read_result(RESULT.to_text()) == RESULT
    for text in ("", "x", RESULT.to_text()[1:], RESULT.to_text() + "<b>", RESULT.to_text() + "\n"):
        with pytest.raises(UserError):
            read_result(text)


def test_what_differs_is_named_only_where_the_weights_differ() -> None:
    assert RESULT.differences(replace(RESULT, machine="0" * 8)) == ()
    other = replace(RESULT, weights="f" * 16)
    assert RESULT.differences(other) == ("unknown",)
    assert RESULT.differences(replace(other, data="0" * 8, versions="4")) == ("data", "versions")
