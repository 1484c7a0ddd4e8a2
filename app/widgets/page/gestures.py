"""Fingers on every page: a vertical swipe scrolls and changes no value.

Streamlit's sliders take a finger the moment it touches them. One script, mounted beside the page,
stands before them. (A wheel changes nothing either: the lab's number fields are fields of text.)
"""

from app.widgets.shared import assets

_mount = assets.component("gestures", "<span hidden></span>", isolate_styles=False)


def gestures() -> None:
    """Let swipes that begin on a control scroll the page it is on."""
    _mount(key="gestures")
