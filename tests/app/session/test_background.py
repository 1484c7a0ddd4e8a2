"""What takes long is made once, in the background, for whoever still waits for it."""

import threading
import time

import pytest

from app.session import background
from app.session.background import LEAST_WEIGHT, Background
from tests.support.polling import until

SECONDS = 30


def made(values: Background[str], key: str, value: str = "") -> str:
    """Ask until a value is there."""
    until(lambda: values.get(key, lambda: value or key) is not None, SECONDS)
    found = values.get(key, lambda: pytest.fail("it is made again"))
    assert found
    return found


def test_nobody_waits_and_all_get_the_same_that_is_made_once() -> None:
    values: Background[str] = Background(10 * LEAST_WEIGHT, len)
    go_on, makers = threading.Event(), []

    def make() -> str:
        makers.append(threading.current_thread())
        go_on.wait(30)
        return "made"

    assert values.get("key", make) is None
    until(lambda: bool(makers), SECONDS)
    assert values.get("key", make) is None
    go_on.set()
    until(lambda: values.get("key", make) == "made", SECONDS)
    assert len(makers) == 1 and makers[0] is not threading.current_thread()


def test_what_was_asked_for_longest_ago_leaves_when_all_weigh_too_much() -> None:
    values: Background[str] = Background(2 * LEAST_WEIGHT, len)
    for key in ("a", "b"):
        made(values, key)
    assert values.get("a", str)  # b is now the one that was asked for longest ago
    made(values, "c")
    assert values.get("a", str) == "a" and values.get("b", lambda: "again") is None


def test_one_value_stays_however_much_it_weighs() -> None:
    values: Background[str] = Background(1, lambda value: 10 * LEAST_WEIGHT)
    assert made(values, "a") == "a"


def test_what_cannot_be_made_says_so_whenever_it_is_asked_for() -> None:
    values: Background[str] = Background(LEAST_WEIGHT, len)
    tries = []

    def make() -> str:
        tries.append(1)
        raise ZeroDivisionError

    assert values.get("key", make) is None
    for _ in range(2):
        with pytest.raises(ZeroDivisionError):
            until(lambda: values.get("key", make) is not None, SECONDS)
    assert len(tries) == 1
    assert made(values, "other") == "other"


def test_what_nobody_waits_for_any_more_is_not_made(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(background, "PATIENCE_SECONDS", 0.2)
    values: Background[str] = Background(10 * LEAST_WEIGHT, len)
    go_on, tries = threading.Event(), []

    def unwanted() -> str:
        tries.append(1)
        return "unwanted"

    values.get("first", lambda: str(go_on.wait(30)))
    values.get("left", unwanted)
    time.sleep(0.4)
    go_on.set()
    until(lambda: values.get("first", str) is not None, SECONDS)
    assert made(values, "last") == "last" and not tries
