"""The verdict on a run follows from its losses."""

import pytest

from models.events import Epoch, Event, History, fold
from models.tasks import preset_named
from models.training import train
from models.verdict import Course, verdict


def history(*losses: tuple[float, float]) -> History:
    epochs: list[Event] = []
    best = (1, float("inf"))
    for number, (loss, val_loss) in enumerate(losses, 1):
        best = min(best, (number, val_loss), key=lambda pair: pair[1])
        epochs.append(Epoch(number, loss, 0.5, val_loss, 0.5, 0.1, best[0]))
    return fold(epochs)


@pytest.mark.parametrize(
    ("losses", "course"),
    [
        (((3, 3), (2, 2), (1, 1)), Course.FALLING),
        (((3, 3), (2, 2), (1, 2.5)), Course.OVERFITTING),
        (((3, 3), (2, 2), (1, 2.01)), Course.LEVEL),
        (((3, 3), (2, 2), (2.5, 2.5)), Course.LEVEL),  # both rise: that is no overfitting
    ],
)
def test_the_course_follows_from_both_losses(
    losses: tuple[tuple[float, float], ...], course: Course
) -> None:
    found = verdict(history(*losses))
    assert found and found.course is course
    assert found.best.val_loss == min(val_loss for _, val_loss in losses)
    assert found.last.epoch == len(losses)


def test_two_epochs_say_nothing_yet() -> None:
    assert verdict(history((3, 3), (2, 2))) is None and verdict(History()) is None


def test_a_large_network_on_few_reviews_really_overfits() -> None:
    events: list[Event] = []
    train(preset_named("sentiment").changed(epochs=12, train_size=400), events.append)
    found = verdict(fold(events))
    assert found and found.course is Course.OVERFITTING
    assert found.last.loss < found.best.loss and found.last.val_loss > found.best.val_loss
