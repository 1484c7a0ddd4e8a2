"""What a tab held, for the session that follows; and what a page does with it."""

from collections.abc import Iterator

import pytest
from streamlit.testing.v1 import AppTest

from app.session import services, state, tab_memory
from app.session.server_memory import ServerMemory
from app.session.tab_memory import Held, TabMemory


class Clock:
    """A time that a test moves."""

    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def memory(clock: Clock) -> TabMemory:
    return TabMemory(clock)


def test_a_session_is_known_to_its_owner_alone(memory: TabMemory) -> None:
    memory.keep("ada", "session", Held(runs={"mnist": "1"}))
    assert memory.held("ada", "session") == Held(runs={"mnist": "1"})
    assert memory.held("bob", "session") is None
    assert memory.held("ada", "other") is None


def test_what_a_session_changes_later_is_held_as_well(memory: TabMemory) -> None:
    held = Held()
    memory.keep("ada", "session", held)
    held.runs["mnist"] = "2"
    assert memory.held("ada", "session") == Held(runs={"mnist": "2"})


def test_of_too_many_tabs_of_an_owner_the_quietest_is_forgotten(
    memory: TabMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab_memory, "MOST_TABS_OF_AN_OWNER", 2)
    memory.keep("bob", "old", Held())
    for session in ("one", "two", "one", "three"):
        memory.keep("ada", session, Held())
    assert [memory.held("ada", each) for each in ("one", "two", "three")] == [Held(), None, Held()]
    assert memory.held("bob", "old") == Held()


def test_of_too_many_tabs_the_quietest_is_forgotten(
    memory: TabMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tab_memory, "MOST_TABS", 3)
    for owner in ("ada", "bob", "eve", "dan"):
        memory.keep(owner, "session", Held())
    assert [memory.held(owner, "session") for owner in ("ada", "bob", "dan")] == [
        None,
        Held(),
        Held(),
    ]


def test_a_tab_that_nobody_used_for_hours_is_forgotten(memory: TabMemory, clock: Clock) -> None:
    memory.keep("ada", "session", Held())
    clock.seconds = tab_memory.SECONDS_KEPT - 1
    assert memory.held("ada", "session") == Held()
    clock.seconds += 1
    assert memory.held("ada", "session") is None
    memory.keep("bob", "session", Held())
    assert len(memory._tabs) == 1


SCRIPT = """
from app.session import state

lost = state.adopt_tab()
state.adopt_address()
task = state.task()
state.replace_draft(state.draft(task).changed(seed=state.draft(task).seed + 1))
strokes = state.Kept("strokes", [])
strokes.set([*strokes.get(), 1])
state.show("lost", lost)
"""


@pytest.fixture
def memories(monkeypatch: pytest.MonkeyPatch) -> Iterator[TabMemory]:
    """A memory of its own, and one owner for every session of a test."""
    memory = TabMemory()
    monkeypatch.setattr(services, "_memory", ServerMemory(tabs=memory))
    monkeypatch.setattr(state, "owner", lambda: "a" * 32)
    return memory


def session_after(before: str | None, monkeypatch: pytest.MonkeyPatch) -> AppTest:
    monkeypatch.setattr(state, "_session_before", lambda: before)
    session = AppTest.from_string(SCRIPT)
    session.run()
    assert not session.exception
    return session


def test_a_session_goes_on_where_the_one_before_it_ended(
    memories: TabMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = session_after(None, monkeypatch)
    first.run()
    seed = first.session_state["held"].drafts["mnist"].seed
    ((_, named),) = memories._tabs
    second = session_after(named, monkeypatch)
    assert second.session_state["held"].drafts["mnist"].seed == seed + 1
    assert second.session_state["held"].kept["strokes"] == [1, 1, 1]
    assert second.session_state["lost"] is None
    second.run()
    assert second.session_state["held"].kept["strokes"] == [1, 1, 1, 1]  # adopted once


def test_a_first_session_has_lost_nothing_and_one_after_an_unknown_one_names_it(
    memories: TabMemory, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert session_after(None, monkeypatch).session_state["lost"] is None
    unknown = session_after("unknown", monkeypatch)
    assert unknown.session_state["held"].kept["strokes"] == [1]
    unknown.run()
    assert unknown.session_state["lost"] == "unknown"
    assert unknown.session_state["held"].kept["strokes"] == [1, 1]


@pytest.mark.parametrize(
    ("named", "before"),
    [
        ("", None),
        ("streamlit, token", None),
        ("streamlit, token, 0d0a-1", "0d0a-1"),
        ("streamlit,token,", None),
        ("a, b, c, d", None),
    ],
)
def test_the_page_names_the_session_that_it_had(
    named: str, before: str | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    context = type("Context", (), {"headers": {"Sec-WebSocket-Protocol": named}})
    monkeypatch.setattr(state.st, "context", context)
    assert state._session_before() == before
