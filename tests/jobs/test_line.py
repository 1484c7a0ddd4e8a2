"""The waiting line is fair: owners take turns, however many runs each of them has."""

from hypothesis import given
from hypothesis import strategies as st

from models.jobs.line import Line

OWNERS = st.sampled_from(["ada", "bob", "eve"])


def filled(*pairs: tuple[str, str]) -> Line:
    line = Line()
    for owner, run_id in pairs:
        line.add(owner, run_id)
    return line


def taken(line: Line) -> list[str]:
    found = []
    while (pair := line.take(lambda owner: True)) is not None:
        found.append(pair[1])
    return found


def test_owners_take_turns() -> None:
    line = filled(("ada", "a1"), ("ada", "a2"), ("ada", "a3"), ("bob", "b1"), ("eve", "e1"))
    assert line.order() == ["a1", "b1", "e1", "a2", "a3"]
    assert taken(line) == ["a1", "b1", "e1", "a2", "a3"]


def test_who_may_not_start_one_is_passed_over_and_keeps_the_place() -> None:
    line = filled(("ada", "a1"), ("bob", "b1"))
    assert line.take(lambda owner: owner != "ada") == ("bob", "b1")
    assert line.take(lambda owner: False) is None
    assert line.take(lambda owner: True) == ("ada", "a1")


def test_a_run_that_goes_on_stands_before_its_owners_others() -> None:
    line = filled(("ada", "a1"), ("bob", "b1"))
    line.add("ada", "a0", first=True)
    assert line.order() == ["a0", "b1", "a1"]


def test_an_owner_who_yields_a_turn_is_the_last_of_the_round() -> None:
    line = filled(("ada", "a1"), ("ada", "a2"), ("bob", "b1"))
    line.yield_turn("ada")
    assert line.owners() == ["bob", "ada"]
    assert line.turns() == [("bob", "b1"), ("ada", "a1"), ("ada", "a2")]


def test_a_run_that_is_removed_is_gone() -> None:
    line = filled(("ada", "a1"), ("bob", "b1"))
    assert line.remove("a1") and not line.remove("a1")
    assert "a1" not in line and "b1" in line and (len(line), line.of("ada")) == (1, 0)


@given(st.lists(OWNERS, max_size=40))
def test_the_order_told_is_the_order_served(owners: list[str]) -> None:
    line = filled(*((owner, f"{owner}{number}") for number, owner in enumerate(owners)))
    told = line.order()
    assert sorted(told) == sorted(f"{owner}{number}" for number, owner in enumerate(owners))
    assert taken(line) == told


@given(st.integers(0, 60), st.integers(0, 60))
def test_nobody_waits_longer_because_somebody_else_has_many(many: int, others: int) -> None:
    line = Line()
    for number in range(many):
        line.add("flood", f"f{number}")
    line.add("ada", "a")
    before = line.order().index("a")
    for number in range(others):
        line.add("flood", f"g{number}")
    assert line.order().index("a") == before <= 1
