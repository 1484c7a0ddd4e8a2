"""Programs are run as they are written: they train the network that the lab trains."""

import ast
import subprocess
import sys
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from data.language import Text
from models.experiment import ACTIVATIONS, OPTIMIZER_PARAMETERS, Experiment, Layer, Optimizer
from models.keras_code.network import Style
from models.keras_code.program import Judged, judged, program
from models.keras_code.script import script
from models.tasks import BUILT_IN
from models.tasks.base import Task
from models.training.build import build_model
from tests.models.keras_code.conftest import Run

PRESETS = {
    name: (task, experiment)
    for task in BUILT_IN
    for name, experiment in task.presets.items()
    if name != "sentiment-nsmc"  # whose files nobody may pass on
}


def quick(task: Task, experiment: Experiment) -> Experiment:
    """Return the experiment for an epoch on few rows."""
    rows = 404 if task.name == "boston" else 600
    return experiment.changed(epochs=1, train_size=rows)


def text(experiment: Experiment, task: Task, style: Style, language: str = "ko") -> str:
    return script(program(experiment, task, task.load(experiment), style), language)


def unnamed(made: Any) -> dict[str, Any]:
    """Return what Keras keeps of a layer or an optimizer, without the name that it counts up."""
    return {name: value for name, value in made.get_config().items() if name != "name"}


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("name", PRESETS)
def test_the_program_of_a_preset_trains_the_lab_s_network(
    name: str, style: Style, run: Run
) -> None:
    task, preset = PRESETS[name]
    experiment = quick(task, preset)
    left = run(text(experiment, task, style), task.load(experiment))
    ours = build_model(experiment, task)
    assert left["model"].count_params() == ours.count_params()
    assert unnamed(left["optimizer"]) == unnamed(ours.optimizer)
    assert left["model"].loss == ours.loss
    assert len(left["history"].history["val_loss"]) == 1
    assert str(left["loss"]) in left["printed"]


@pytest.mark.parametrize("name", PRESETS)
def test_languages_differ_in_comments_only(name: str) -> None:
    task, experiment = PRESETS[name]
    korean, english = (text(experiment, task, Style.SEQUENTIAL, each) for each in ("ko", "en"))
    assert korean != english
    assert ast.dump(ast.parse(korean)) == ast.dump(ast.parse(english))


@pytest.mark.parametrize("style", Style)
@pytest.mark.parametrize("name", PRESETS)
def test_programs_look_as_a_formatter_leaves_them(name: str, style: Style, tmp_path: Path) -> None:
    task, experiment = PRESETS[name]
    hard = experiment.changed(
        layers=(Layer(512, "sigmoid", 0.5),) * 6,
        optimizer=Optimizer("adamw", clipnorm=1.5),
        l2=0.001,
        validation_share=0.25,
        early_stopping=3,
        train_size=400,
    )
    reached = Judged(0.9, 1_000, is_share=True)
    for number, each in enumerate((experiment, hard)):
        made = script(program(each, task, task.load(each), style, reached), "ko")
        (tmp_path / f"lecture_{number}.py").write_text(made, encoding="utf-8")
    for command in (["check"], ["format", "--diff"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", str(tmp_path)]
        done = subprocess.run(ruff, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout


OPTIMIZERS = st.sampled_from(sorted(OPTIMIZER_PARAMETERS)).flatmap(
    lambda name: st.builds(
        Optimizer,
        name=st.just(name),
        learning_rate=st.sampled_from((1e-5, 0.001, 0.05)),
        clipnorm=st.sampled_from((0.0, 2.0)),
    )
)
EXPERIMENTS = st.builds(
    Experiment,
    task=st.just("boston"),
    layers=st.lists(
        st.builds(
            Layer,
            units=st.integers(1, 40),
            activation=st.sampled_from(ACTIVATIONS),
            dropout=st.sampled_from((0.0, 0.25)),
        ),
        max_size=4,
    ).map(tuple),
    optimizer=OPTIMIZERS,
    epochs=st.just(1),
    batch_size=st.integers(16, 200),
    seed=st.integers(0, 2**31 - 1),
    train_size=st.none() | st.integers(300, 404),
    validation_share=st.sampled_from((0.0, 0.2)),
    standardize=st.booleans(),
    l2=st.sampled_from((0.0, 0.01)),
    early_stopping=st.none() | st.integers(1, 5),
)


@settings(
    max_examples=6,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
@given(experiment=EXPERIMENTS, style=st.sampled_from(list(Style)))
def test_any_experiment_becomes_a_program_with_the_lab_s_layers(
    run: Run, experiment: Experiment, style: Style
) -> None:
    task, _ = PRESETS["housing-sgd"]
    left = run(text(experiment, task, style), task.load(experiment))
    ours = build_model(experiment, task)
    made = [each for each in left["model"].layers if each.__class__.__name__ != "InputLayer"]
    for theirs, our in zip(made, ours.layers, strict=True):
        assert unnamed(theirs) == unnamed(our)
    assert unnamed(left["optimizer"]) == unnamed(ours.optimizer)
    assert [each.shape for each in left["model"].weights] == [each.shape for each in ours.weights]


HOSTILE = (
    '"); import os; os.remove("x") #',
    "it's\n'''",
    'say "no"\n\\',
    "\u202e reversed",
    "{x} $inputs %s",
)


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_stays_a_name(name: str, run: Run) -> None:
    task, preset = PRESETS["mnist"]
    experiment = quick(task, preset)
    data = task.load(experiment)
    classes = (Text(name, name), *data.classes[1:])
    few = replace(data, classes=classes, x_test=data.x_test[:50], y_test=data.y_test[:50])
    left = run(script(program(experiment, task, few), "en"), few)
    assert left["CLASSES"][0] == name


def test_a_program_says_whether_it_is_as_in_the_lab(run: Run) -> None:
    task, preset = PRESETS["housing-sgd"]
    data = task.load(preset)
    near, far = (judged(task, {"mse": each}, 102) for each in (12.78, 1e-6))
    said = [
        run(script(program(preset, task, data, reached=each), "ko"), data)["printed"]
        for each in (near, far)
    ]
    assert said[0].splitlines()[-1] == "as in the lab"
    assert said[1].splitlines()[-1].startswith("differs by +")


def test_a_share_may_differ_as_a_binomial_does() -> None:
    # 3 * sqrt(2 * 0.9 * 0.1 / 10_000)
    assert Judged(0.9, 10_000, is_share=True).bound == pytest.approx(0.01273, rel=1e-3)
    assert Judged(1.0, 100, is_share=True).bound > 0


def test_reviews_of_another_corpus_are_read_from_its_files() -> None:
    task = next(task for task in BUILT_IN if task.texts)
    nsmc = task.presets["sentiment-nsmc"].changed(batch_size=64)
    made = script(program(nsmc, task, task.load(task.default)), "en")
    assert 'pd.read_csv(f"ratings_{part}.txt"' in made and '"pandas"' in made
