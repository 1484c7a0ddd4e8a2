"""When the network is pictured, by a clock that the test turns."""

from itertools import pairwise
from typing import Any

import pytest

from models.training.live_view import SHARE, SHORTEST_SECONDS, NetworkView

SECONDS = 60.0


def pictures(each_look: float, each_picture: float) -> list[float]:
    """Return when pictures were ready, of a minute in which both take so many seconds."""
    now, ready = 0.0, []

    def take() -> Any:
        nonlocal now
        now += each_picture

    network_view = NetworkView(lambda _: ready.append(now), take, lambda: now)
    while now < SECONDS:
        network_view.look()
        now += each_look
    return ready


@pytest.mark.parametrize("each_look", [0.001, 0.02, 0.1])
@pytest.mark.parametrize("each_picture", [0.0002, 0.001, 0.005])
def test_pictures_come_twice_a_second_and_cost_little(
    each_look: float, each_picture: float
) -> None:
    ready = pictures(each_look, each_picture)
    rests = [later - sooner for sooner, later in pairwise(ready)]
    assert max(rests) <= 0.5
    assert min(rests) >= SHORTEST_SECONDS
    assert len(ready) * each_picture <= SHARE * SECONDS


def test_what_is_young_is_pictured_more_often() -> None:
    ready = pictures(0.001, 0.0002)
    assert sum(at < 1 for at in ready) > 10
    assert ready[1] < 0.05 and ready[-1] - ready[-2] > 0.25


def test_a_picture_can_be_asked_for() -> None:
    taken: list[Any] = []
    network_view = NetworkView(taken.append, lambda: "picture", lambda: 0.0)  # type: ignore[arg-type,return-value]
    network_view.look()
    network_view.look()
    network_view.look(now=True)
    assert taken == ["picture"] * 2
