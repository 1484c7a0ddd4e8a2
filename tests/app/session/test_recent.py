"""What was made lately is not made again, and what was not is."""

import pytest

from app.session.recent import Recent


def test_a_value_is_made_once_while_it_is_among_the_last_ones() -> None:
    recent: Recent[object] = Recent(2)
    first, second = recent.get("a", object), recent.get("b", object)
    assert recent.get("a", object) is first and first is not second
    recent.get("c", object)
    assert recent.get("a", object) is first and recent.get("b", object) is not second


def test_what_could_not_be_made_is_tried_again() -> None:
    recent: Recent[int] = Recent(2)
    with pytest.raises(ZeroDivisionError):
        recent.get("a", lambda: 1 // 0)
    assert recent.get("a", lambda: 1) == 1
