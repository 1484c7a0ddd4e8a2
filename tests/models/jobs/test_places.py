"""Who holds a core and who a worker: what rests, what works, and who has to leave."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from models.control import Control
from models.events import Batches, Paused, Resumed, Started
from models.jobs.load import Load
from models.jobs.places import RUNS_PER_CORE, SECONDS_UNDISTURBED, Places, most_workers

STARTED = Started(1, 404, 7, 10, "mae")
PAUSED = Control(paused=True)


def tempo(updates_per_second: float | None) -> Control:
    return Control(updates_per_second=updates_per_second)


def places_with(*controls: Control, slots: int = 2, resting_per_slot: int = 1) -> Places:
    """Return places whose runs 0, 1, ... of owners of their own have started, or paused."""
    places = Places(slots, resting_per_slot)
    for number, control in enumerate(controls):
        add(places, str(number), control)
    return places


def add(places: Places, run_id: str, control: Control, owner: str = "") -> None:
    places.add(owner or f"owner-{run_id}", run_id, control)
    places.hear(run_id, STARTED)
    if control.paused:
        places.hear(run_id, Paused(0))


@pytest.mark.parametrize(
    ("control", "share", "rests"),
    [
        (Control(), 1.0, False),
        (tempo(0.1), 0.005, True),
        (tempo(1.0), 0.05, True),
        (tempo(10.0), 0.5, True),
        (tempo(11.0), 0.55, False),
        (tempo(400.0), 1.0, False),
        (PAUSED, 1.0, False),  # it has not said so yet
    ],
)
def test_a_run_at_rest_needs_half_a_core_at_most(
    control: Control, share: float, rests: bool
) -> None:
    load = Load(control)
    assert (load.share_of_core, load.rests) == (1.0, False)  # it is being built, at full speed
    load.hear(STARTED)
    assert (load.share_of_core, load.rests) == (pytest.approx(share), rests)


def test_a_pause_begins_when_the_run_says_so_and_ends_with_the_command() -> None:
    load = Load(Control(), has_started=True)
    load.control = PAUSED
    assert not load.is_paused
    load.hear(Paused(10))
    assert load.is_paused and load.rests
    load.control = Control(paused=True, until=13)  # three single updates
    assert not load.is_paused and not load.rests
    load.hear(Paused(13))
    assert load.is_paused
    load.control = Control()
    assert not load.rests
    load.hear(Resumed(13))
    load.control = PAUSED
    assert not load.is_paused


def test_two_runs_that_rest_leave_both_cores() -> None:
    places = places_with(tempo(1.0), PAUSED)
    assert places.cores == 0 and places.has_core and places.has_worker


def test_slow_runs_use_up_a_core_between_them() -> None:
    places = places_with(*[tempo(10.0)] * 3, slots=2, resting_per_slot=4)
    assert places.cores == 1
    add(places, "fourth", tempo(10.0))
    assert places.cores == 2 and not places.has_core


def test_paused_runs_leave_before_slow_ones_and_then_who_has_rested_longest(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("models.jobs.places.SECONDS_UNDISTURBED", 0.0)
    places = places_with(tempo(1.0), PAUSED, PAUSED, Control())
    assert not places.has_worker
    left = []
    while (run_id := places.next_to_leave()) is not None:
        left.append(run_id)
        places.remove(run_id)
    assert left == ["1", "2", "0"]


def test_nobody_who_has_just_begun_to_rest_is_disturbed_but_for_an_own_run() -> None:
    places = places_with(PAUSED, PAUSED)
    assert places.next_to_leave() is None
    assert places.next_to_leave("owner-1") == "1"
    assert places.next_to_leave("owner-9") is None
    assert places.seconds_until_worker == 0.0
    full = places_with(PAUSED, PAUSED, slots=1)
    assert SECONDS_UNDISTURBED - 1 < full.seconds_until_worker <= SECONDS_UNDISTURBED


def test_who_rested_works_again_on_a_core_that_one_other_run_uses_at_most() -> None:
    places = places_with(PAUSED, *[Control()] * (2 * RUNS_PER_CORE - 1), resting_per_slot=4)
    assert places.may_work("0", each=1)
    add(places, "last", Control())
    assert not places.may_work("0", each=1)


def test_who_rested_does_not_work_beside_another_run_of_its_owner() -> None:
    places = places_with(PAUSED, resting_per_slot=4)
    add(places, "other", Control(), owner="owner-0")
    assert not places.may_work("0", each=1) and places.may_work("0", each=2)
    assert (places.workers_of("owner-0"), places.working_of("owner-0")) == (2, 1)


def test_hearing_tells_whether_a_core_has_become_free() -> None:
    places = places_with(Control())
    places.control("0", PAUSED)
    assert not places.hear("0", Batches(((5, 1.0, 1.0),)))
    assert places.hear("0", Paused(5))
    assert not places.hear("0", Paused(5))
    assert not places.hear("nobody", Paused(5))


@given(
    st.lists(
        st.sampled_from([Control(), PAUSED, tempo(1.0), tempo(10.0), tempo(70.0)]), max_size=30
    ),
    st.integers(1, 4),
    st.integers(0, 4),
)
def test_who_starts_by_these_rules_never_takes_more_cores_or_workers_than_there_are(
    controls: list[Control], slots: int, resting_per_slot: int
) -> None:
    places = Places(slots, resting_per_slot)
    for number, control in enumerate(controls):
        if not (places.has_core and places.has_worker):
            break
        add(places, str(number), control)
        assert places.cores <= slots
    assert len(places) <= most_workers(slots, resting_per_slot)
    shares = [places.of(run_id).load.share_of_core for run_id in places]
    assert sum(shares) < slots + 1


def test_the_pace_is_measured_anew_after_a_rest() -> None:
    places = places_with(Control())
    places.hear("0", Batches(((1, 1.0, 1.0),)))
    time.sleep(0.05)
    places.hear("0", Batches(((36, 1.0, 1.0),)))
    [training] = places.training(None) or []
    assert training.seconds < 1
    places.control("0", tempo(1.0))
    assert places.training(None) == [] and places.of("0").has_rested
    places.control("0", Control())
    assert places.training(None) is None  # at this pace nothing has been trained yet
