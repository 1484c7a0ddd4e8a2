"""What a server remembers of its owners."""

from app.session.owner_memory import OwnerMemory


def test_owners_do_not_see_each_others_values() -> None:
    memory = OwnerMemory()
    memory.keep("ada", "step", 3)
    assert memory.kept("ada", "step") == 3
    assert memory.kept("bob", "step", 0) == 0
    assert memory.kept("ada", "other") is None


def test_of_too_many_owners_the_quietest_is_forgotten() -> None:
    memory = OwnerMemory(most_owners=2)
    for owner in ("ada", "bob", "ada", "eve"):
        memory.keep(owner, "step", 1)
    assert [memory.kept(owner, "step") for owner in ("ada", "bob", "eve")] == [1, None, 1]
