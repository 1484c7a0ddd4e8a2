"""What a browser repeats of an old page is told from what somebody has changed."""

from app.session.late_messages import PageNumbers


def test_before_a_browser_has_seen_a_change_it_repeats_what_stood_there() -> None:
    pages = PageNumbers(drawn=4, seen=4)
    pages.change("epochs", 80)
    assert pages.is_repeated("epochs", 80)
    assert not pages.is_repeated("epochs", 60) and not pages.is_repeated("batch_size", 80)
    pages.drawn = 5
    assert pages.is_repeated("epochs", 80)
    pages.seen = 5
    assert not pages.is_repeated("epochs", 80)


def test_after_several_changes_it_may_repeat_any_of_them() -> None:
    pages = PageNumbers(drawn=4, seen=4)
    pages.change("epochs", 80)
    pages.drawn = 5
    pages.change("epochs", 7)
    assert pages.is_repeated("epochs", 80) and pages.is_repeated("epochs", 7)
    pages.drawn = pages.seen = 6
    pages.change("epochs", 9)
    assert pages.is_repeated("epochs", 9) and not pages.is_repeated("epochs", 80)


def test_a_click_came_to_something_until_the_browser_has_seen_it() -> None:
    pages = PageNumbers(drawn=4, seen=4)
    assert pages.unseen("train") is None
    pages.note("train", "run 1")
    assert pages.unseen("train") == "run 1" and pages.unseen("start over") is None
    pages.drawn = 5
    assert pages.unseen("train") == "run 1"
    pages.seen = 5
    assert pages.unseen("train") is None
