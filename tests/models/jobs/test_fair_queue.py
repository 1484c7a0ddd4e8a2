"""The waiting queue is fair: owners take turns, however many runs each of them has."""

from hypothesis import given
from hypothesis import strategies as st

from models.jobs.fair_queue import FairQueue

OWNERS = st.sampled_from(["ada", "bob", "eve"])


def filled(*pairs: tuple[str, str]) -> FairQueue:
    queue = FairQueue()
    for owner, run_id in pairs:
        queue.add(owner, run_id)
    return queue


def taken(queue: FairQueue) -> list[str]:
    found = []
    while (pair := queue.take(lambda owner: True)) is not None:
        found.append(pair[1])
    return found


def test_owners_take_turns() -> None:
    queue = filled(("ada", "a1"), ("ada", "a2"), ("ada", "a3"), ("bob", "b1"), ("eve", "e1"))
    assert queue.order() == ["a1", "b1", "e1", "a2", "a3"]
    assert taken(queue) == ["a1", "b1", "e1", "a2", "a3"]


def test_who_may_not_start_one_is_passed_over_and_keeps_the_place() -> None:
    queue = filled(("ada", "a1"), ("bob", "b1"))
    assert queue.take(lambda owner: owner != "ada") == ("bob", "b1")
    assert queue.take(lambda owner: False) is None
    assert queue.take(lambda owner: True) == ("ada", "a1")


def test_a_run_that_goes_on_stands_before_its_owners_others() -> None:
    queue = filled(("ada", "a1"), ("bob", "b1"))
    queue.add("ada", "a0", first=True)
    assert queue.order() == ["a0", "b1", "a1"]


def test_an_owner_who_yields_a_turn_is_the_last_of_the_round() -> None:
    queue = filled(("ada", "a1"), ("ada", "a2"), ("bob", "b1"))
    queue.go_last("ada")
    assert queue.owners() == ["bob", "ada"]
    assert queue.in_order() == [("bob", "b1"), ("ada", "a1"), ("ada", "a2")]


def test_a_run_that_is_removed_is_gone() -> None:
    queue = filled(("ada", "a1"), ("bob", "b1"))
    assert queue.remove("a1") and not queue.remove("a1")
    assert "a1" not in queue and "b1" in queue and (len(queue), queue.of("ada")) == (1, 0)


@given(st.lists(OWNERS, max_size=40))
def test_the_order_told_is_the_order_served(owners: list[str]) -> None:
    queue = filled(*((owner, f"{owner}{number}") for number, owner in enumerate(owners)))
    told = queue.order()
    assert sorted(told) == sorted(f"{owner}{number}" for number, owner in enumerate(owners))
    assert taken(queue) == told


@given(st.integers(0, 60), st.integers(0, 60))
def test_nobody_waits_longer_because_somebody_else_has_many(many: int, others: int) -> None:
    queue = FairQueue()
    for number in range(many):
        queue.add("flood", f"f{number}")
    queue.add("ada", "a")
    before = queue.order().index("a")
    for number in range(others):
        queue.add("flood", f"g{number}")
    assert queue.order().index("a") == before <= 1
