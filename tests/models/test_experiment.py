"""What may be chosen, how it is written down, and how a mistake is told."""

import json
import math
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from data.language import UserError
from models.experiment import (
    ACTIVATIONS,
    OPTIMIZER_PARAMETERS,
    RANGES,
    Experiment,
    Layer,
    Optimizer,
)
from models.tasks import built_in, preset_named, presets

SOUND = preset_named("housing-sgd").to_dict()


def number(name: str) -> st.SearchStrategy[float]:
    low, high = RANGES[name]
    return st.floats(low, high, allow_nan=False)


def whole(name: str) -> st.SearchStrategy[int]:
    low, high = RANGES[name]
    return st.integers(int(low), int(high))


@st.composite
def optimizers(draw: st.DrawFn) -> Optimizer:
    name = draw(st.sampled_from(list(OPTIMIZER_PARAMETERS)))
    arguments: dict[str, Any] = {"learning_rate": draw(number("learning_rate"))}
    for argument in OPTIMIZER_PARAMETERS[name]:
        arguments[argument] = draw(number(argument) if argument in RANGES else st.booleans())
    return Optimizer(name, **arguments)


layers = st.builds(Layer, whole("units"), st.sampled_from(ACTIVATIONS), number("dropout"))
experiments = st.builds(
    Experiment,
    task=st.sampled_from(["boston", "mnist"]),
    layers=st.lists(layers, max_size=6).map(tuple),
    optimizer=optimizers(),
    epochs=whole("epochs"),
    batch_size=whole("batch_size"),
    seed=whole("seed"),
    train_size=st.none() | whole("train_size"),
    validation_share=number("validation_share"),
    standardize=st.booleans(),
    l2=number("l2"),
    early_stopping=st.none() | whole("early_stopping"),
)


@given(experiments)
def test_an_experiment_survives_json(experiment: Experiment) -> None:
    assert Experiment.from_dict(json.loads(json.dumps(experiment.to_dict()))) == experiment


json_values = st.recursive(
    st.none() | st.booleans() | st.floats() | st.integers() | st.text(),
    lambda inner: st.lists(inner) | st.dictionaries(st.text(), inner),
    max_leaves=5,
)


@given(st.sampled_from([*SOUND, "surprise"]), json_values)
def test_any_json_is_an_experiment_or_a_sentence(field: str, value: object) -> None:
    try:
        Experiment.from_dict({**SOUND, field: value})
    except UserError as error:
        assert error.text.ko and error.text.en


@pytest.mark.parametrize(
    ("change", "named"),
    [
        ({"epochs": 0}, "epochs"),
        ({"epochs": 501}, "500"),
        ({"epochs": "twenty"}, "whole number"),
        ({"epochs": True}, "whole number"),
        ({"epochs": 2.5}, "whole number"),
        ({"l2": math.nan}, "l2"),
        ({"l2": math.inf}, "l2"),
        ({"l2": 10**400}, "l2"),
        ({"epochs": 10**400}, "epochs"),
        ({"train_size": 0}, "train_size"),
        ({"batch_size": -1}, "batch_size"),
        ({"validation_share": 0.9}, "validation_share"),
        ({"standardize": "yes"}, "standardize"),
        ({"surprise": 1}, "surprise"),
        ({"layers": "64"}, "layers"),
        ({"layers": [64]}, "layers"),
        ({"layers": [{"units": 0}]}, "units"),
        ({"layers": [{"units": 10**9}]}, "units"),
        ({"layers": [{"units": "many"}]}, "units"),
        ({"layers": [{}]}, "units"),
        ({"layers": [{"units": 8, "activation": "step"}]}, "activation"),
        ({"layers": [{"units": 8, "dropout": 1.0}]}, "dropout"),
        ({"layers": [{"units": 8}] * 7}, "7 hidden layers"),
        ({"optimizer": {"name": "newton"}}, "newton"),
        ({"optimizer": {"name": "adam", "momentum": 0.9}}, "momentum"),
        ({"optimizer": {"name": "sgd", "learning_rate": 0}}, "learning_rate"),
        ({"optimizer": {"name": "sgd", "learning_rate": "fast"}}, "learning_rate"),
        ({"optimizer": {"name": "sgd", "learning_rate": 10**400}}, "learning_rate"),
        ({"optimizer": {"name": "sgd", "nesterov": 1}}, "nesterov"),
        ({"optimizer": None}, "optimizer"),
    ],
)
def test_a_mistake_names_the_field_in_both_languages(change: dict[str, Any], named: str) -> None:
    with pytest.raises(UserError) as caught:
        Experiment.from_dict({**SOUND, **change})
    assert named in caught.value.text.en
    assert next(iter(change)) in caught.value.text.ko or named in caught.value.text.ko


@pytest.mark.parametrize(
    ("change", "limits"),
    [
        ({"seed": -1}, ("0", "2,147,483,647")),
        ({"train_size": 10**7}, ("1", "1,000,000")),
        ({"optimizer": {"name": "adam", "beta_2": 1}}, ("0", "0.999999")),
        ({"optimizer": {"name": "sgd", "learning_rate": 1e-9}}, ("1e-08", "100")),
    ],
)
def test_the_allowed_range_is_told_to_the_last_digit(
    change: dict[str, Any], limits: tuple[str, str]
) -> None:
    with pytest.raises(UserError) as caught:
        Experiment.from_dict({**SOUND, **change})
    low, high = limits
    assert f"from {low} to {high}." in caught.value.text.en
    assert f"{low}에서 {high} 사이" in caught.value.text.ko


def test_a_missing_field_is_named() -> None:
    with pytest.raises(UserError, match="epochs"):
        Experiment.from_dict({name: value for name, value in SOUND.items() if name != "epochs"})


def test_the_presets_are_the_lectures_settings() -> None:
    housing = preset_named("housing-sgd")
    assert [(layer.units, layer.activation) for layer in housing.layers] == [(64, "relu")] * 2
    assert housing.optimizer == Optimizer("sgd", 0.001, momentum=0.9, nesterov=True)
    assert (housing.epochs, housing.batch_size) == (80, 64)
    digits = preset_named("mnist")
    assert [layer.units for layer in digits.layers] == [512]
    assert (digits.batch_size, digits.optimizer.name) == (128, "rmsprop")
    assert {"housing-rmsprop", "housing-adam", "fashion-mnist"} <= set(presets())


def test_rows_are_left_out_of_the_training_data_only() -> None:
    boston = built_in("boston")
    whole, rows = boston.load(), (0, 7, 403)
    data = boston.load(boston.default.changed(left_out=rows))
    kept = [row for row in range(404) if row not in rows]
    assert (data.x_train == whole.x_train[kept]).all() and len(data.x_train) == 401
    assert (data.y_train == whole.y_train[kept]).all()
    assert data.x_test is whole.x_test or (data.x_test == whole.x_test).all()
    again = Experiment.from_dict(boston.default.changed(left_out=rows).to_dict())
    assert again.left_out == rows
    assert "left_out" not in boston.default.to_dict()


@pytest.mark.parametrize("rows", [(3, 2), (1, 1), (-1,), (True,), (0.5,), "12", [1], ("1",)])
def test_rows_that_are_no_rising_numbers_are_refused(rows: object) -> None:
    with pytest.raises(UserError, match="left_out"):
        built_in("boston").default.changed(left_out=rows)


@pytest.mark.parametrize("rows", [(404,), tuple(range(404))])
def test_rows_that_do_not_exist_and_all_rows_cannot_be_left_out(rows: tuple[int, ...]) -> None:
    boston = built_in("boston")
    with pytest.raises(UserError, match="404"):
        boston.load(boston.default.changed(left_out=rows))
