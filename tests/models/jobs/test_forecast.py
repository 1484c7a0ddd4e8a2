"""What those who wait are told: from what the runs before them have left, and never twice."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.events import Batches, Started
from models.jobs.forecast import Progress, Promise, Training, seconds_until_start

SECONDS = st.floats(0, 1e4)


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> list[float]:
    """The time that ``time.monotonic`` tells."""
    now = [1_000.0]
    monkeypatch.setattr(time, "monotonic", lambda: now[0])
    return now


def points(update: int) -> Batches:
    return Batches(((update, 1.0, 1.0),))


def test_a_run_has_left_what_its_updates_take_at_its_pace(clock: list[float]) -> None:
    progress = Progress(began=clock[0])
    assert progress.seconds_left(None) is None
    assert progress.seconds_left(30.0) == 30.0
    progress.hear(Started(1, 404, 100, 10, "mae"))
    clock[0] += 5  # the network is built, and its functions are traced
    progress.hear(points(100))
    clock[0] += 2
    progress.hear(points(300))
    assert progress.seconds_left(None) == pytest.approx(700 / 100)


def test_a_run_that_has_not_begun_takes_as_long_as_usual_or_as_long_again(
    clock: list[float],
) -> None:
    progress = Progress(began=clock[0])
    clock[0] += 10
    assert progress.seconds_left(30.0) == 20.0
    clock[0] += 40
    assert progress.seconds_left(30.0) == 50.0


def test_a_run_that_stands_still_takes_longer_and_longer(clock: list[float]) -> None:
    progress = Progress()
    progress.hear(Started(1, 404, 100, 10, "mae"))
    progress.hear(points(1))
    clock[0] += 1
    progress.hear(points(501))
    assert progress.seconds_left(None) == pytest.approx(499 / 500)
    clock[0] += 60
    assert progress.seconds_left(None) == pytest.approx(61 * 499 / 500)


def test_a_turn_comes_when_the_first_core_is_free_and_those_ahead_have_theirs() -> None:
    training = [Training("ada", 10), Training("bob", 4)]
    assert seconds_until_start(training, [], "eve", cores=2, each=1) == 4
    ahead = [Training("flo", 100)]
    assert seconds_until_start(training, ahead, "eve", cores=2, each=1) == 10
    assert seconds_until_start([], ahead, "eve", cores=2, each=1) == 0


def test_a_turn_waits_for_the_other_run_of_its_owner() -> None:
    training = [Training("ada", 50)]
    assert seconds_until_start(training, [], "ada", cores=2, each=1) == 50
    assert seconds_until_start(training, [], "ada", cores=2, each=2) == 0
    assert seconds_until_start(training, [Training("bob", 1)], "eve", cores=2, each=1) == 1


def test_where_runs_share_cores_some_have_to_end_first() -> None:
    training = [Training(f"{owner}", seconds) for owner, seconds in enumerate((1, 2, 3, 4))]
    assert seconds_until_start(training, [], "e", cores=2, each=1) == 3


@given(st.lists(SECONDS, max_size=5), st.lists(SECONDS, max_size=5), SECONDS, st.integers(1, 4))
def test_nobody_waits_shorter_for_one_more_ahead(
    busy: list[float], ahead: list[float], more: float, cores: int
) -> None:
    training = [Training(f"busy-{number}", seconds) for number, seconds in enumerate(busy)]
    waiting = [Training(f"waits-{number}", seconds) for number, seconds in enumerate(ahead)]
    before = seconds_until_start(training, waiting, "me", cores, 1)
    after = seconds_until_start(training, [*waiting, Training("other", more)], "me", cores, 1)
    assert 0 <= before <= after


def test_a_promise_runs_down_with_the_clock(clock: list[float]) -> None:
    promise = Promise()
    assert promise.renew(20) == 20
    clock[0] += 5
    assert promise.renew(15.5) == 15.5
    assert promise.renew(3) == 3  # somebody has stopped
    assert promise.renew(60) == 60  # somebody has slowed down


@given(st.floats(0, 1), st.lists(st.floats(0.1, 5), min_size=1, max_size=40))
def test_a_promise_that_has_passed_is_not_repeated(seconds: float, looks: list[float]) -> None:
    """Whatever is expected anew: "in a moment" is not said for longer than a moment."""
    now = 1_000.0
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(time, "monotonic", lambda: now)
        promise = Promise()
        promise.renew(seconds)
        since = now + seconds
        for look in looks:
            now += look
            assert promise.renew(seconds) >= now - since - 1e-6
