"""The command that repeats a run makes the same experiment of its preset and settings."""

import shlex
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.__main__ import main
from models.experiment import Experiment, Layer, Optimizer
from models.settings import changed, read_experiment
from models.tasks import BUILT_IN, built_in
from models.training_command import train_command


def repeated(command: str) -> Experiment:
    """Return the experiment that a command names, as ``python -m models`` reads it."""
    python, option, module, train, preset, *settings = shlex.split(command)
    assert [python, option, module, train] == ["python", "-m", "models", "train"]
    assert settings[::2] == ["--set"] * (len(settings) // 2)
    return changed(read_experiment(preset), settings[1::2])


@pytest.mark.parametrize("task", BUILT_IN, ids=lambda task: task.name)
def test_a_preset_needs_no_settings(task) -> None:
    for name, experiment in task.presets.items():
        assert train_command(task, experiment) == f"python -m models train {name}"


LAYERS = st.lists(
    st.builds(Layer, st.integers(1, 64), st.sampled_from(["relu", "tanh"])), max_size=3
)


@given(
    layers=LAYERS.map(tuple),
    optimizer=st.sampled_from(["sgd", "rmsprop", "adam"]).map(
        lambda name: Optimizer("sgd", 0.001).renamed(name)
    ),
    epochs=st.integers(1, 200),
    share=st.sampled_from([0.0, 0.2]),
    size=st.sampled_from([None, 100]),
    left_out=st.sampled_from([(), (0, 3)]),
)
def test_a_command_makes_the_same_experiment(
    layers, optimizer, epochs, share, size, left_out
) -> None:
    task = built_in("boston")
    experiment = task.default.changed(
        layers=layers,
        optimizer=optimizer,
        epochs=epochs,
        validation_share=share,
        train_size=size,
        left_out=left_out,
    )
    command = train_command(task, experiment)
    assert command is not None and repeated(command) == experiment


def test_what_is_read_is_named_too() -> None:
    task = built_in("reviews")
    reading = task.default.reading
    assert reading is not None
    experiment = task.default.changed(reading=replace(reading, vocabulary_size=500))
    command = train_command(task, experiment)
    assert command is not None and "reading.vocabulary_size=500" in command
    assert repeated(command) == experiment


def test_own_data_has_no_command() -> None:
    task = built_in("boston")
    assert train_command(task, task.default.changed(data="0" * 64)) is None


def test_the_command_trains(tmp_path, capsys) -> None:
    task = built_in("boston")
    command = train_command(task, task.default.changed(epochs=2, train_size=64))
    assert command is not None
    assert main([*shlex.split(command)[3:], "--out", str(tmp_path / "run")]) == 0
    assert "2/2" in capsys.readouterr().out
