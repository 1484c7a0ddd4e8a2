"""The verdict on a run follows from its losses.

``histories.json`` holds losses of real runs: the "loss" and "val_loss" of every epoch that its
"command" printed, rounded to five digits, with the "course" that a person reads off the two curves.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from models.events import Epoch, Event, History, fold
from models.tasks import preset_named
from models.training.loop import train
from models.verdict import FEWEST_EPOCHS, Course, verdict

REAL: list[dict[str, Any]] = json.loads(
    Path(__file__).with_name("histories.json").read_text(encoding="utf-8")
)


def history(losses: list[float], val_losses: list[float]) -> History:
    epochs: list[Event] = []
    best = (1, math.inf)
    for number, (loss, val_loss) in enumerate(zip(losses, val_losses, strict=True), 1):
        best = min(best, (number, val_loss), key=lambda pair: pair[1])
        epochs.append(Epoch(number, loss, 0.5, val_loss, 0.5, 0.1, best[0]))
    return fold(epochs)


@pytest.mark.parametrize("real", REAL, ids=lambda real: real["command"].split(" ", 4)[-1])
def test_real_runs_are_judged_as_a_person_judges_them(real: dict[str, Any]) -> None:
    found = verdict(history(real["loss"], real["val_loss"]))
    assert found and found.course == real["course"]


def test_the_first_preset_is_not_called_overfitted_because_of_its_last_two_epochs() -> None:
    (real,) = (real for real in REAL if real["command"].endswith("train housing-sgd --json"))
    found = verdict(history(real["loss"], real["val_loss"]))
    assert found and found.best.epoch == 78 and found.last.val_loss > 1.03 * found.best.val_loss
    assert found.course is Course.FALLING
    assert found.now.val_loss < found.before.val_loss and found.now.loss < found.before.loss


FALLING = [10.0, 8.0, 6.0, 5.0, 4.0, 3.0, 2.5, 2.0]


@pytest.mark.parametrize(
    ("losses", "val_losses", "course"),
    [
        (FALLING, FALLING, Course.FALLING),
        (FALLING, [9, 7, 6, 5, 5.5, 6, 6.5, 7], Course.OVERFITTING),
        ([*FALLING[:4], 6, 7, 8, 9], [9, 7, 6, 5, 5.5, 6, 6.5, 7], Course.RISING),
        (FALLING, [9, 7, 5, 5.1, 4.9, 5, 5.1, 4.9], Course.FLAT),
        (FALLING, [5] * 8, Course.FLAT),
        (FALLING, [9, 7, 6, 5, 5, 5, 5, 50], Course.FLAT),  # one epoch is no trend
        (FALLING, [0] * 8, Course.FLAT),
    ],
)
def test_the_course_follows_from_both_losses(
    losses: list[float], val_losses: list[float], course: Course
) -> None:
    found = verdict(history(losses, val_losses))
    assert found and found.course is course
    assert found.best.val_loss == min(val_losses)
    assert found.last.epoch == len(losses)


def test_overfitting_is_told_from_its_turn_on_with_means_of_several_epochs() -> None:
    found = verdict(history(FALLING, [9, 7, 6, 5, 5.5, 6, 6.5, 7]))
    assert found and found.since.epoch == 4
    assert found.before.val_loss == pytest.approx((6 + 5 + 5.5) / 3)
    assert found.now.val_loss == pytest.approx((6 + 6.5 + 7) / 3)
    assert found.before.loss > found.now.loss == pytest.approx((3 + 2.5 + 2) / 3)


def test_a_few_epochs_say_nothing_yet() -> None:
    few = FALLING[: FEWEST_EPOCHS - 1]
    assert verdict(history(few, few)) is None and verdict(History()) is None


def test_a_loss_that_is_no_number_says_nothing() -> None:
    assert verdict(history([*FALLING[:-1], math.nan], FALLING)) is None


def test_a_large_network_on_few_reviews_really_overfits() -> None:
    events: list[Event] = []
    train(preset_named("sentiment").changed(epochs=12, train_size=400), events.append)
    found = verdict(fold(events))
    assert found and found.course is Course.OVERFITTING
    assert found.last.loss < found.best.loss and found.last.val_loss > found.best.val_loss
