"""Each thing that can go wrong goes wrong for real, is named, and one of its remedies helps."""

from dataclasses import replace
from functools import cache

import pytest

from models.control import Control
from models.events import Diagnosis, End, Epoch, Event, State
from models.experiment import Experiment, Layer, Optimizer
from models.tasks import built_in, preset_named
from models.training.diagnosis import remedies
from models.training.loop import train

HOUSING = preset_named("housing-sgd").changed(epochs=10)
DIGITS = preset_named("mnist").changed(epochs=1, train_size=5_000, layers=(Layer(64),))


@cache
def ended(experiment: Experiment) -> End:
    events: list[Event] = []
    train(experiment, events.append)
    end = events[-1]
    assert isinstance(end, End)
    return end


def named(experiment: Experiment, name: str) -> Diagnosis:
    found = {diagnosis.name: diagnosis for diagnosis in ended(experiment).diagnoses}
    assert name in found, found
    return found[name]


def tried(experiment: Experiment, name: str) -> dict[str, Experiment]:
    return remedies(built_in(experiment.task), experiment, (named(experiment, name),))


def test_raw_inputs_diverge_and_the_diagnosis_knows_that_they_are_raw() -> None:
    experiment = HOUSING.changed(standardize=False)
    figures = named(experiment, "exploded").figures
    assert figures["raw"] is True and figures["rate"] == 0.001
    assert 1 < int(figures["update"]) == int(figures["batch"]) <= 7
    assert float(figures["gradient"]) > 1e6
    cured = tried(experiment, "exploded")
    assert list(cured) == ["standardize", "slower", "clip", "adam"]
    assert ended(cured["standardize"]).state is State.DONE


def test_a_learning_rate_of_ten_diverges_and_clipping_or_adam_keep_it_finite() -> None:
    experiment = HOUSING.changed(optimizer=Optimizer("sgd", learning_rate=10.0))
    figures = named(experiment, "exploded").figures
    assert figures["raw"] is False and figures["rate"] == 10.0
    cured = tried(experiment, "exploded")
    assert "standardize" not in cured
    assert cured["slower"].optimizer.learning_rate == pytest.approx(1.0)
    assert cured["clip"].optimizer.clipnorm == 1.0
    assert ended(cured["adam"]).state is State.DONE


def test_the_largest_gradient_is_the_one_of_the_batch_before() -> None:
    """Trained batch by batch with Keras, the update before the divergence has that gradient."""
    import keras
    import numpy as np
    import tensorflow as tf

    from models.inputs.preparation import prepare
    from models.training.batches import permutation
    from models.training.build import build_model

    experiment = HOUSING.changed(standardize=False)
    figures = named(experiment, "exploded").figures
    task = built_in("boston")
    prepared = prepare(task, experiment, task.load())
    order = permutation(experiment.seed, 1, len(prepared.y_train))
    model = build_model(experiment, task)
    largest = 0.0
    for batch in range(int(figures["batch"]) - 1):
        rows = order[batch * 64 : (batch + 1) * 64]
        x = prepared.scaling.apply(prepared.x_train[rows])
        with tf.GradientTape() as tape:
            loss = keras.losses.mean_squared_error(
                prepared.y_train[rows][:, None], model(x, training=True)
            )
            loss = tf.reduce_mean(loss)
        gradients = tape.gradient(loss, model.trainable_variables)
        largest = max(float(np.abs(gradient).max()) for gradient in gradients)
        model.optimizer.apply(gradients, model.trainable_variables)
    assert figures["gradient"] == pytest.approx(largest, rel=1e-3)


def test_a_loss_that_has_diverged_but_is_still_a_number_is_named() -> None:
    experiment = DIGITS.changed(optimizer=Optimizer("rmsprop", learning_rate=10.0))
    figures = named(experiment, "blown_up").figures
    assert float(figures["last"]) > 10 * float(figures["first"])


def test_units_that_never_fire_are_counted() -> None:
    experiment = DIGITS.changed(optimizer=Optimizer("sgd", learning_rate=10.0))
    figures = named(experiment, "dead").figures
    assert figures["layer"] == 1 and 0.5 < float(figures["share"]) <= 1
    cured = tried(experiment, "dead")
    assert cured["elu"].layers == (Layer(64, "elu"),)
    assert ended(cured["adam"]).diagnoses == ()


def test_a_learning_rate_of_almost_nothing_stands_still_at_the_loss_of_a_guess() -> None:
    experiment = DIGITS.changed(layers=(Layer(32),), optimizer=Optimizer("sgd", learning_rate=1e-8))
    end = ended(experiment)
    names = {diagnosis.name for diagnosis in end.diagnoses}
    assert "standing_still" in names
    cured = remedies(built_in("mnist"), experiment, end.diagnoses)
    assert ended(cured["adam"]).diagnoses == ()


def test_a_classifier_that_answers_the_same_to_everything_is_at_chance() -> None:
    # Five layers of sigmoids: hardly any gradient reaches the first of them.
    experiment = DIGITS.changed(
        layers=(Layer(32, "sigmoid"),) * 5, optimizer=Optimizer("sgd", learning_rate=0.01), epochs=4
    )
    figures = named(experiment, "chance").figures
    assert figures["chance"] == pytest.approx(2.302585, abs=1e-6)
    assert float(figures["loss"]) == pytest.approx(2.3026, rel=0.02)


def test_saturated_tanh_units_are_named() -> None:
    experiment = HOUSING.changed(layers=(Layer(64, "tanh"),), standardize=False)
    diagnoses = {diagnosis.name for diagnosis in ended(experiment).diagnoses}
    assert diagnoses == {"saturated", "constant"}
    figures = named(experiment, "saturated").figures
    assert figures["activation"] == "tanh" and float(figures["share"]) > 0.9
    cured = tried(experiment, "saturated")
    assert ended(cured["standardize"]).diagnoses == ()
    assert cured["relu"].layers == (Layer(64, "relu"),)


@pytest.mark.parametrize("name", ["housing-sgd", "housing-rmsprop", "housing-adam"])
def test_a_run_of_the_lecture_is_healthy(name: str) -> None:
    assert ended(preset_named(name)).diagnoses == ()


def test_a_remedy_changes_something_or_is_not_offered() -> None:
    adam = HOUSING.changed(optimizer=Optimizer("adam"))
    found = Diagnosis("standing_still", {"moved": 0.0, "rate": 0.001})
    assert remedies(built_in("boston"), adam, (found,)) == {}


def test_remedies_start_from_the_rate_that_was_in_force() -> None:
    """A rate of 10, set in mid-run, diverges: a tenth of it is 1, and the usual one is offered."""
    events: list[Event] = []

    def ask() -> Control:
        has_trained = any(isinstance(event, Epoch) for event in events)
        return Control(learning_rate=10.0 if has_trained else None)

    train(HOUSING, events.append, ask)
    end = events[-1]
    assert isinstance(end, End) and end.diagnoses[0].name == "exploded"
    assert any(isinstance(event, Epoch) and event.val_loss < 1e4 for event in events)
    cured = remedies(built_in("boston"), HOUSING, end.diagnoses)
    assert cured["slower"].optimizer == replace(HOUSING.optimizer, learning_rate=1.0)
    assert cured["clip"].optimizer == replace(HOUSING.optimizer, learning_rate=10.0, clipnorm=1.0)


def test_the_rate_in_force_is_no_remedy() -> None:
    found = Diagnosis("standing_still", {"moved": 0.0, "rate": Optimizer("sgd").learning_rate})
    slow = HOUSING.changed(optimizer=replace(HOUSING.optimizer, learning_rate=1e-8))
    assert "usual_rate" not in remedies(built_in("boston"), slow, (found,))
