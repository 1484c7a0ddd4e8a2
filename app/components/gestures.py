"""Fingers and wheels on every page: a vertical swipe scrolls and changes no value.

Streamlit's sliders take a finger the moment it touches them, and browsers turn a focused number
with the wheel. One script, mounted beside the page, stands before both.
"""

from app.components import assets

_mount = assets.component("gestures", "<span hidden></span>", isolate_styles=False)


def gestures() -> None:
    """Let swipes and wheels that begin on a control scroll the page it is on."""
    _mount(key="gestures")
